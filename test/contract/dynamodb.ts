import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoWatchStore } from '../../shared/aws/dynamodb/watch-store.ts';
import { incidentStoreContract } from './incident-store.contract.ts';
import type { LocalTable } from './local-table.ts';
import { rowsLedgerContract } from './rows-ledger.contract.ts';
import { sendsLedgerContract } from './sends-ledger.contract.ts';
import { watchStoreContract } from './watch-store.contract.ts';

/** Runs every contract on the DynamoDB stores, against one table of the given server. */
export const dynamoContracts = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-test');
    }, 90_000);
    afterAll(() => table.close());

    incidentStoreContract(name, () => createDynamoIncidentStore(table));
    rowsLedgerContract(name, (settings) => createDynamoRowsLedger({ ...table, ...settings }));
    sendsLedgerContract(name, (settings) => createDynamoRowsLedger({ ...table, ...settings }));
    watchStoreContract(name, async () => {
      const key = { pk: { S: 'watch' }, sk: { S: 'state' } };
      await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: key }));
      return createDynamoWatchStore(table);
    });
  });
};
