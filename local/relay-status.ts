import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { createDynamoControlStore } from '../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoPacer } from '../shared/aws/dynamodb/relay/pacer.ts';
import { createDynamoRowsLedger } from '../shared/aws/dynamodb/rows/ledger.ts';
import { createSqsClient } from '../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../shared/aws/sqs/row-queue.ts';
import { systemClock } from '../shared/clock.ts';
import { relayedFeeds } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import type { RelayStatus } from '../shared/relay/status.ts';
import { NO_SEAL } from '../shared/relay/status-depths.ts';
import { readRelayStatus } from '../shared/relay/status-read.ts';
import { LOCAL_AWS } from './aws.ts';
import type { LocalMessaging } from './messaging.ts';

export interface RelayStatusReader {
  /** How it goes with the relay; null when no feed has one. */
  read(): Promise<RelayStatus | null>;
  close(): void;
}

export interface RelayStatusOptions {
  readonly config: Config;
  readonly table: Parameters<typeof createDynamoIncidentStore>[0];
  readonly messaging: Pick<LocalMessaging, 'endpoint' | 'rowQueuePrefix'>;
}

/** For whoever watches the runtime: what `GET /v1/status` tells applications. */
export const createRelayStatusReader = ({
  config,
  table,
  messaging,
}: RelayStatusOptions): RelayStatusReader => {
  const feeds = relayedFeeds(config);
  const client = createSqsClient({ ...LOCAL_AWS, endpoint: messaging.endpoint });
  const clock = systemClock;
  const sources = {
    controls: createDynamoControlStore(table),
    queue: createSqsRowQueue({ client, queueUrlPrefix: messaging.rowQueuePrefix, seal: NO_SEAL }),
    rows: createDynamoRowsLedger({ ...table, clock, retainDays: config.rows.retainDays }),
    pacer: createDynamoPacer({ ...table, clock, rules: config.relay }),
    incidents: createDynamoIncidentStore(table),
  };
  return {
    read: async () =>
      feeds.length === 0 ? null : readRelayStatus(sources, config, feeds, systemClock.now()),
    close: () => client.destroy(),
  };
};
