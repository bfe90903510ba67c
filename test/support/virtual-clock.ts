import type { Clock } from '../../shared/clock.ts';

/** A clock that a test moves. Nothing waits in real time. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms`, stopping at every timer on the way so that what it wakes can run (and set timers of its
   * own) before time goes further.
   */
  advance(ms: number): Promise<void>;
  /** Moves time to the next timer, again and again, until `promise` settles; hands on its value or its rejection. */
  run<T>(promise: Promise<T>): Promise<T>;
  /** Sets the wall clock by `ms` (also backwards) without waking anybody: what a clock correction does. */
  jump(ms: number): void;
  /** How many sleepers there are: zero at the end of a test that leaves nothing behind. */
  pending(): number;
}

export interface VirtualClockOptions {
  /**
   * Awaited before time moves on, so that work which was woken gets to run. The default gives the event loop three
   * turns, enough for promise chains; code that does real I/O needs an own one that awaits it.
   */
  readonly settle?: () => Promise<void>;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** Timers with the same due time wake in the order in which they were set. */
export const createVirtualClock = (startEpochMs: number, options: VirtualClockOptions = {}): VirtualClock => {
  const settle = options.settle ?? turns;
  const sleepers: Sleeper[] = [];
  /** Time that has passed; never goes back. What `now` says may differ after a jump. */
  let elapsed = 0;
  let offset = startEpochMs;

  const insert = (sleeper: Sleeper): void => {
    const after = sleepers.findIndex((other) => other.due > sleeper.due);
    sleepers.splice(after === -1 ? sleepers.length : after, 0, sleeper);
  };
  const remove = (sleeper: Sleeper): void => {
    const index = sleepers.indexOf(sleeper);
    if (index !== -1) sleepers.splice(index, 1);
  };
  const wakeNext = (): void => {
    const next = sleepers.shift();
    if (!next) return;
    elapsed = Math.max(elapsed, next.due);
    next.wake();
  };

  return {
    now: () => offset + elapsed,
    pending: () => sleepers.length,
    jump: (ms) => {
      offset += ms;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          remove(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          due: elapsed + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        insert(sleeper);
      }),
    advance: async (ms) => {
      const target = elapsed + ms;
      await settle();
      while ((sleepers[0]?.due ?? Number.POSITIVE_INFINITY) <= target) {
        wakeNext();
        await settle();
      }
      elapsed = Math.max(elapsed, target);
    },
    run: async (promise) => {
      const state = { settled: false };
      const done = () => {
        state.settled = true;
      };
      promise.then(done, done);
      await settle();
      while (!state.settled) {
        wakeNext();
        await settle();
      }
      return promise;
    },
  };
};
