import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import { readConfig } from '../configuration.ts';
import type { ReplayEnvironment } from './environment.ts';
import type { ReplayDependencies } from './handler.ts';
import { openReplays } from './ports.ts';

/** Makes every adapter that `replay` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: ReplayEnvironment,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReplayDependencies> => {
  const { CLAYWATCH_CONFIG, TABLE_NAME: tableName, ROWS_KEY, REPLAY_FUNCTION } = environment;
  if (ROWS_KEY === undefined || REPLAY_FUNCTION === undefined)
    throw new ClaywatchError(
      'relay.not-configured',
      'No feed takes rows, so there is nothing to replay.',
      'Name a secret in `feeds.<feed>.relay.secret`, and deploy.',
    );
  const config = await readConfig(CLAYWATCH_CONFIG);
  const clock = systemClock;
  const table = { client: createDynamoClient(), tableName };
  const ports = openReplays({
    ...{ config, table, clock },
    secrets: createSecretReader({ env, clock }),
    controls: createDynamoControlStore(table),
    ledger: createDynamoRowsLedger({
      ...table,
      clock,
      retainDays: config.rows.retainDays,
      matureAfterMinutes: config.rows.lost.afterMinutes,
    }),
    queueUrlPrefix: environment.ROW_QUEUE_PREFIX,
    rowsKey: ROWS_KEY,
    replayFunction: REPLAY_FUNCTION,
  });
  return { config, ports };
};
