import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoOperateRequests } from '../../shared/aws/dynamodb/operate-requests.ts';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createDynamoSilenceStore } from '../../shared/aws/dynamodb/silence-store.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import { secureRandom } from '../../shared/rows/row-id.ts';
import { readConfig } from '../configuration.ts';
import { createAccess } from '../http/access.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { once } from '../once.ts';
import type { OperateDependencies } from './api.ts';
import type { OperateEnvironment } from './environment.ts';

const noRows = (): ClaywatchError =>
  new ClaywatchError(
    'relay.not-configured',
    'No feed takes rows, so there is nothing to replay.',
    'Name a secret in `feeds.<feed>.relay.secret`, and deploy.',
  );

/** Makes every adapter that `operate` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: OperateEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<OperateDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock });
  const { respond } = config;
  const table = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  const { ROWS_KEY, REPLAY_FUNCTION } = environment;
  const noteUse = createUseNotes({ log: createDynamoSecretUseLog(table), clock, onFault });
  const controls = createDynamoControlStore(table);
  const ledger = createDynamoRowsLedger({
    ...table,
    clock,
    retainDays: config.rows.retainDays,
    matureAfterMinutes: config.rows.lost.afterMinutes,
  });
  return {
    config,
    clock,
    controls,
    rows: ledger,
    incidents: createDynamoIncidentStore(table),
    silences: createDynamoSilenceStore(table),
    requests: createDynamoOperateRequests({ ...table, clock }),
    // Most of what is done to a feed needs none of it.
    replays: once(async () => {
      if (ROWS_KEY === undefined || REPLAY_FUNCTION === undefined) throw noRows();
      const { openReplays } = await import('../replay/ports.ts');
      return openReplays({
        ...{ config, table, clock, secrets, controls, ledger },
        queueUrlPrefix: environment.ROW_QUEUE_PREFIX,
        rowsKey: ROWS_KEY,
        replayFunction: REPLAY_FUNCTION,
      });
    }),
    random: secureRandom,
    access: createAccess({
      ...{ respond, console: config.console, secrets, clock, onFault },
      noteUse: (role, use) => noteUse(`respond/${role}`, use),
    }),
    onFault,
  };
};
