import { DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createMemoryControlStore } from '../support/memory-control-store.ts';
import { controlStoreContract } from './control-store.contract.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';

controlStoreContract('in memory', () => createMemoryControlStore());

const clear = async ({ client, tableName }: LocalTable): Promise<void> => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
  for (const { pk, sk } of Items)
    if (pk && sk) await client.send(new DeleteItemCommand({ TableName: tableName, Key: { pk, sk } }));
};

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-control');
    }, 90_000);
    afterAll(() => table.close());

    controlStoreContract(name, async () => {
      await clear(table);
      return createDynamoControlStore(table);
    });

    it('takes two write units for a second of sending, however many rows it was', async () => {
      await clear(table);
      const store = createDynamoControlStore(table);
      const at = Date.UTC(2026, 10, 21, 17, 24);
      const answers = Array.from({ length: 100 }, (_, index) => ({
        webhook: `leads-${1 + (index % 3)}`,
        answer: index % 7 === 0 ? ('server' as const) : ('accepted' as const),
        status: 200,
        at,
      }));
      const units: number[] = [];
      table.client.middlewareStack.add(
        (next) => async (args) => {
          Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
          const result = await next(args);
          const { ConsumedCapacity: used } = result.output as {
            ConsumedCapacity?: { CapacityUnits?: number };
          };
          units.push(used?.CapacityUnits ?? Number.NaN);
          return result;
        },
        { step: 'initialize', name: 'capacity' },
      );
      await store.count('leads', { at, answers });
      table.client.middlewareStack.remove('capacity');
      expect(units).toEqual([1, 1]);
    });

    it('lets the windows expire, and nothing else', async () => {
      await clear(table);
      const store = createDynamoControlStore(table);
      const at = Date.UTC(2026, 10, 21, 17, 24);
      await store.count('leads', {
        at,
        answers: [{ webhook: 'leads-1', answer: 'accepted', status: 200, at }],
      });
      const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
      const expiries = Object.fromEntries(Items.map((item) => [item.sk?.S, item.expiresAt?.N]));
      expect(expiries).toEqual({
        tally: undefined,
        'tally#01795281600000': String(Date.UTC(2026, 10, 22, 17, 20) / 1_000),
      });
    });
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
