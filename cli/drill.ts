import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoSilenceStore } from '../shared/aws/dynamodb/silence-store.ts';
import { systemClock } from '../shared/clock.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { drillEndsAt } from '../shared/incident/drill.ts';
import type { Incident } from '../shared/incident/incident.ts';
import type { IncidentStore } from '../shared/incident/store.ts';
import {
  type DrillAsked,
  type DrillPlan,
  endDrill,
  planDrill,
  runningDrill,
  startDrill,
} from '../shared/operate/drill.ts';
import { accountName } from './account.ts';
import type { DrillFlags } from './commands/drill.ts';
import { confirmed } from './confirm.ts';
import { type DrillTimes, drillTimes, wentWell } from './drill-times.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import {
  type DrillPlanned,
  drillNews,
  renderDrill,
  renderDrillJson,
  renderPlan,
  renderPlanJson,
  renderStarted,
} from './render/drill.ts';
import { plain } from './render/text.ts';
import { type OpenStore, withStore } from './store.ts';
import { isInteractive, styleOf, type Terminal, widthOf } from './terminal.ts';

const LOOK_EVERY_MS = 1_000;
/** How long the watch may take to end a drill and to tell of it; later it evidently does not run. */
const PATIENCE_MS = 5 * 60_000;

const usage = (message: string, remedy: string): ClaywatchError =>
  new ClaywatchError('usage.invalid', message, remedy);

const pageOf = (terminal: Terminal) => ({ style: styleOf(terminal), width: widthOf(terminal) });

const askedOf = ({ severity, minutes, force }: DrillFlags, by: string): DrillAsked => ({
  ...{ severity, minutes, by },
  force: force === true,
});

const plannedWith = (
  { severity, minutes, told, silence }: DrillPlan,
  source: OpenStore['source'],
): DrillPlanned => ({
  ...{ severity, minutes, told, source },
  but:
    silence === null
      ? []
      : [
          `The silence ${silence.id} (${silence.reason}) holds its messages back: claywatch silence end ${silence.id}.`,
        ],
});

const refuseToAsk = (flags: DrillFlags, terminal: Terminal): void => {
  if (flags.yes || flags.dryRun || (isInteractive(terminal) && !flags.json)) return;
  throw usage(
    'Nobody can be asked here whether people shall be told.',
    'Add --yes to do it without being asked, or --dry-run to see who would be told.',
  );
};

const timesOf = async ({ table }: OpenStore, store: IncidentStore, known: Incident): Promise<DrillTimes> => {
  const current = await store.current(known.cause, known.subject);
  const incident = current?.id === known.id ? current : known;
  return drillTimes(incident, await createDynamoProofLedger(table).ofIncident(known.id));
};

/** Looks on until everything about it was told, or the watch evidently does not run. */
const lookOn = async (
  open: OpenStore,
  store: IncidentStore,
  drill: Incident,
  say: (lines: readonly string[]) => void,
): Promise<DrillTimes> => {
  let before: DrillTimes | null = null;
  let warned = false;
  const until = drillEndsAt(drill) + PATIENCE_MS;
  for (;;) {
    const now = systemClock.now();
    const times = await timesOf(open, store, drill);
    say(drillNews(before, times, now));
    if (times.isSettled || now >= until) return times;
    if (!warned && times.ways.length === 0 && now - drill.openedAt >= PATIENCE_MS) {
      warned = true;
      say(['          no run of the watch has told anybody yet: claywatch doctor says why']);
    }
    before = times;
    await systemClock.sleep(LOOK_EVERY_MS);
  }
};

const endRunning = async (open: OpenStore, flags: DrillFlags, by: string): Promise<DrillTimes> => {
  const incidents = createDynamoIncidentStore(open.table);
  const running = await runningDrill({ incidents });
  if (flags.dryRun) return timesOf(open, incidents, running);
  const ended = await endDrill(running, by, open.config, { incidents }, systemClock.now());
  return timesOf(open, incidents, ended);
};

const start = async (
  open: OpenStore,
  flags: DrillFlags,
  by: string,
  terminal: Terminal,
): Promise<DrillTimes | null> => {
  const { config } = open;
  const page = pageOf(terminal);
  const incidents = createDynamoIncidentStore(open.table);
  const silences = createDynamoSilenceStore(open.table);
  const asked = askedOf(flags, by);
  const ports = { incidents, silences };
  const plan = plannedWith(await planDrill(asked, config, ports, systemClock.now()), open.source);
  if (flags.dryRun && flags.json) terminal.stdout.write(renderPlanJson(plan));
  else if (!flags.json) terminal.stdout.write(renderPlan(plan, page));
  if (flags.dryRun) return null;
  if (!flags.yes && !(await confirmed('Tell them?', terminal))) return null;

  const drill = await startDrill(asked, config, ports, systemClock.now());
  const started = drillTimes(drill, []);
  if (!flags.json) terminal.stdout.write(renderStarted(started, config.incidents.calendar.timeZone, page));
  if (!flags.wait) return started;
  return lookOn(open, incidents, drill, (lines) => {
    if (!flags.json && lines.length > 0) terminal.stdout.write(`${lines.join('\n')}\n`);
  });
};

/** `claywatch drill --live`. Throws ClaywatchError; nobody was told then. */
export const drill = async (flags: DrillFlags, terminal: Terminal): Promise<ExitCode> => {
  if (!flags.live)
    throw usage(
      'What shall be drilled was not said.',
      'Add --live to practise on the installation that runs; people are really told. Scripted faults that tell nobody: npm run drill.',
    );
  if (flags.minutes < 1) throw usage('A drill lasts a minute at least.', 'For example: --minutes 10.');
  refuseToAsk(flags, terminal);
  const by = plain(flags.by ?? '').slice(0, 80) || accountName();
  return withStore(flags, terminal, async (open) => {
    const times = flags.end ? await endRunning(open, flags, by) : await start(open, flags, by, terminal);
    if (times === null) return EXIT.healthy;
    terminal.stdout.write(
      flags.json ? renderDrillJson(times, open.source) : renderDrill(times, pageOf(terminal)),
    );
    const isAsked = flags.end || !flags.wait;
    return isAsked || wentWell(times) ? EXIT.healthy : EXIT.problem;
  });
};
