import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoIdempotencyStore } from '../../shared/aws/dynamodb/relay/idempotency.ts';
import { createDynamoSeenStore } from '../../shared/aws/dynamodb/relay/seen.ts';
import { createMemoryIdempotencyStore } from '../support/memory-idempotency.ts';
import { createMemorySeenStore } from '../support/memory-seen.ts';
import { idempotencyContract } from './idempotency.contract.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';
import { seenContract } from './seen.contract.ts';

idempotencyContract('in memory', createMemoryIdempotencyStore);
seenContract('in memory', createMemorySeenStore);

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-requests');
    }, 90_000);
    afterAll(() => table.close());

    idempotencyContract(name, (settings) => createDynamoIdempotencyStore({ ...table, ...settings }));
    seenContract(name, () => createDynamoSeenStore(table));
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
