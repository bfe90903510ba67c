import type { Config } from '../config/schema.ts';
import { ClaywatchError } from '../errors.ts';
import { changeControl, isHeld, releaseHold } from '../relay/control-change.ts';
import { audit, auditOnce } from './audit.ts';
import type { ReplayJob, ReplaySource } from './job.ts';
import { nextPage, queuePage } from './pages.ts';
import { REPLAY_PAGE, type ReplayPlan } from './plan.ts';
import type { RunPorts } from './ports.ts';

const SECOND = 1_000;
/** A run that has written nothing for so long is dead; another may take over. */
const LEASE_MS = 30 * SECOND;
const SIGN_OF_LIFE_MS = 10 * SECOND;
const LOOK_MS = 2 * SECOND;
/**
 * Rows are put into the queue when fewer wait than are sent in this time, so that new rows need not wait behind a whole
 * replay, and that a replay can be stopped in the middle.
 */
const AHEAD_SECONDS = 30;
const MIN_AHEAD = 10;

export type ReplayEvent =
  /** Rows were queued, or skipped. */
  | { readonly kind: 'progress'; readonly job: ReplayJob }
  /** So many rows wait in the queue; the replay waits until there are fewer. */
  | { readonly kind: 'waiting'; readonly job: ReplayJob; readonly ahead: number };

export type ReplayOutcome =
  | { readonly kind: 'done'; readonly job: ReplayJob }
  /** Can be resumed; `job.stopped` says why it ended. */
  | { readonly kind: 'stopped'; readonly job: ReplayJob }
  /** The time that it had is up; another run may go on at once, from `job`. */
  | { readonly kind: 'yielded'; readonly job: ReplayJob }
  /** Another run works on it. */
  | { readonly kind: 'conflict'; readonly job: ReplayJob };

export interface RunOptions {
  /** Rows that are queued at once; `REPLAY_PAGE` unless said. */
  readonly page?: number;
  readonly signal?: AbortSignal;
  /** When it yields, epoch ms; between two pages, so a little later. Left out: never. */
  readonly until?: number;
  readonly onEvent?: (event: ReplayEvent) => void;
}

