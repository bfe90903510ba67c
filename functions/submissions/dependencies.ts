import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createSecretsClient } from '../../shared/aws/secrets/client.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { entityHash } from '../http/entity-hash.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { createSenders } from '../http/senders.ts';
import { ofEachFeed, readSettings } from '../http/settings.ts';
import type { SubmissionsEnvironment } from './environment.ts';
import type { SubmissionsDependencies } from './handler.ts';

const DAY_MS = 86_400_000;

/** Makes every adapter that `submissions` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: SubmissionsEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<SubmissionsDependencies> => {
  const settings = await readSettings(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const { retainDays, maxCallbackBytes } = settings.rows;
  const table = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  const noteUse = createUseNotes({ log: createDynamoSecretUseLog(table), clock, onFault });
  return {
    feeds: ofEachFeed(settings, ({ webhooks, submissions }, feed) => ({
      webhooks: webhooks.map(({ id }) => id),
      limits: new Map(webhooks.map(({ id, limit, unlimited }) => [id, unlimited ? null : limit])),
      entity: submissions.entity,
      retainMs: retainDays * DAY_MS,
      hash: entityHash(settings.installation, feed),
    })),
    senders: createSenders({
      feeds: ofEachFeed(settings, ({ submissions }) => submissions),
      secrets: createSecretReader({ env, clock, secretsManager: createSecretsClient }),
      clock,
      onFault,
      noteUse: (feed, use) => noteUse(`submissions/${feed}`, use),
    }),
    ledger: createDynamoRowsLedger({
      ...table,
      clock,
      retainDays,
    }),
    learned: new Map(),
    clock,
    maxBytes: maxCallbackBytes,
    onFault,
  };
};
