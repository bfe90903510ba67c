import { parseConfig } from '../../shared/config/parse.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import { seededRandom } from '../../shared/forecast/random.ts';
import { type DeadLetter, deadLetterId } from '../../shared/relay/keeping.ts';
import type { QueuedRow } from '../../shared/relay/queue.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import { createMemoryControlStore } from '../support/memory-control-store.ts';
import { createMemoryCreditStore } from '../support/memory-credit-store.ts';
import { createMemoryDeadLetters } from '../support/memory-dead-letters.ts';
import { createMemoryOutbox } from '../support/memory-outbox.ts';
import { createMemoryReplayJobs } from '../support/memory-replay-jobs.ts';
import { createMemoryRowQueue } from '../support/memory-row-queue.ts';
import { createMemoryRowsLedger } from '../support/memory-rows-ledger.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

export const HOUR = 3_600_000;
export const START = Date.UTC(2026, 10, 3, 12);
export const FEED = 'leads';

export const relayConfig = (input: ConfigInput = {}): Config =>
  parseConfig(
    {
      feeds: {
        [FEED]: {
          relay: { secret: 'env:ROWS_SECRET' },
          webhooks: [
            { id: 'leads-1', url: 'env:LEADS_1', table: 'Leads' },
            { id: 'leads-2', url: 'env:LEADS_2', table: 'Leads' },
          ],
          tables: { Leads: { ceiling: 80_000 } },
        },
      },
      ...input,
    },
    'the configuration of a test',
  );

/** Everything that a replay touches, in memory, and a forwarder that keeps to the ledger's rules. */
export const createReplayWorld = (seed = 1, config = relayConfig()) => {
  const clock = createVirtualClock(START);
  const ledger = createMemoryRowsLedger({ clock });
  const queue = createMemoryRowQueue({ clock });
  const outbox = createMemoryOutbox({ clock });
  const deadLetters = createMemoryDeadLetters({ clock });
  const ports = {
    clock,
    rows: ledger,
    sends: ledger,
    outbox,
    deadLetters,
    queue,
    controls: createMemoryControlStore(),
    credits: createMemoryCreditStore(),
    jobs: createMemoryReplayJobs(),
    random: seededRandom(seed),
  };
  /** How often Clay took each row. */
  const atClay = new Map<string, number>();

  const makeRows = (count: number): readonly QueuedRow[] =>
    issueRowIds(count, clock, ports.random).map((id) => ({
      feed: FEED,
      id,
      json: JSON.stringify({ email: 'ada@example.com', _claywatch_row_id: id }),
      takenAt: clock.now(),
      after: 0,
      tries: 0,
      origin: 'sender',
    }));

  const post = async (row: QueuedRow): Promise<void> => {
    const [state] = await ledger.sends(FEED, [row.id]);
    if (!state || state.accepted > row.after || state.calledBack) return;
    const attempt = state.attempts + 1;
    const sent = { rowId: row.id, webhook: 'leads-1', attempt };
    const [claimed] = await ledger.claim(FEED, [{ ...sent, at: clock.now() }]);
    if (claimed !== 'claimed') return;
    await outbox.keep(FEED, [row]);
    atClay.set(row.id, (atClay.get(row.id) ?? 0) + 1);
    await ledger.settle(FEED, [{ ...sent, at: clock.now(), outcome: 'accepted' }]);
  };

  /** Takes at most ten rows out of the queue and sends them, as the forwarder does. */
  const forward = async (): Promise<number> => {
    const { rows } = await queue.receive(FEED, { waitSeconds: 0, visibilitySeconds: 60 });
    for (const { row } of rows) await post(row);
    await queue.remove(
      FEED,
      rows.map(({ handle }) => handle),
    );
    return rows.length;
  };

  return {
    config,
    clock,
    ports,
    atClay,
    makeRows,
    forward,
    drain: async (): Promise<void> => {
      while ((await forward()) > 0);
    },
    /** Rows that Clay took, and that never came back. */
    accepted: async (count: number): Promise<readonly QueuedRow[]> => {
      const rows = makeRows(count);
      for (const row of rows) await post(row);
      return rows;
    },
    callBack: (rows: readonly QueuedRow[], credits = 0) =>
      ledger.recordCallbacks(
        FEED,
        rows.map(({ id }) => ({
          rowId: id,
          at: clock.now(),
          result: 'hit',
          status: 'SUCCESS',
          ...(credits > 0 && { credits, actions: 1 }),
        })),
      ),
    setAside: async (rows: readonly QueuedRow[], of: Partial<DeadLetter> = {}) => {
      const letters = rows.map(
        (row): DeadLetter => ({
          id: deadLetterId(row.id),
          feed: FEED,
          at: clock.now(),
          fault: 'ours',
          reason: 'unknown-answer',
          detail: 'Clay answered 418, again and again.',
          status: 418,
          webhook: 'leads-1',
          row,
          ...of,
        }),
      );
      await deadLetters.put(letters);
      return letters;
    },
  };
};

export type ReplayWorld = ReturnType<typeof createReplayWorld>;
