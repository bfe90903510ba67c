import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoEvidenceStore } from '../../shared/aws/dynamodb/evidence-store.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config/schema.ts';

export interface StoresOptions {
  readonly tableName: string;
  readonly clock: Clock;
  readonly rows: Config['rows'];
}

/** What `incidents` reads and writes once it is known who asks. A part of its own: see `dependencies.ts`. */
export const createStores = ({ tableName, clock, rows }: StoresOptions) => {
  const table = { client: createDynamoClient(), tableName };
  return {
    incidents: createDynamoIncidentStore(table),
    proof: createDynamoProofLedger(table),
    evidence: createDynamoEvidenceStore(table),
    rows: createDynamoRowsLedger({
      ...table,
      clock,
      retainDays: rows.retainDays,
      matureAfterMinutes: rows.lost.afterMinutes,
    }),
    credits: createDynamoCreditStore(table),
    uses: createDynamoSecretUseLog(table),
  };
};
