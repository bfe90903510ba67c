import type { Clock } from '../shared/clock.ts';

export interface ScheduleOptions {
  readonly clock: Clock;
  /** Cadence, ms; slots are its multiples since the epoch, so that a cadence of 60 s falls on the minute. */
  readonly everyMs: number;
  /** One run of one slot (epoch ms); `missed` slots before it passed without a run and are not made up for. */
  readonly run: (slot: number, missed: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** How long is slept at most before the clock is read again: a machine that was suspended wakes with a late timer. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Runs at once, then on every slot, one run at a time; returns when aborted. Slots that passed meanwhile (a long run,
 * a suspended machine, a clock set forward) become one run of the latest, as the product reports what was missed
 * itself. A clock set back by more than a slot goes on from the new time.
 */
export const runSchedule = async ({ clock, everyMs, run, signal }: ScheduleOptions): Promise<void> => {
  let last = Math.floor(clock.now() / 1_000) * 1_000;
  if (!signal.aborted) await run(last, 0);
  while (!signal.aborted) {
    const now = clock.now();
    const due = Math.floor(now / everyMs) * everyMs;
    if (due > last || now < last - everyMs) {
      const missed = due > last ? Math.max(0, Math.ceil((due - last) / everyMs) - 1) : 0;
      last = due;
      await run(due, missed);
    } else {
      const untilNext = due + everyMs - now;
      await clock.sleep(Math.min(untilNext, LOOK_AGAIN_MS), signal).catch(() => undefined);
    }
  }
};
