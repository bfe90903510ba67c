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
import { createSnsClient } from '../../shared/aws/sns/client.ts';
import { createSnsPublisher } from '../../shared/aws/sns/publisher.ts';
import { systemClock } from '../../shared/clock.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import type { WatchDependencies } from '../../shared/watch/run.ts';
import type { WatchEnvironment } from './environment.ts';

/** Makes every adapter that `watch` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: WatchEnvironment,
  env: Readonly<Record<string, string | undefined>>,
): Promise<WatchDependencies> => {
  const config = await loadConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const store = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  return {
    config,
    clock,
    http: createNodeClient({ version: packageJson.version }),
    secrets: createSecretReader({ env, clock }),
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
    publisher: createSnsPublisher({ client: createSnsClient(), topicArn: environment.ALERT_TOPIC_ARN }),
    render: createRenderer(config),
  };
};
