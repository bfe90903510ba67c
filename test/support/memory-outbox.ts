import type { Clock } from '../../shared/clock.ts';
import type { Outbox } from '../../shared/relay/keeping.ts';
import type { QueuedRow } from '../../shared/relay/queue.ts';

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The outbox in memory; the same contract as the real one. */
export const createMemoryOutbox = ({
  clock,
  keepHours = 168,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly keepHours?: number;
}): Outbox => {
  const kept = new Map<string, { readonly row: QueuedRow; readonly expiresAt: number }>();
  const here = (feed: string, rowIds: readonly string[]) =>
    [...new Set(rowIds)].flatMap((rowId) => {
      const found = kept.get(`${feed}\n${rowId}`);
      return found && found.expiresAt > clock.now() ? [{ ...found, rowId }] : [];
    });

  return {
    keep: async (feed, rows) => {
      const copies = structuredClone(rows);
      await yieldTurn();
      const expiresAt = clock.now() + keepHours * 3_600_000;
      for (const row of copies) kept.set(`${feed}\n${row.id}`, { row, expiresAt });
    },
    find: async (feed, rowIds) => {
      await yieldTurn();
      return here(feed, rowIds).map(({ row }) => structuredClone(row));
    },
    kept: async (feed, rowIds) => {
      await yieldTurn();
      return here(feed, rowIds).map(({ rowId, expiresAt }) => ({ rowId, until: expiresAt }));
    },
  };
};
