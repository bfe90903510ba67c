import { createDynamoReplayJobs } from '../shared/aws/dynamodb/relay/replay-jobs.ts';
import { systemClock } from '../shared/clock.ts';
import { relayedFeeds } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { REPLAY_SOURCES, type ReplayJob, type ReplaySource } from '../shared/replay/job.ts';
import { planReplay, type ReplayPlan } from '../shared/replay/plan.ts';
import type { PlanPorts, RunPorts } from '../shared/replay/ports.ts';
import { replayRequest } from '../shared/replay/request.ts';
import { jobOf, noteResumed, resumable, runReplay } from '../shared/replay/run.ts';
import type { ReplayRequest } from '../shared/replay/survey.ts';
import type { ReplayFlags } from './commands/replay.ts';
import { confirmed } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { checkThatSomebodyCanBeAsked, operatorOf, relayedFeedNamed } from './relay-feed.ts';
import {
  type ReplayEnd,
  renderReplayEnd,
  renderReplayJson,
  renderReplayList,
  renderReplayListJson,
  renderReplayPlans,
} from './render/replay.ts';
import { createReplayProgress } from './render/replay-progress.ts';
import { joined, type Page } from './render/text.ts';
import { openReplay } from './replay-ports.ts';
import { type OpenStore, type StoreSource, withStore } from './store.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

const LISTED = 50;

const wrongUsage = (message: string, remedy: string): ClaywatchError =>
  new ClaywatchError('usage.invalid', message, remedy);

/** Words that do not go together are refused before anything is read. */
const check = (feed: string | undefined, flags: ReplayFlags): void => {
  const { list, resume, source, dryRun, since, until } = flags;
  if ((list || resume !== undefined) && (feed !== undefined || source !== undefined || dryRun))
    throw wrongUsage(
      `${list ? '--list' : '--resume'} stands alone.`,
      'A replay knows its own feed and source.',
    );
  if (list && resume !== undefined)
    throw wrongUsage('--list and --resume are two commands.', 'Give one of them.');
  if (since !== undefined && until !== undefined && since >= until)
    throw wrongUsage('--since is not before --until.', 'Of two times ago, the longer one is --since.');
  if (list || resume !== undefined || dryRun) return;
  if (feed === undefined)
    throw wrongUsage(
      'No feed was named.',
      'Name one, or see what there is with `claywatch replay --dry-run`.',
    );
  if (source === undefined)
    throw wrongUsage(
      'It was not said which rows shall be sent again.',
      `Add --source uncalled, dead-letters or held; \`claywatch replay --dry-run\` shows all three.`,
    );
};

const requestOf = (
  config: Config,
  feed: string,
  source: ReplaySource,
  { since, until, limit, fault }: ReplayFlags,
  now: number,
): ReplayRequest => replayRequest(config, { feed, source, since, until, limit, fault }, now);

interface Session {
  readonly config: Config;
  readonly store: StoreSource;
  readonly ports: PlanPorts & RunPorts;
  readonly flags: ReplayFlags;
  readonly terminal: Terminal;
  readonly page: Page;
}

const say = ({ flags, terminal }: Session, text: string): void => {
  if (!flags.json) terminal.stdout.write(text);
};

