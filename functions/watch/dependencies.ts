import packageJson from '../../package.json' with { type: 'json' };
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoEvidenceStore } from '../../shared/aws/dynamodb/evidence-store.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoThrottleStore } from '../../shared/aws/dynamodb/notify/throttle-store.ts';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoDeadLetters } from '../../shared/aws/dynamodb/relay/dead-letters.ts';
import { createDynamoRotationStore } from '../../shared/aws/dynamodb/rotation-store.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSilenceStore } from '../../shared/aws/dynamodb/silence-store.ts';
import { createDynamoWatchStore } from '../../shared/aws/dynamodb/watch-store.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { createSnsClient } from '../../shared/aws/sns/client.ts';
import { createSnsPagePublisher } from '../../shared/aws/sns/pages.ts';
import { createSnsPublisher } from '../../shared/aws/sns/publisher.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../shared/aws/sqs/row-queue.ts';
import { systemClock } from '../../shared/clock.ts';
import { relayedFeeds } from '../../shared/config/relayed.ts';
import type { Config } from '../../shared/config/schema.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import { createLinkedRenderer } from '../../shared/link/linked-renderer.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import { NO_SEAL } from '../../shared/relay/status-depths.ts';
import { createRotationReader } from '../../shared/rotate/report.ts';
import type { RelayPorts } from '../../shared/watch/relays.ts';
import type { WatchDependencies } from '../../shared/watch/run.ts';
import { readConfig } from '../configuration.ts';
import type { WatchEnvironment } from './environment.ts';

type Table = Parameters<typeof createDynamoControlStore>[0];

/** Rows are counted and never read, so no key is needed; where no feed is relayed, no client either. */
const relayOf = (
  config: Config,
  table: Table,
  { ROW_QUEUE_PREFIX: queueUrlPrefix }: WatchEnvironment,
): { readonly relay?: RelayPorts } =>
  relayedFeeds(config).length === 0
    ? {}
    : {
        relay: {
          controlStore: createDynamoControlStore(table),
          rowQueue: createSqsRowQueue({ client: createSqsClient(), queueUrlPrefix, seal: NO_SEAL }),
          deadLetters: createDynamoDeadLetters({
            ...table,
            seal: NO_SEAL,
            clock: systemClock,
            keepDays: config.relay.deadLetters.keepDays,
          }),
        },
      };

/** Makes every adapter that `watch` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: WatchEnvironment,
  env: Readonly<Record<string, string | undefined>>,
): Promise<WatchDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock });
  const sns = createSnsClient();
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
    rotations: createRotationReader(createDynamoRotationStore(store), config, clock),
    silences: createDynamoSilenceStore(store),
    throttle: createDynamoThrottleStore(store),
    publisher: createSnsPublisher({ client: sns, topicArn: environment.ALERT_TOPIC_ARN }),
    pages: createSnsPagePublisher({ client: sns, topicArn: environment.PAGES_TOPIC_ARN }),
    render: createRenderer(config),
    renderFor: createLinkedRenderer(config, { secrets, clock }),
    ...relayOf(config, store, environment),
  };
};
