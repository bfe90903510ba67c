import { relayedFeeds } from '../../config/relayed.ts';
import { createLane, type Lane } from './lane.ts';
import type { ForwardPorts, ForwardReport } from './ports.ts';
import { createRun, type Run, type RunReason } from './run.ts';
import { drainUndeliverable } from './upkeep.ts';

export interface ForwardOptions {
  /** How long new rows are taken on, ms. */
  readonly workMs: number;
  /** After that: how long answers are waited for, before exchanges are broken off, ms. */
  readonly graceMs: number;
  /** Aborted: as if the time were up. */
  readonly signal?: AbortSignal;
  /** Default: `rows`. */
  readonly reason?: RunReason;
  /** The one feed whose rows are sent; of a name that is not relayed nothing is believed. Left out: all of them. */
  readonly feed?: string | undefined;
}

/** Rows that get slots at once at most; slots lie at most a second ahead. */
const MAX_RESERVED = 1_000;
const LOOK_MS = 1_000;

/** Gives the slots to the lanes in turn, so that a long queue does not starve a short one. */
const shareOut = (slots: readonly number[], lanes: readonly Lane[], from: number): number => {
  let turn = from;
  for (const slot of slots) {
    for (let asked = 0; asked < lanes.length; asked += 1) {
      const lane = lanes[turn % lanes.length];
      turn += 1;
      if (lane && lane.wants() > 0 && lane.take(slot)) break;
    }
  }
  for (const lane of lanes) lane.dispatch();
  return turn % Math.max(1, lanes.length);
};

const pump = async (run: Run, lanes: readonly Lane[]): Promise<void> => {
  const { ports, clock, bell } = run;
  const { rowsPerSecond, sendTimeoutMs } = ports.config.relay;
  // What can be under way when every answer takes as long as it may.
  const mostUnderWay = Math.ceil((rowsPerSecond * (sendTimeoutMs + 2_000)) / 1_000) + 20;
  let turn = 0;
  let noSlotBefore = Number.NEGATIVE_INFINITY;

  const reserve = async (wanted: number): Promise<void> => {
    try {
      const { slots, waitMs } = await ports.pacer.reserve(Math.min(wanted, MAX_RESERVED));
      noSlotBefore = slots.length > 0 ? Number.NEGATIVE_INFINITY : clock.now() + Math.min(waitMs, LOOK_MS);
      turn = shareOut(slots, lanes, turn);
    } catch (error) {
      noSlotBefore = clock.now() + LOOK_MS;
      run.fault(error, 'reserving slots');
    }
  };

  while (!run.isEnding()) {
    const isIdle = lanes.every((lane) => lane.isIdle());
    // A look that is under way is waited for: what it finds and nobody hears of would be hidden for a minute.
    if (isIdle && lanes.every((lane) => lane.looks() === 0)) return;
    for (const lane of lanes) lane.maintain(!isIdle);
    const underWay = lanes.reduce((sum, lane) => sum + lane.underWay(), 0);
    const wanted = Math.min(
      mostUnderWay - underWay,
      lanes.reduce((sum, lane) => sum + lane.wants(), 0),
    );
    const isTooEarly = clock.now() < noSlotBefore && noSlotBefore - clock.now() <= LOOK_MS;
    if (wanted > 0 && !isTooEarly) {
      await reserve(wanted);
      continue;
    }
    const due = Math.min(
      run.until,
      isTooEarly ? noSlotBefore : Number.POSITIVE_INFINITY,
      ...lanes.map((lane) => lane.nextDueAt()),
    );
    await bell.wait(Math.min(LOOK_MS, Math.max(1, due - clock.now())));
  }
};

/** Resolves when nothing is under way; breaks exchanges off when the grace is over. */
const windUp = async (run: Run, lanes: readonly Lane[], breakOff: AbortController, graceMs: number) => {
  for (const lane of lanes) lane.hurry();
  const done = new AbortController();
  const grace = run.clock
    .sleep(graceMs, done.signal)
    .then(() => breakOff.abort())
    .catch(() => undefined);
  await run.settled();
  done.abort();
  await grace;
};

/**
 * Sends rows to Clay until the queues are empty or the time is up. Any number of forwarders may run at once, and each
 * may die anywhere: a row is removed from its queue only when Clay has it or a person can find it, and every attempt to
 * send it is written down before it is made. Rejects never for what a port does.
 */
export const createForwarder =
  (ports: ForwardPorts) =>
  async ({
    workMs,
    graceMs,
    signal,
    reason = 'rows',
    feed: only,
  }: ForwardOptions): Promise<ForwardReport> => {
    const { clock, config } = ports;
    const startedAt = clock.now();
    const over = new AbortController();
    const broken = new AbortController();
    const breakOff = new AbortController();
    const until = startedAt + workMs;
    const end = () => over.abort();
    const stop = () => {
      end();
      broken.abort();
    };
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });

    const run = createRun(ports, {
      reason,
      until,
      isEnding: () => over.signal.aborted || Math.abs(clock.now() - startedAt) >= workMs,
      receiving: broken.signal,
      exchanging: breakOff.signal,
    });
    over.signal.addEventListener('abort', run.bell.ring, { once: true });

    const names = relayedFeeds(config);
    const chosen = only !== undefined && names.includes(only) ? [only] : names;
    const lanes = chosen.flatMap((name) => {
      const feed = config.feeds[name];
      return feed ? [createLane(run, name, feed)] : [];
    });
    // What SQS set aside waits for the schedule, or for a run that stays anyway.
    if (reason !== 'lone-row') void run.spawn('draining dead letters', () => drainUndeliverable(run, names));
    await pump(run, lanes);
    end();
    signal?.removeEventListener('abort', stop);
    await windUp(run, lanes, breakOff, graceMs);
    for (const lane of lanes) void run.spawn('finishing', () => lane.finish());
    await run.settled();

    return {
      ...run.report,
      stopped: Object.fromEntries(
        lanes.flatMap((lane) => {
          const why = lane.stopped();
          return why === null ? [] : [[lane.name, why]];
        }),
      ),
    };
  };
