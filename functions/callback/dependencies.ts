import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { createMeasure, type Measure } from '../../shared/metrics/measure.ts';
import { coalesceCallbacks } from '../../shared/rows/coalesce.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { createSenders } from '../http/senders.ts';
import { ofEachFeed, readSettings } from '../http/settings.ts';
import type { CallbackEnvironment } from './environment.ts';
import type { CallbackDependencies } from './handler.ts';

/** Makes every adapter that `callback` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: CallbackEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<CallbackDependencies & { readonly measure: Measure }> => {
  const settings = await readSettings(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock });
  const table = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  const ledger = createDynamoRowsLedger({
    ...table,
    clock,
    retainDays: settings.rows.retainDays,
  });
  return {
    measure: createMeasure(settings, clock),
    feeds: ofEachFeed(settings, ({ callbacks }) => callbacks),
    senders: createSenders({
      feeds: ofEachFeed(settings, ({ callbacks }) => callbacks),
      secrets,
      clock,
      onFault,
    }),
    ledger: coalesceCallbacks(ledger),
    clock,
    noteUse: createUseNotes({ log: createDynamoSecretUseLog(table), clock, onFault }),
    maxBytes: settings.rows.maxCallbackBytes,
    onFault,
  };
};
