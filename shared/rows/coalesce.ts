import { MAX_ITEMS } from './body.ts';
import type { CallbackRecord, RecordOutcome, RowsLedger } from './ledger.ts';

interface Waiting {
  readonly records: readonly CallbackRecord[];
  readonly resolve: (outcomes: readonly RecordOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

type Ledger = Pick<RowsLedger, 'recordCallbacks' | 'recordRefused'>;

/**
 * Puts callbacks that come while a write of their feed is under way into one write after it. Alone, a callback is
 * written at once and waits for nobody; under load, many share the cost of one. Each is answered only after the write
 * that it is in. When that fails all of its callbacks fail, and each may be repeated.
 */
export const coalesceCallbacks = (ledger: Ledger): Ledger => {
  const queues = new Map<string, Waiting[]>();

  /** As many as fit into one write, at least one. */
  const takeBatch = (queue: Waiting[]): readonly Waiting[] => {
    let rows = 0;
    const fits = queue.findIndex(({ records }, index) => {
      rows += records.length;
      return index > 0 && rows > MAX_ITEMS;
    });
    return queue.splice(0, fits < 0 ? queue.length : fits);
  };

  const write = async (feed: string, batch: readonly Waiting[]): Promise<void> => {
    try {
      const outcomes = await ledger.recordCallbacks(
        feed,
        batch.flatMap(({ records }) => records),
      );
      let from = 0;
      for (const { records, resolve } of batch) {
        resolve(outcomes.slice(from, from + records.length));
        from += records.length;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const drain = async (feed: string, queue: Waiting[]): Promise<void> => {
    while (queue.length > 0) await write(feed, takeBatch(queue));
    queues.delete(feed);
  };

  return {
    recordRefused: ledger.recordRefused,
    recordCallbacks: (feed, records) =>
      new Promise((resolve, reject) => {
        const waiting = { records, resolve, reject };
        const queue = queues.get(feed);
        if (queue) {
          queue.push(waiting);
          return;
        }
        const started = [waiting];
        queues.set(feed, started);
        void drain(feed, started);
      }),
  };
};
