import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoDeadLetters } from '../../shared/aws/dynamodb/relay/dead-letters.ts';
import { createDynamoRotationStore } from '../../shared/aws/dynamodb/rotation-store.ts';
import { createSnsClient } from '../../shared/aws/sns/client.ts';
import { createSnsPagePublisher } from '../../shared/aws/sns/pages.ts';
import { createSnsPublisher } from '../../shared/aws/sns/publisher.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../shared/aws/sqs/row-queue.ts';
import type { Clock } from '../../shared/clock.ts';
import { relayedFeeds } from '../../shared/config/relayed.ts';
import type { Config } from '../../shared/config/schema.ts';
import type { SecretReader } from '../../shared/config/secret-reference.ts';
import { createLinkedRenderer } from '../../shared/link/linked-renderer.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import { NO_SEAL } from '../../shared/relay/status-depths.ts';
import { createRotationReader } from '../../shared/rotate/report.ts';
import type { RelayPorts } from '../../shared/watch/relays.ts';
import type { WatchEnvironment } from './environment.ts';

type Table = Parameters<typeof createDynamoControlStore>[0];

export interface PartsOptions {
  readonly config: Config;
  readonly environment: WatchEnvironment;
  readonly table: Table;
  readonly secrets: SecretReader;
  readonly clock: Clock;
}

/** Rows are counted and never read, so no key is needed; where no feed is relayed, no client either. */
const relayOf = ({
  config,
  table,
  environment: { ROW_QUEUE_PREFIX: queueUrlPrefix },
  clock,
}: PartsOptions): { readonly relay?: RelayPorts } =>
  relayedFeeds(config).length === 0
    ? {}
    : {
        relay: {
          controlStore: createDynamoControlStore(table),
          rowQueue: createSqsRowQueue({ client: createSqsClient(), queueUrlPrefix, seal: NO_SEAL }),
          deadLetters: createDynamoDeadLetters({
            ...table,
            seal: NO_SEAL,
            clock,
            keepDays: config.relay.deadLetters.keepDays,
          }),
        },
      };

/** What a run needs later than its first look at the table. A part of its own: see `dependencies.ts`. */
export const createParts = (options: PartsOptions) => {
  const { config, environment, table, secrets, clock } = options;
  const sns = createSnsClient();
  return {
    rotations: createRotationReader(createDynamoRotationStore(table), config, clock),
    publisher: createSnsPublisher({ client: sns, topicArn: environment.ALERT_TOPIC_ARN }),
    pages: createSnsPagePublisher({ client: sns, topicArn: environment.PAGES_TOPIC_ARN }),
    render: createRenderer(config),
    renderFor: createLinkedRenderer(config, { secrets, clock }),
    ...relayOf(options),
  };
};
