import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createMemoryProofLedger } from '../support/memory-proof.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';
import { proofLedgerContract } from './proof-ledger.contract.ts';

const memoryLedger = createMemoryProofLedger();
proofLedgerContract('in memory', () => memoryLedger);

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-notify');
    }, 90_000);
    afterAll(() => table.close());

    proofLedgerContract(name, () => createDynamoProofLedger(table));
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