const hex = (random: () => number, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');

/** The job of a plan; written with its first step. Throws `relay.refused` for a plan that is refused. */
export const jobOf = (
  plan: ReplayPlan,
  by: string,
  { clock, random }: Pick<RunPorts, 'clock' | 'random'>,
): ReplayJob => {
  if (plan.verdict === 'refuse')
    throw new ClaywatchError(
      'relay.refused',
      `The replay of ${plan.feed} would break a limit: ${plan.reasons.map(({ code }) => code).join(', ')}.`,
      'Look at the plan: `claywatch replay --dry-run`.',
    );
  const now = clock.now();
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
  return {
    id: `rpl-${day}-${hex(random, 8)}`,
    feed: plan.feed,
    source: plan.source,
    from: plan.from,
    to: plan.to,
    freshFrom: plan.freshFrom,
    ...(plan.fault && { fault: plan.fault }),
    startedAt: now,
    updatedAt: now,
    by,
    status: 'running',
    cursor: null,
    planned: plan.rows,
    queued: 0,
    skipped: 0,
    run: '',
    version: 0,
  };
};

const SOURCE_WORDS = {
  uncalled: 'that never came back',
  'dead-letters': 'that were set aside',
  held: 'that were held',
} as const satisfies Record<ReplaySource, string>;

const beginning = ({ id, planned, source }: ReplayJob): string =>
  `The replay ${id} of ${planned} rows ${SOURCE_WORDS[source]} begins.`;

type StorePorts = Pick<RunPorts, 'controls' | 'clock' | 'jobs'>;

/**
 * Writes a new job down, for whoever runs it then, and in the history of its feed that it begins. May be repeated.
 * Gives the job as it is stored.
 */
export const storeReplay = async (job: ReplayJob, ports: StorePorts): Promise<ReplayJob> => {
  const { feed, by } = job;
  // Its id makes the sentence one of a kind.
  const begun = { at: ports.clock.now(), kind: 'replay', text: beginning(job), by } as const;
  await auditOnce(ports, feed, begun, () => true);
  const first = { ...job, version: 1 };
  if ((await ports.jobs.save(first)) === 'written') return first;
  const known = await ports.jobs.load(job.id);
  if (known?.startedAt === job.startedAt && known.by === job.by) return known;
  throw new ClaywatchError('relay.contended', `The replay ${job.id} was not begun.`, 'Plan it once more.');
};

/** Writes into the history of its feed who has a stopped replay go on. May be repeated with the same time. */
export const noteResumed = (
  { id, feed }: Pick<ReplayJob, 'id' | 'feed'>,
  { at, by }: { readonly at: number; readonly by: string },
  ports: Pick<RunPorts, 'controls'>,
): Promise<void> =>
  auditOnce(
    ports,
    feed,
    { at, kind: 'replay', text: `The replay ${id} goes on.`, by },
    (known) => known.at === at && known.by === by,
  );

/** Thrown within a run, never out of it. */
class Overtaken extends Error {}

const without = <K extends keyof ReplayJob>(job: ReplayJob, ...names: readonly K[]): Omit<ReplayJob, K> => {
  const rest: Partial<ReplayJob> = { ...job };
  for (const name of names) delete rest[name];
  return rest as Omit<ReplayJob, K>;
};

/**
 * Works on a job until it is done or stopped. It may die anywhere and be called again with the job as it is stored:
 *
 * 1. Writes down which rows come next.
 * 2. Queues them; each goes out under its own row id, so that the ledger drops what was queued twice.
 * 3. Counts them, and writes down where to go on.
 *
 * Each write is on condition that nobody else has written; of two runs of one job, the one that began later goes on. A
 * fault of a port is thrown, after the job was marked as stopped if that was still possible.
 */
export const runReplay = async (
  config: Config,
  stored: ReplayJob,
  ports: RunPorts,
  { page: size = REPLAY_PAGE, signal, until = Number.POSITIVE_INFINITY, onEvent = () => {} }: RunOptions = {},
): Promise<ReplayOutcome> => {
  const { clock, queue, controls, jobs } = ports;
  const context = { config, ports };
  const run = hex(ports.random, 8);
  const perAhead = Math.max(MIN_AHEAD, Math.round(config.relay.rowsPerSecond * AHEAD_SECONDS));
  let job = stored;

  const save = async (next: ReplayJob): Promise<void> => {
    const written = { ...next, run, updatedAt: clock.now(), version: job.version + 1 };
    if ((await jobs.save(written)) === 'conflict') {
      // A write whose answer was lost, and which was repeated, finds itself.
      const now = await jobs.load(job.id);
      if (now?.run !== run || now.version !== written.version) throw new Overtaken();
    }
    job = written;
  };

  const stop = (why: NonNullable<ReplayJob['stopped']>) => save({ ...job, status: 'stopped', stopped: why });
  const finish = () => save({ ...without(job, 'pending', 'stopped'), status: 'done' });

  const settle = async (): Promise<boolean> => {
    const { pending } = job;
    if (!pending) return false;
    const queued = await queuePage(context, job, pending);
    const isLast = pending.cursor === null || job.queued + queued >= job.planned;
    await save({
      ...without(job, 'pending'),
      cursor: pending.cursor,
      queued: job.queued + queued,
      skipped: job.skipped + pending.skipped + pending.rows.length - queued,
      status: isLast ? 'done' : 'running',
    });
    onEvent({ kind: 'progress', job });
    return isLast;
  };

  const look = async (): Promise<{ readonly held: boolean; readonly ahead: number }> => {
    const [control, depth] = await Promise.all([controls.load(job.feed), queue.depth(job.feed)]);
    return { held: isHeld(control), ahead: depth.waiting + depth.delayed };
  };

  const isTimeUp = (): boolean => clock.now() >= until;

  /** Waits until few rows wait. `held`: it was put on hold meanwhile. Rejects with the signal's reason. */
  const waitForQueue = async (pilesUp: boolean): Promise<'go' | 'held' | 'time-up'> => {
    if (isTimeUp()) return 'time-up';
    if (pilesUp) return 'go';
    for (let seen = await look(); ; seen = await look()) {
      if (seen.held) return 'held';
      if (seen.ahead < perAhead) return 'go';
      if (isTimeUp()) return 'time-up';
      onEvent({ kind: 'waiting', job, ahead: seen.ahead });
      if (clock.now() - job.updatedAt >= SIGN_OF_LIFE_MS) await save(job);
      await clock.sleep(LOOK_MS, signal);
    }
  };

  const letGo = async (): Promise<void> => {
    const doing = {
      at: clock.now(),
      by: job.by,
      why: 'Held rows were let go by a replay.',
      trickleRows: config.relay.trickle.rows,
    };
    await changeControl(controls, job.feed, (control) =>
      releaseHold(releaseHold(control, { kind: 'operator' }, doing), { kind: 'breaker' }, doing),
    );
    await save({ ...without(job, 'stopped'), queued: job.planned, status: 'done' });
    onEvent({ kind: 'progress', job });
  };

  /** `done`, or why it stops. */
  const work = async (pilesUp: boolean): Promise<'done' | 'asked' | 'held' | 'time-up'> => {
    if (await settle()) return 'done';
    while (job.queued < job.planned) {
      if (signal?.aborted) return 'asked';
      const queue = await waitForQueue(pilesUp);
      if (queue !== 'go') return queue;
      const page = await nextPage(context, job, Math.min(size, job.planned - job.queued));
      await save({ ...job, pending: page });
      if (await settle()) return 'done';
    }
    await finish();
    return 'done';
  };

  try {
    if (stored.version === 0) await audit(ports, job.feed, 'replay', beginning(job), job.by);
    await save({ ...without(job, 'stopped'), status: 'running' });
    if (job.source === 'held') {
      await letGo();
      return { kind: 'done', job };
    }
    const ended = await work((await look()).held);
    if (ended === 'done') return { kind: 'done', job };
    // A sign of life: nobody else takes it over before the next run has it.
    if (ended === 'time-up') {
      await save(job);
      return { kind: 'yielded', job };
    }
    await stop(ended);
    return { kind: 'stopped', job };
  } catch (error) {
    if (error instanceof Overtaken) return { kind: 'conflict', job: (await jobs.load(job.id)) ?? job };
    await stop(signal?.aborted ? 'asked' : 'failed').catch(() => {});
    if (signal?.aborted && error === signal.reason) return { kind: 'stopped', job };
    throw error;
  }
};

/** Whether a run was seen working on it within half a minute. */
export const isWorkedOn = ({ status, updatedAt }: ReplayJob, now: number): boolean =>
  status === 'running' && Math.abs(now - updatedAt) < LEASE_MS;

/**
 * The stored job of that id, to be gone on with. Throws `relay.not-found`; `relay.refused` for one that is done; and
 * `relay.contended` for one that a run was seen working on within half a minute.
 */
export const resumable = async (
  id: string,
  { jobs, clock }: Pick<RunPorts, 'jobs' | 'clock'>,
): Promise<ReplayJob> => {
  const job = await jobs.load(id);
  if (!job)
    throw new ClaywatchError(
      'relay.not-found',
      'There is no such replay.',
      'Look at the list: `claywatch replay --list`.',
    );
  if (job.status === 'done')
    throw new ClaywatchError(
      'relay.refused',
      `The replay ${job.id} is done.`,
      'Plan a new one: `claywatch replay --dry-run`.',
    );
  if (isWorkedOn(job, clock.now()))
    throw new ClaywatchError(
      'relay.contended',
      `The replay ${job.id} is being worked on.`,
      'Stop it where it runs. If it was killed, it can be taken over half a minute later.',
    );
  return job;
};
