import type { Clock } from '../../clock.ts';

export interface Batcher<T> {
  /** Resolves when the batch that the item is in was written; rejects when that failed, again and again. */
  add(item: T): Promise<void>;
  /** From now on nothing waits for company. */
  hurry(): void;
}

export interface BatcherOptions<T> {
  readonly clock: Clock;
  readonly write: (items: readonly T[]) => Promise<void>;
  /** How long an item waits for others, ms; asked for each batch. Many of them do not wait. */
  readonly gatherMs: () => number;
  readonly most: number;
  /** Waits before a write is repeated, ms. */
  readonly againAfterMs: readonly number[];
}

/** Given as the reason, so that no error is made for each batch. */
const ENOUGH = 'enough';

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Puts what comes within a moment into one write, one write at a time, and repeats a write that failed. */
export const createBatcher = <T>(options: BatcherOptions<T>): Batcher<T> => {
  const { clock, write, gatherMs, most, againAfterMs } = options;
  let waiting: Waiting<T>[] = [];
  let isRunning = false;
  let isHurried = false;
  let gathering: AbortController | null = null;

  const gather = async (): Promise<void> => {
    if (isHurried || waiting.length >= most) return;
    const ms = gatherMs();
    if (ms <= 0) return;
    gathering = new AbortController();
    await clock.sleep(ms, gathering.signal).catch(() => undefined);
    gathering = null;
  };

  const writeOut = async (items: readonly T[]): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await write(items);
      } catch (error) {
        const pause = againAfterMs[attempt];
        if (pause === undefined) throw error;
        await clock.sleep(pause);
      }
    }
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      await gather();
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        await writeOut(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isRunning = false;
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (waiting.length >= most) gathering?.abort(ENOUGH);
        if (isRunning) return;
        isRunning = true;
        void run();
      }),
    hurry: () => {
      isHurried = true;
      gathering?.abort(ENOUGH);
    },
  };
};