/** Runs a job until it ends or somebody presses Ctrl-C; pressed twice, it ends as any program does. */
const run = async (session: Session, job: ReplayJob): Promise<ReplayEnd> => {
  const { config, ports, terminal, flags } = session;
  const asked = new AbortController();
  const stop = () => asked.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const progress = createReplayProgress(terminal, Boolean(flags.json));
  try {
    const { kind, job: ended } = await runReplay(config, job, ports, {
      signal: asked.signal,
      onEvent: progress.show,
    });
    return { kind: kind === 'yielded' ? 'stopped' : kind, job: ended };
  } finally {
    progress.clear();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
};

const tell = (session: Session, plans: readonly ReplayPlan[], end: ReplayEnd): void => {
  const { flags, terminal, store, page } = session;
  terminal.stdout.write(flags.json ? renderReplayJson(plans, end, store) : renderReplayEnd(end, page));
};

const ended = (session: Session, plans: readonly ReplayPlan[], end: ReplayEnd): ExitCode => {
  tell(session, plans, end);
  return end.kind === 'done' || end.kind === 'nothing' || end.kind === 'declined'
    ? EXIT.healthy
    : EXIT.problem;
};

/** Rows that nothing holds back need no plan: they are on their way. */
const isWorthShowing = ({ verdict, reasons }: ReplayPlan): boolean =>
  verdict !== 'nothing' && !reasons.some(({ code }) => code === 'not-held');

const planAll = async (session: Session, feeds: readonly string[]): Promise<ExitCode> => {
  const { config, ports, flags, store, page } = session;
  const sources = flags.source === undefined ? REPLAY_SOURCES : [flags.source];
  const plans: ReplayPlan[] = [];
  for (const feed of feeds)
    for (const source of sources)
      plans.push(await planReplay(config, requestOf(config, feed, source, flags, ports.clock.now()), ports));
  const shown = flags.source === undefined ? plans.filter(isWorthShowing) : plans;
  say(session, joined(renderReplayPlans(shown, store, page)));
  tell(session, plans, { kind: 'dry-run' });
  // Where all were asked for, none was chosen, and one that is refused is no failure.
  return plans.length === 1 && plans[0]?.verdict === 'refuse' ? EXIT.problem : EXIT.healthy;
};

const runOne = async (session: Session, feed: string, source: ReplaySource): Promise<ExitCode> => {
  const { config, ports, flags, store, page, terminal } = session;
  const plan = await planReplay(config, requestOf(config, feed, source, flags, ports.clock.now()), ports);
  say(session, joined(renderReplayPlans([plan], store, page)));
  if (plan.verdict === 'refuse') return ended(session, [plan], { kind: 'refused' });
  if (plan.verdict === 'nothing') return ended(session, [plan], { kind: 'nothing' });
  if (!flags.yes && !(await confirmed(source === 'held' ? 'Let them go?' : 'Send them again?', terminal)))
    return ended(session, [plan], { kind: 'declined' });
  return ended(session, [plan], await run(session, jobOf(plan, operatorOf(flags, terminal), ports)));
};

const resume = async (session: Session, id: string): Promise<ExitCode> => {
  const { ports, flags, terminal } = session;
  const job = await resumable(id, ports);
  await noteResumed(job, { at: ports.clock.now(), by: operatorOf(flags, terminal) }, ports);
  return ended(session, [], await run(session, job));
};

const list = async (
  { table, source }: OpenStore,
  flags: ReplayFlags,
  terminal: Terminal,
): Promise<ExitCode> => {
  const jobs = await createDynamoReplayJobs(table).list(LISTED);
  const page = { style: styleOf(terminal), width: widthOf(terminal) };
  terminal.stdout.write(
    flags.json ? renderReplayListJson(jobs, source) : renderReplayList(jobs, systemClock.now(), page),
  );
  return EXIT.healthy;
};

const open = async (opened: OpenStore, flags: ReplayFlags, terminal: Terminal): Promise<Session> => ({
  config: opened.config,
  store: opened.source,
  ports: await openReplay(opened),
  flags,
  terminal,
  page: { style: styleOf(terminal), width: widthOf(terminal) },
});

/** `claywatch replay`. Throws ClaywatchError; nothing was sent then, or it can be resumed. */
export const replay = (
  feed: string | undefined,
  flags: ReplayFlags,
  terminal: Terminal,
): Promise<ExitCode> => {
  check(feed, flags);
  return withStore(flags, terminal, async (opened) => {
    if (flags.list) return list(opened, flags, terminal);
    const named = feed === undefined ? undefined : relayedFeedNamed(opened.config, feed).feed;
    if (named !== undefined && !flags.dryRun)
      checkThatSomebodyCanBeAsked(flags, 'rows shall be sent again', terminal);
    const session = await open(opened, flags, terminal);
    if (flags.resume !== undefined) return resume(session, flags.resume);
    if (named !== undefined && flags.source !== undefined && !flags.dryRun)
      return runOne(session, named, flags.source);
    return planAll(session, named === undefined ? relayedFeeds(opened.config) : [named]);
  });
};
