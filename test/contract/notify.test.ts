import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoThrottleStore } from '../../shared/aws/dynamodb/notify/throttle-store.ts';
import { createDynamoSilenceStore } from '../../shared/aws/dynamodb/silence-store.ts';
import { createMemoryProofLedger } from '../support/memory-proof.ts';
import { createMemorySilenceStore } from '../support/memory-silence-store.ts';
import { createMemoryThrottleStore } from '../support/memory-throttle-store.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';
import { proofLedgerContract } from './proof-ledger.contract.ts';
import { silenceStoreContract } from './silence-store.contract.ts';
import { throttleStoreContract } from './throttle-store.contract.ts';

const memoryLedger = createMemoryProofLedger();
proofLedgerContract('in memory', () => memoryLedger);
const memorySilences = createMemorySilenceStore();
silenceStoreContract('in memory', () => memorySilences);
throttleStoreContract('in memory', createMemoryThrottleStore);

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-notify');
    }, 90_000);
    afterAll(() => table.close());

    proofLedgerContract(name, () => createDynamoProofLedger(table));
    silenceStoreContract(name, () => createDynamoSilenceStore(table));
    throttleStoreContract(name, async () => {
      const key = { pk: { S: 'notify' }, sk: { S: 'throttle' } };
      await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: key }));
      return createDynamoThrottleStore(table);
    });
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
