import type { Clock } from '../../../shared/clock.ts';
import { createTimeline } from '../../support/timeline.ts';

/** A virtual clock for hundreds of thousands of timers: what falls due within the same few milliseconds wakes together. */
export interface FastClock extends Clock {
  /** Moves time on until the promise settles; hands on what it gives. */
  run<T>(promise: Promise<T>): Promise<T>;
  advance(ms: number): Promise<void>;
}

export interface FastClockOptions {
  /** Timers that are due within this time wake together, ms. */
  readonly togetherMs?: number;
  /** Calls under way that take no time of this clock: it stands still until they are answered. */
  readonly underWay?: () => number;
}

export const createFastClock = (
  start: number,
  { togetherMs = 0, underWay = () => 0 }: FastClockOptions = {},
): FastClock => {
  const timeline = createTimeline<{ wake: (() => void) | null }>();
  let now = start;

  const settle = async (): Promise<void> => {
    // An answer may lead to another call: two turns without any, and everybody waits for time.
    for (let quiet = 0; quiet < 2; quiet = underWay() > 0 ? 0 : quiet + 1)
      await new Promise<void>((resolve) => setImmediate(resolve));
  };
  /** Wakes the next ones, unless they are due after `limit`; false when there are none. */
  const step = (limit: number): boolean => {
    const next = timeline.nextDue();
    if (next === undefined || next > limit) return false;
    now = Math.max(now, Math.min(limit, next + togetherMs));
    for (let due = timeline.takeDue(now); due; due = timeline.takeDue(now)) due.wake?.();
    return true;
  };

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          sleeper.wake = null;
          reject(signal?.reason);
        };
        const sleeper: { wake: (() => void) | null } = {
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        timeline.add(now + Math.max(0, ms), sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    run: async (promise) => {
      const state = { isSettled: false };
      const done = () => {
        state.isSettled = true;
      };
      promise.then(done, done);
      let idleMs = 0;
      await settle();
      while (!state.isSettled) {
        if (step(Number.POSITIVE_INFINITY)) idleMs = 0;
        // Something may be under way that takes no time of this clock and that nobody counts.
        else await new Promise((resolve) => setTimeout(resolve, 1));
        idleMs += 1;
        if (idleMs > 2_000) throw new Error('Nothing is due, and nothing is done.');
        await settle();
      }
      return promise;
    },
    advance: async (ms) => {
      const target = now + ms;
      await settle();
      while (step(target)) await settle();
      now = target;
    },
  };
};
