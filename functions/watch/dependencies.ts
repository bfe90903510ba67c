import packageJson from '../../package.json' with { type: 'json' };
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoEvidenceStore } from '../../shared/aws/dynamodb/evidence-store.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoThrottleStore } from '../../shared/aws/dynamodb/notify/throttle-store.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSilenceStore } from '../../shared/aws/dynamodb/silence-store.ts';
import { createDynamoWatchStore } from '../../shared/aws/dynamodb/watch-store.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import type { WatchDependencies } from '../../shared/watch/run.ts';
import { readConfig } from '../configuration.ts';
import type { WatchEnvironment } from './environment.ts';

/** Makes every adapter that `watch` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: WatchEnvironment,
  env: Readonly<Record<string, string | undefined>>,
): Promise<WatchDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock });
  // With the run itself these are most of the function: more than a start should take, and nobody waits for them.
  const { createParts } = await import('./parts.ts');
  const store = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  return {
    config,
    clock,
    http: createNodeClient({ version: packageJson.version }),
    secrets,
    watchStore: createDynamoWatchStore(store),
    incidentStore: createDynamoIncidentStore(store),
    rowsLedger: createDynamoRowsLedger({
      ...store,
      clock,
      retainDays: config.rows.retainDays,
      matureAfterMinutes: config.rows.lost.afterMinutes,
    }),
    creditStore: createDynamoCreditStore(store),
    proof: createDynamoProofLedger(store),
    evidence: createDynamoEvidenceStore(store),
    silences: createDynamoSilenceStore(store),
    throttle: createDynamoThrottleStore(store),
    ...createParts({ config, environment, table: store, secrets, clock }),
  };
};
