import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import type { SendsLedger } from '../../shared/relay/sends.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import { type LocalTable, startDynalite } from '../contract/local-table.ts';
import { createMemoryRowsLedger, type MemoryRowsFeed } from '../support/memory-rows-ledger.ts';
import { createClock, type Dies, dying } from './dying.ts';

const START = Date.UTC(2026, 10, 3, 11, 52);
const STORIES = Number(process.env.PROPERTY_RUNS ?? 15);
const WEBHOOKS = ['first', 'second'] as const;
const ROWS = 12;

/** One delivery of a row's message to a forwarder, and what Clay does with the request, if one is made. */
const delivery = fc.record({
  row: fc.nat({ max: ROWS - 1 }),
  webhook: fc.constantFrom(...WEBHOOKS),
  clay: fc.constantFrom('takes', 'takes', 'refuses', 'takes, and the answer is lost', 'never hears of it'),
  dies: fc.option(
    fc.record({
      at: fc.integer({ min: 1, max: 6 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  ),
});
type Delivery = typeof delivery extends fc.Arbitrary<infer T> ? T : never;
const deliveries = fc.array(fc.array(delivery, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 20,
});

type Ledger = RowsLedger & SendsLedger;
type Start = (dies: Dies | null) => { readonly ledger: Ledger; readonly isDead: () => boolean };

/** Delivers rows to forwarders that keep to the rules, and compares what is counted with what Clay took. */
const play = async (
  feed: string,
  steps: readonly (readonly Delivery[])[],
  clock: ReturnType<typeof createClock>,
  start: Start,
): Promise<void> => {
  const ids = issueRowIds(ROWS, clock);
  const taken = new Map<string, number>(WEBHOOKS.map((webhook) => [webhook, 0]));
  const takenOfRow = new Map<number, number>();
  const asked = new Set<string>();
  const seenAccepted = new Set<number>();

  const post = ({ row, webhook, clay }: Delivery, attempt: number): 'accepted' | 'refused' | null => {
    const request = `${row}/${attempt}`;
    // An attempt is made once, unless it was refused.
    expect(asked.has(request)).toBe(false);
    asked.add(request);
    if (clay.startsWith('takes')) {
      taken.set(webhook, (taken.get(webhook) ?? 0) + 1);
      takenOfRow.set(row, (takenOfRow.get(row) ?? 0) + 1);
    }
    return clay === 'takes' ? 'accepted' : clay === 'refuses' ? 'refused' : null;
  };

  const forward = async (told: Delivery): Promise<void> => {
    const { ledger, isDead } = start(told.dies);
    const { row, webhook } = told;
    const rowId = ids[row] ?? '';
    try {
      const [state] = await ledger.sends(feed, [rowId]);
      if (!state || state.accepted > 0) return;
      const attempt = state.attempts + 1;
      const [claim] = await ledger.claim(feed, [{ rowId, webhook, at: clock.now(), attempt }]);
      if (claim !== 'claimed') return;
      const outcome = post(told, attempt);
      if (!outcome) return;
      // Before the refusal is written: somebody may go on as soon as it is.
      if (outcome === 'refused') asked.delete(`${row}/${attempt}`);
      await ledger.settle(feed, [{ rowId, webhook, attempt, at: clock.now(), outcome }]);
      if (outcome === 'accepted') seenAccepted.add(row);
    } catch (error) {
      if (!isDead()) throw error;
    }
  };

  for (const together of steps) {
    await Promise.all(together.map(forward));
    clock.move(45_000);
  }
  const { webhooks, totals, resent } = await start(null).ledger.fold(feed, clock.now());
  for (const webhook of WEBHOOKS) {
    const { accepted = 0, unknown = 0 } = webhooks.find((each) => each.webhook === webhook) ?? {};
    const truth = taken.get(webhook) ?? 0;
    expect(accepted).toBeLessThanOrEqual(truth);
    expect(truth).toBeLessThanOrEqual(accepted + unknown);
  }
  expect(totals.submitted).toBeGreaterThanOrEqual(seenAccepted.size);
  expect(totals.submitted).toBeLessThanOrEqual(takenOfRow.size);
  const duplicates = [...takenOfRow.values()].reduce((sum, times) => sum + times - 1, 0);
  expect(duplicates).toBeLessThanOrEqual((resent?.acceptedAgain ?? 0) + (resent?.uncertain ?? 0));
};

describe('what is counted of forwarders that race and die', () => {
  let table: LocalTable;
  let stories = 0;
  beforeAll(async () => {
    table = await startDynalite('claywatch-test');
  });
  afterAll(() => table.close());

  it('holds what Clay took, and every duplicate at Clay, in memory', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async (steps) => {
        const clock = createClock(START);
        const feeds = new Map<string, MemoryRowsFeed>();
        const start: Start = () => ({
          ledger: createMemoryRowsLedger({ clock, feeds }),
          isDead: () => false,
        });
        await play('leads', steps, clock, start);
      }),
      { numRuns: 100 },
    );
  });

  it('holds what Clay took, and every duplicate at Clay, in the embedded store', {
    timeout: 8_000 * STORIES,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async (steps) => {
        const clock = createClock(START);
        stories += 1;
        await play(`leads-${stories}`, steps, clock, (dies) => {
          const { client, isDead } = dying(table.client, dies);
          const ledger = createDynamoRowsLedger({
            ...{ client, tableName: table.tableName },
            ...{ clock, retainDays: 35 },
          });
          return { ledger, isDead };
        });
      }),
      { numRuns: STORIES },
    );
  });
});
