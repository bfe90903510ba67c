import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoOperateRequests } from '../../shared/aws/dynamodb/operate-requests.ts';
import type { Clock } from '../../shared/clock.ts';
import type { OperateRequests } from '../../shared/operate/requests.ts';
import { createMemoryOperateRequests } from '../support/memory-operate-requests.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';

const START = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;

const contract = (name: string, storeOf: (clock: Pick<Clock, 'now'>) => OperateRequests): void => {
  describe(`requests of people, ${name}`, () => {
    let now: number;
    let store: OperateRequests;
    let serial = 0;
    let key: string;
    beforeEach(() => {
      now = START;
      store = storeOf({ now: () => now });
      serial += 1;
      key = `"${serial}" ${'x'.repeat(serial * 100)}`;
    });

    it('knows what is about to be done by the key that named it, and then what was answered', async () => {
      expect(await store.find(key, 'a')).toEqual({ kind: 'new' });
      const intent = { at: START, id: 'ä"\\', nothing: null, list: [] };
      expect(await store.begin(key, 'a', intent)).toEqual({ kind: 'new' });
      expect(await store.find(key, 'a')).toStrictEqual({ kind: 'known', intent, answer: null });
      expect(await store.begin(key, 'a', { at: 1 })).toStrictEqual({ kind: 'known', intent, answer: null });
      await store.answered(key, { outcome: 'held' });
      expect(await store.find(key, 'a')).toStrictEqual({
        kind: 'known',
        intent,
        answer: { outcome: 'held' },
      });
    });

    it('tells another request with the same key, and keeps the first', async () => {
      await store.begin(key, 'a', {});
      expect(await store.find(key, 'b')).toEqual({ kind: 'conflict' });
      expect(await store.begin(key, 'b', {})).toEqual({ kind: 'conflict' });
      expect(await store.find(key, 'a')).toMatchObject({ kind: 'known' });
    });

    it('lets one of many that begin at once be the first, and gives the others its intent', async () => {
      const begun = await Promise.all(Array.from({ length: 8 }, (_, n) => store.begin(key, 'a', { n })));
      const first = begun.findIndex(({ kind }) => kind === 'new');
      expect(begun.filter(({ kind }) => kind === 'new')).toHaveLength(1);
      for (const one of begun) if (one.kind === 'known') expect(one.intent).toEqual({ n: first });
    });

    it('forgets after a day, and says nothing of what it does not know', async () => {
      await store.answered(key, { outcome: 'held' });
      expect(await store.find(key, 'a')).toEqual({ kind: 'new' });
      await store.begin(key, 'a', {});
      now += DAY + 1_000;
      expect(await store.find(key, 'b')).toEqual({ kind: 'new' });
      expect(await store.begin(key, 'b', {})).toEqual({ kind: 'new' });
    });
  });
};

contract('in memory', (clock) => createMemoryOperateRequests({ clock }));

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-operate');
    }, 90_000);
    afterAll(() => table.close());
    contract(name, (clock) => createDynamoOperateRequests({ ...table, clock }));
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
