import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoIdempotencyStore } from '../../shared/aws/dynamodb/relay/idempotency.ts';
import { createDynamoSeenStore } from '../../shared/aws/dynamodb/relay/seen.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../shared/aws/sqs/row-queue.ts';
import type { Clock } from '../../shared/clock.ts';
import type { SecretReader, SecretReference } from '../../shared/config/secret-reference.ts';
import { createSecretSeal } from '../../shared/seal/secret-seal.ts';

export interface StoreOptions {
  readonly tableName: string;
  readonly queueUrlPrefix: string;
  readonly secrets: SecretReader;
  /** Of the key that seals rows. */
  readonly rowsKey: SecretReference;
  readonly clock: Clock;
  readonly keepMs: number;
}

/** What `relay` reads and writes once a sender is known. A part of its own: see `dependencies.ts`. */
export const createStore = (options: StoreOptions) => {
  const { tableName, queueUrlPrefix, secrets, rowsKey, clock, keepMs } = options;
  const table = { client: createDynamoClient(), tableName };
  return {
    queue: createSqsRowQueue({
      client: createSqsClient(),
      queueUrlPrefix,
      seal: createSecretSeal({ secrets, reference: rowsKey, clock }),
    }),
    idempotency: createDynamoIdempotencyStore({ ...table, clock, keepMs }),
    seen: createDynamoSeenStore(table),
    uses: createDynamoSecretUseLog(table),
  };
};
