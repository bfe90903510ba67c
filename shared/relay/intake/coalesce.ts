import type { QueuedRow, RowQueue } from '../queue.ts';
import { MAX_ROWS } from './parse-rows.ts';

interface Waiting {
  readonly rows: readonly QueuedRow[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What intake needs of the queue. */
export interface RowSink {
  send(feed: string, rows: readonly QueuedRow[]): Promise<void>;
}

/**
 * Puts rows that come while some of their feed are being sent into one call after it. Alone, a row is sent at once and
 * waits for nobody; under load, ten share the cost of one. Each request is answered only after the call that its rows
 * are in. When that fails all of its requests fail, and each may be repeated.
 */
export const coalesceSends = (queue: Pick<RowQueue, 'send'>): RowSink => {
  const feeds = new Map<string, Waiting[]>();

  /** As many as one request may have, at least one of those that wait. */
  const takeBatch = (waiting: Waiting[]): readonly Waiting[] => {
    let count = 0;
    const fits = waiting.findIndex(({ rows }, index) => {
      count += rows.length;
      return index > 0 && count > MAX_ROWS;
    });
    return waiting.splice(0, fits < 0 ? waiting.length : fits);
  };

  const send = async (feed: string, batch: readonly Waiting[]): Promise<void> => {
    try {
      await queue.send(
        feed,
        batch.flatMap(({ rows }) => rows),
      );
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const drain = async (feed: string, waiting: Waiting[]): Promise<void> => {
    while (waiting.length > 0) await send(feed, takeBatch(waiting));
    feeds.delete(feed);
  };

  return {
    send: (feed, rows) =>
      new Promise((resolve, reject) => {
        const one: Waiting = { rows, resolve, reject };
        const waiting = feeds.get(feed);
        if (waiting) {
          waiting.push(one);
          return;
        }
        const started = [one];
        feeds.set(feed, started);
        void drain(feed, started);
      }),
  };
};
