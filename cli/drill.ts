import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoSilenceStore } from '../shared/aws/dynamodb/silence-store.ts';
import { systemClock } from '../shared/clock.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { changeIncident } from '../shared/incident/change.ts';
import { decide } from '../shared/incident/decide.ts';
import {
  drillEndsAt,
  drillKey,
  drillOver,
  drillVerdict,
  isDrill,
  isGrave,
} from '../shared/incident/drill.ts';
import type { IncidentFact, IncidentKey } from '../shared/incident/fact.ts';
import { type Incident, isOpen } from '../shared/incident/incident.ts';
import { incidentPolicy } from '../shared/incident/policy.ts';
import type { IncidentStore } from '../shared/incident/store.ts';
import { matchesFilter, routedChannels, subscriptionsOf } from '../shared/notify/filter-policy.ts';
import { createRenderer } from '../shared/notify/render.ts';
import { silenceFor } from '../shared/silence/match.ts';
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

/** What a command does to the stored drill, by what decides it in earnest. */
const recordFact = async (
  store: IncidentStore,
  config: Config,
  { cause, subject }: IncidentKey,
  factAt: (now: number) => IncidentFact,
): Promise<Incident> => {
  const { after } = await changeIncident(store, { cause, subject }, (current) => {
    const now = systemClock.now();
    return decide(current, { cause, subject }, factAt(now), incidentPolicy(config), now);
  });
  if (!after) throw new ClaywatchError('incident.contended', 'The drill was not opened.', 'Try again.');
  return after;
};

/** The drill as it would be opened now; nothing is written. */
const drafted = (flags: DrillFlags, config: Config, by: string, now: number): Incident => {
  const verdict = drillVerdict({ severity: flags.severity, minutes: flags.minutes, by, now });
  const draft = decide(
    null,
    drillKey(now),
    { kind: 'verdict', verdict, detectedAt: now },
    incidentPolicy(config),
    now,
  );
  if (!draft) throw new RangeError('a drill opens an incident');
  return draft;
};

/** Who hears of it, and what keeps messages back. */
const planOf = async (
  flags: DrillFlags,
  { config, source, table }: OpenStore,
  draft: Incident,
): Promise<DrillPlanned> => {
  const [first] = draft.pending;
  if (!first) throw new RangeError('a drill owes a message');
  const { attributes } = createRenderer(config)(draft, first);
  const told = [
    ...subscriptionsOf(config)
      .filter(({ filterPolicy }) => matchesFilter(filterPolicy, attributes))
      .map(({ protocol, endpoint }) => `${protocol === 'sms' ? 'SMS' : 'e-mail'} ${endpoint}`),
    ...routedChannels(config, attributes),
  ];
  const silences = await createDynamoSilenceStore(table).current(draft.openedAt);
  const silence = silenceFor(silences, { ...draft, feed: null }, draft.openedAt);
  const { minutes, severity } = flags;
  return {
    ...{ severity, minutes, told, source },
    but:
      silence === null
        ? []
        : [
            `The silence ${silence.id} (${silence.reason}) holds its messages back: claywatch silence end ${silence.id}.`,
          ],
  };
};

const refuseWhile = (active: readonly Incident[], { force }: DrillFlags): void => {
  const open = active.filter(isOpen);
  const running = open.find(isDrill);
  if (running)
    throw new ClaywatchError(
      'incident.refused',
      `The drill ${running.id} runs already.`,
      'It ends by itself; `claywatch drill --live --end` ends it now.',
    );
  const real = open.find(isGrave);
  if (real && !force)
    throw new ClaywatchError(
      'incident.refused',
      `${real.id} is open, a real ${real.severity}: ${real.summary}`,
      'Look after that one first; --force practises all the same.',
    );
};

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
  const store = createDynamoIncidentStore(open.table);
  const running = (await store.active()).find((incident) => isOpen(incident) && isDrill(incident));
  if (!running)
    throw new ClaywatchError(
      'incident.not-found',
      'No drill is running.',
      'Start one with `claywatch drill --live`.',
    );
  if (flags.dryRun) return timesOf(open, store, running);
  const ended = await recordFact(store, open.config, running, (now) => ({
    kind: 'cleared',
    evidence: drillOver(`ended by ${by}.`, now),
  }));
  return timesOf(open, store, ended);
};

const start = async (
  open: OpenStore,
  flags: DrillFlags,
  by: string,
  terminal: Terminal,
): Promise<DrillTimes | null> => {
  const { config } = open;
  const page = pageOf(terminal);
  const store = createDynamoIncidentStore(open.table);
  refuseWhile(await store.active(), flags);
  const draft = drafted(flags, config, by, systemClock.now());
  const plan = await planOf(flags, open, draft);
  if (plan.told.length === 0)
    throw usage(
      `Nobody is told of ${flags.severity}, so there is nothing to practise.`,
      'Name somebody in notify of the configuration, or choose another severity with --severity.',
    );
  if (flags.dryRun && flags.json) terminal.stdout.write(renderPlanJson(plan));
  else if (!flags.json) terminal.stdout.write(renderPlan(plan, page));
  if (flags.dryRun) return null;
  if (!flags.yes && !(await confirmed('Tell them?', terminal))) return null;

  const { minutes, severity } = flags;
  const now = systemClock.now();
  const verdict = drillVerdict({ severity, minutes, by, now });
  const drill = await recordFact(store, config, drillKey(now), () => ({
    kind: 'verdict',
    verdict,
    detectedAt: now,
  }));
  const started = drillTimes(drill, []);
  if (!flags.json) terminal.stdout.write(renderStarted(started, config.incidents.calendar.timeZone, page));
  if (!flags.wait) return started;
  return lookOn(open, store, drill, (lines) => {
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
