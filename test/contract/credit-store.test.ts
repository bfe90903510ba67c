import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createMemoryCreditStore } from '../support/memory-credit-store.ts';
import { creditStoreContract } from './credit-store.contract.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';

creditStoreContract('in memory', createMemoryCreditStore);

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-credits');
    }, 90_000);
    afterAll(() => table.close());

    creditStoreContract(name, async () => {
      const key = { pk: { S: 'credits' }, sk: { S: 'state' } };
      await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: key }));
      return createDynamoCreditStore(table);
    });
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
