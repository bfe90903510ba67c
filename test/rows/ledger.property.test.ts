import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { type LocalTable, startDynalite } from '../contract/local-table.ts';
import { createMemoryRowsLedger, type MemoryRowsFeed } from '../support/memory-rows-ledger.ts';
import { createClock, dying } from './dying.ts';
import { play, RETAIN_DAYS, START, story } from './ledger-story.ts';

/** A story takes about a third of a second. */
const STORIES = Number(process.env.PROPERTY_RUNS ?? 15);

describe('the rows ledger, whatever happens to it', () => {
  let table: LocalTable;
  let stories = 0;
  beforeAll(async () => {
    table = await startDynalite('claywatch-test');
  });
  afterAll(() => table.close());

  it('counts what its model counts, in memory', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const clock = createClock(START);
        const feeds = new Map<string, MemoryRowsFeed>();
        const ledger = () => createMemoryRowsLedger({ clock, retainDays: RETAIN_DAYS, feeds });
        const model = createMemoryRowsLedger({ clock, retainDays: RETAIN_DAYS });
        await play('leads', steps, clock, model, () => ({ ledger: ledger(), isDead: () => false }));
      }),
      { numRuns: 50 },
    );
  });

  it('counts what its model counts, in the embedded store, though processes die between any two calls', {
    timeout: 8_000 * STORIES,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const clock = createClock(START);
        stories += 1;
        const feed = `leads-${stories}`;
        const model = createMemoryRowsLedger({ clock, retainDays: RETAIN_DAYS });
        await play(feed, steps, clock, model, (dies) => {
          const { client, isDead } = dying(table.client, dies);
          const ledger = createDynamoRowsLedger({
            client,
            tableName: table.tableName,
            clock,
            retainDays: RETAIN_DAYS,
          });
          return { ledger, isDead };
        });
      }),
      { numRuns: STORIES },
    );
  });
});
