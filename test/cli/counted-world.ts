import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_AWS } from '../../local/aws.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import { writeRuntimeFile } from '../../local/runtime-file.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { ensureTable } from '../../shared/aws/dynamodb/create-table.ts';
import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { systemClock } from '../../shared/clock.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { CreditStore } from '../../shared/credits/store.ts';
import type { RowsLedger } from '../../shared/rows/ledger.ts';

const TABLE = 'claywatch-test';

const COUNTED_CONFIG: ConfigInput = {
  feeds: {
    leads: {
      webhooks: [
        { id: 'leads-1', url: 'env:LEADS_1', table: 'Leads', startCount: 36_000 },
        { id: 'leads-2', url: 'env:LEADS_2' },
      ],
      tables: { Leads: {} },
    },
  },
};

/** A store as a running local runtime has it: the real tables, ledger and files, and the clock of the machine. */
export interface CountedWorld {
  readonly dir: string;
  /** The variables by which a deployed installation would be found. */
  readonly deployed: Readonly<Record<string, string>>;
  readonly configFile: string;
  readonly rows: RowsLedger;
  readonly credits: CreditStore;
  /** Counts rows as senders and callbacks report them, and brings the snapshot up to date. */
  readonly count: (submitted: number, cameBack: number) => Promise<void>;
  /** Ends the store; the file that says where it is stays, as after a killed process. */
  readonly stopStore: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const startCountedWorld = async (config: ConfigInput = COUNTED_CONFIG): Promise<CountedWorld> => {
  const dir = await mkdtemp(join(tmpdir(), 'claywatch-counted-'));
  const configFile = join(dir, 'config.json');
  await writeFile(configFile, JSON.stringify(config));
  const dynamodb = await startDynamoDb(join(dir, 'dynamodb'));
  const client = createDynamoClient({ ...LOCAL_AWS, endpoint: dynamodb.endpoint });
  await ensureTable(client, TABLE);
  await writeRuntimeFile(dir, {
    pid: process.pid,
    endpoint: dynamodb.endpoint,
    tableName: TABLE,
    config: configFile,
  });
  const rows = createDynamoRowsLedger({ client, tableName: TABLE, clock: systemClock, retainDays: 35 });
  let stopped = false;
  const stopStore = async () => {
    if (stopped) return;
    stopped = true;
    client.destroy();
    await dynamodb.stop();
  };
  return {
    dir,
    configFile,
    rows,
    credits: createDynamoCreditStore({ client, tableName: TABLE }),
    deployed: {
      TABLE_NAME: TABLE,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_REGION: LOCAL_AWS.region,
      AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
    },
    count: async (submitted, cameBack) => {
      const at = systemClock.now();
      const rowIds = Array.from({ length: submitted }, (_, index) => `row-${at}-${index}`);
      await rows.recordSubmissions(
        'leads',
        rowIds.map((rowId) => ({ rowId, webhook: 'leads-1', at: at - 40_000, outcome: 'accepted' })),
      );
      await rows.recordCallbacks(
        'leads',
        rowIds.slice(0, cameBack).map((rowId, index) => ({
          rowId,
          at,
          result: index % 4 === 0 ? 'missed' : 'hit',
          status: 'SUCCESS',
          provider: 'Clearbit',
          credits: 6,
        })),
      );
      await rows.fold('leads', systemClock.now());
    },
    stopStore,
    stop: async () => {
      await stopStore();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
