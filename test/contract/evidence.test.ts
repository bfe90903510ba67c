import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoEvidenceStore } from '../../shared/aws/dynamodb/evidence-store.ts';
import { createMemoryEvidenceStore } from '../support/memory-evidence-store.ts';
import { evidenceStoreContract } from './evidence-store.contract.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';

const memory = createMemoryEvidenceStore();
evidenceStoreContract('in memory', () => memory);

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-evidence');
    }, 90_000);
    afterAll(() => table.close());

    evidenceStoreContract(name, () => createDynamoEvidenceStore(table));
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
