import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import type { Clock } from '../../shared/clock.ts';

export interface StoreOptions {
  readonly tableName: string;
  readonly clock: Clock;
  readonly retainDays: number;
}

/** What `callback` writes to once a sender is known. A part of its own: see `dependencies.ts`. */
export const createStore = ({ tableName, clock, retainDays }: StoreOptions) => {
  const table = { client: createDynamoClient(), tableName };
  return {
    ledger: createDynamoRowsLedger({ ...table, clock, retainDays }),
    uses: createDynamoSecretUseLog(table),
  };
};
