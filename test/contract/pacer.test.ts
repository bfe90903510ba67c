import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoPacer } from '../../shared/aws/dynamodb/relay/pacer.ts';
import { createMemoryPacer, type MemoryPace } from '../support/memory-pacer.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';
import { pacerContract } from './pacer.contract.ts';

pacerContract('in memory', async (rules) => {
  const pace: MemoryPace = { state: null };
  return (clock) => createMemoryPacer({ rules, clock, pace });
});

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-pace');
    }, 90_000);
    afterAll(() => table.close());

    pacerContract(name, async (rules) => {
      const key = { pk: { S: 'pace#workspace' }, sk: { S: 'state' } };
      await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: key }));
      return (clock) => createDynamoPacer({ ...table, rules, clock });
    });
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
