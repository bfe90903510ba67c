import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoPacer } from '../../shared/aws/dynamodb/relay/pacer.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createSecretsClient } from '../../shared/aws/secrets/client.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../shared/aws/sqs/row-queue.ts';
import { systemClock } from '../../shared/clock.ts';
import { relayedFeeds } from '../../shared/config/relayed.ts';
import { NO_SEAL } from '../../shared/relay/status-depths.ts';
import { readRelayStatus } from '../../shared/relay/status-read.ts';
import { recentOf } from '../http/recent.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { createSenders } from '../http/senders.ts';
import { ofEachFeed, readSettings } from '../http/settings.ts';
import type { RespondEnvironment } from './environment.ts';
import type { RespondDependencies } from './handler.ts';

/** Applications may ask with every row of theirs: the store is asked once a second. */
const RECENT_MS = 1_000;
/** No feed has this name. */
const STATUS_READERS = 'status readers';

/** Makes every adapter that `respond` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: RespondEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<RespondDependencies> => {
  const settings = await readSettings(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const table = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  const sources = {
    controls: createDynamoControlStore(table),
    queue: createSqsRowQueue({
      client: createSqsClient(),
      queueUrlPrefix: environment.ROW_QUEUE_PREFIX,
      seal: NO_SEAL,
    }),
    rows: createDynamoRowsLedger({ ...table, clock, retainDays: settings.rows.retainDays }),
    pacer: createDynamoPacer({ ...table, clock, rules: settings.relay }),
    incidents: createDynamoIncidentStore(table),
    onFault,
  };
  const feeds = relayedFeeds(settings);
  const noteUse = createUseNotes({ log: createDynamoSecretUseLog(table), clock, onFault });
  return {
    readers: createSenders({
      feeds: { ...ofEachFeed(settings, ({ relay }) => relay), [STATUS_READERS]: settings.status },
      secrets: createSecretReader({ env, clock, secretsManager: createSecretsClient }),
      clock,
      onFault,
      noteUse: (feed, use) => noteUse(feed === STATUS_READERS ? 'status' : `status/${feed}`, use),
    }),
    read: recentOf(() => readRelayStatus(sources, settings, feeds, clock.now()), { clock, ms: RECENT_MS }),
    onFault,
  };
};
