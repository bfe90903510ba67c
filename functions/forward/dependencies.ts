import packageJson from '../../package.json' with { type: 'json' };
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoControlStore } from '../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoDeadLetters } from '../../shared/aws/dynamodb/relay/dead-letters.ts';
import { createDynamoOutbox } from '../../shared/aws/dynamodb/relay/outbox.ts';
import { createDynamoPacer } from '../../shared/aws/dynamodb/relay/pacer.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { fromMessage } from '../../shared/aws/sqs/row-message.ts';
import { createSqsRowQueue } from '../../shared/aws/sqs/row-queue.ts';
import { systemClock } from '../../shared/clock.ts';
import { DEAD_LETTER_FEED } from '../../shared/config/relayed.ts';
import type { WebhookConfig } from '../../shared/config/schema.ts';
import type { SecretReference } from '../../shared/config/secret-reference.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import type { MeasureOptions } from '../../shared/metrics/measure.ts';
import type { ForwardPorts } from '../../shared/relay/forward/ports.ts';
import { secureRandom } from '../../shared/rows/row-id.ts';
import { createSecretSeal } from '../../shared/seal/secret-seal.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { readSettings } from '../http/settings.ts';
import type { ForwardEnvironment } from './environment.ts';

/** The queue's URL without what stands where the name of a feed does. */
const prefixOf = (url: string): string =>
  url.endsWith(DEAD_LETTER_FEED) ? url.slice(0, -DEAD_LETTER_FEED.length) : url;

/** Makes every adapter that `forward` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: ForwardEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: ForwardPorts['onFault'],
): Promise<ForwardPorts & { readonly measured: MeasureOptions }> => {
  const config = await readSettings(environment.CLAYWATCH_CONFIG);
  const { rows, relay, installation, metrics } = config;
  const clock = systemClock;
  const noteFault = (error: unknown) => onFault(error, 'noting which secret a webhook was reached with');
  const secrets = createSecretReader({ env, clock });
  const seal = createSecretSeal({ secrets, reference: environment.ROWS_KEY as SecretReference, clock });
  const table = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  const client = createSqsClient();
  const noteUse = createUseNotes({ log: createDynamoSecretUseLog(table), clock, onFault: noteFault });
  const noteAccepted = async (feed: string, { id, url, authToken }: WebhookConfig): Promise<void> => {
    for (const reference of [url, ...(authToken === undefined ? [] : [authToken])]) {
      const [current] = await secrets.readValid(reference, 'known').catch(() => []);
      if (current) await noteUse(`webhooks/${feed}/${id}`, { reference, version: current.version });
    }
  };
  const ledger = createDynamoRowsLedger({
    ...table,
    clock,
    retainDays: rows.retainDays,
    matureAfterMinutes: rows.lost.afterMinutes,
  });
  return {
    measured: { installation, metrics },
    config,
    clock,
    queue: createSqsRowQueue({ client, queueUrlPrefix: environment.ROW_QUEUE_PREFIX, seal }),
    sends: ledger,
    rows: ledger,
    pacer: createDynamoPacer({ ...table, clock, rules: relay }),
    control: createDynamoControlStore(table),
    outbox: createDynamoOutbox({ ...table, seal, clock, keepHours: relay.outbox.keepHours }),
    deadLetters: createDynamoDeadLetters({ ...table, seal, clock, keepDays: relay.deadLetters.keepDays }),
    http: createNodeClient({ version: packageJson.version }),
    secrets,
    onAccepted: (feed, webhook) => void noteAccepted(feed, webhook),
    undeliverable: {
      queue: createSqsRowQueue({ client, queueUrlPrefix: prefixOf(environment.DEAD_LETTER_QUEUE), seal }),
      read: (feed, body) => fromMessage(seal, feed, body),
    },
    random: secureRandom,
    onFault,
  };
};
