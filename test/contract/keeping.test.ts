import { randomBytes } from 'node:crypto';
import { type AttributeValue, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDeadLetters } from '../../shared/aws/dynamodb/relay/dead-letters.ts';
import { createDynamoOutbox } from '../../shared/aws/dynamodb/relay/outbox.ts';
import { createDynamoReplayJobs } from '../../shared/aws/dynamodb/relay/replay-jobs.ts';
import { deadLetterId } from '../../shared/relay/keeping.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import { createSeal } from '../../shared/seal/node-seal.ts';
import { createMemoryDeadLetters } from '../support/memory-dead-letters.ts';
import { createMemoryOutbox } from '../support/memory-outbox.ts';
import { createMemoryReplayJobs } from '../support/memory-replay-jobs.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { deadLettersContract } from './dead-letters.contract.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';
import { outboxContract, queuedRow } from './outbox.contract.ts';
import { replayJobsContract } from './replay-jobs.contract.ts';

outboxContract('in memory', createMemoryOutbox);
deadLettersContract('in memory', createMemoryDeadLetters);
replayJobsContract('in memory', createMemoryReplayJobs);

const newSeal = () => createSeal(randomBytes(32).toString('base64'));

/** A value that no row may leave readable in the table, nor in any usual coding of it. */
const SECRET = 'grace.hopper@example.com';
const codingsOf = (text: string): readonly string[] => [
  text,
  ...[0, 1, 2].map((offset) =>
    Buffer.from(' '.repeat(offset) + text)
      .toString('base64')
      .slice(4, -4),
  ),
  Buffer.from(text).toString('hex'),
];

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-keeping');
    }, 90_000);
    afterAll(() => table.close());

    const seal = newSeal();
    outboxContract(name, (settings) => createDynamoOutbox({ ...table, ...settings, seal }));
    deadLettersContract(name, (settings) => createDynamoDeadLetters({ ...table, ...settings, seal }));
    replayJobsContract(name, () => createDynamoReplayJobs(table));

    describe(`what is stored of rows, ${name}`, () => {
      const clock = createVirtualClock(Date.UTC(2026, 10, 3, 12));
      const settings = () => ({ ...table, clock, keepHours: 10, keepDays: 10 });
      const rows = (count: number, feed: string) =>
        issueRowIds(count, clock).map((id) =>
          queuedRow(id, clock.now(), { feed, json: JSON.stringify({ email: SECRET, id }) }),
        );
      const lettersOf = (feed: string) =>
        rows(2, feed).map((row) => ({
          id: deadLetterId(row.id),
          feed,
          at: clock.now(),
          fault: 'row' as const,
          reason: 'bad-request' as const,
          detail: 'Clay answered 400.',
          status: 400,
          webhook: 'leads-1',
          row,
        }));
      const stored = async (of: string) => {
        const items: Record<string, AttributeValue>[] = [];
        for await (const { Items = [] } of paginateScan(table, { TableName: table.tableName }))
          items.push(...Items.filter(({ pk }) => pk?.S?.startsWith(of)));
        return items;
      };

      it('is not readable in any item', async () => {
        await createDynamoOutbox({ ...settings(), seal }).keep('sealed', rows(20, 'sealed'));
        const letters = createDynamoDeadLetters({ ...settings(), seal });
        const [letter] = lettersOf('sealed');
        await letters.put([
          ...lettersOf('sealed'),
          ...(letter ? [{ ...letter, id: 'dl-body', row: null, body: `broken ${SECRET}` }] : []),
        ]);
        const items = [...(await stored('outbox#sealed')), ...(await stored('dead#sealed'))];
        expect(items).toHaveLength(1 + 3);
        const text = JSON.stringify(items);
        for (const coded of codingsOf(SECRET)) expect(text).not.toContain(coded);
        for (const item of items) expect(Number(item.expiresAt?.N)).toBeGreaterThan(clock.now() / 1_000);
      });

      it('is one item for twenty rows of a moment', async () => {
        await createDynamoOutbox({ ...settings(), seal }).keep('packed', rows(20, 'packed'));
        expect(await stored('outbox#packed')).toHaveLength(1);
      });

      it('opens with its own key only, and is not thrown away without it', async () => {
        const kept = rows(2, 'locked');
        await createDynamoOutbox({ ...settings(), seal }).keep('locked', kept);
        const letters = lettersOf('locked');
        await createDynamoDeadLetters({ ...settings(), seal }).put(letters);
        const other = { ...settings(), seal: newSeal() };
        const ids = kept.map(({ id }) => id);
        expect(await createDynamoOutbox(other).find('locked', ids)).toEqual([]);
        const { letters: locked } = await createDynamoDeadLetters(other).list('locked', { limit: 10 });
        expect(locked).toStrictEqual(letters.map((letter) => ({ ...letter, row: null, locked: true })));
      });
    });
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
