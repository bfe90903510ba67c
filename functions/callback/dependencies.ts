import { createSecretsClient } from '../../shared/aws/secrets/client.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { createMeasure, type Measure } from '../../shared/metrics/measure.ts';
import { coalesceCallbacks } from '../../shared/rows/coalesce.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { createSenders } from '../http/senders.ts';
import { ofEachFeed, readSettings } from '../http/settings.ts';
import { later } from '../later.ts';
import type { CallbackEnvironment } from './environment.ts';
import type { CallbackDependencies } from './handler.ts';

/**
 * Makes every adapter that `callback` needs; reads the configuration and opens no connection. Before a row is counted its
 * sender's secret is read; what writes to the table is loaded while that is on its way.
 */
export const createDependencies = async (
  environment: CallbackEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<CallbackDependencies & { readonly measure: Measure }> => {
  const settings = await readSettings(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock, secretsManager: createSecretsClient });
  const store = later(async () => {
    const { createStore } = await import('./store.ts');
    const { retainDays } = settings.rows;
    return createStore({ tableName: environment.TABLE_NAME, clock, retainDays });
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
    ledger: coalesceCallbacks(store.methods('ledger', 'recordCallbacks', 'recordRefused')),
    clock,
    noteUse: createUseNotes({
      log: store.methods('uses', 'note'),
      ...{ clock, onFault },
    }),
    maxBytes: settings.rows.maxCallbackBytes,
    onFault,
  };
};
