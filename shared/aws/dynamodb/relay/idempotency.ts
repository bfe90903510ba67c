import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../clock.ts';
import type { IdempotencyStore, RememberedRequest } from '../../../relay/intake/ports.ts';
import { conditionally, fromDocument, type Item, toPackedDocument } from '../document.ts';

export interface DynamoIdempotencyStoreOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
}

/** A sender may put anything into a key, so that only its hash is kept. */
const keyOf = (feed: string, key: string) => ({
  pk: { S: `idempotency#${feed}#${createHash('sha256').update(key).digest('base64url')}` },
  sk: { S: 'request' },
});

const number = (value: number) => ({ N: String(value) });
const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** Requests with an `Idempotency-Key` in DynamoDB, an item each. What has expired counts as gone, deleted or not. */
export const createDynamoIdempotencyStore = ({
  client,
  tableName: TableName,
  clock,
  keepMs,
}: DynamoIdempotencyStoreOptions): IdempotencyStore => {
  /** The item that stands in the way: with the refusal, or, from a store that does not send it along, read. */
  const standing = async (
    key: ReturnType<typeof keyOf>,
    item: Item | undefined,
  ): Promise<Item | undefined> => {
    if (item) return item;
    const answer = await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
    return answer.Item;
  };

  return {
    begin: async (feed, key, { digest, outcomes, takenAt }) => {
      const Key = keyOf(feed, key);
      const now = clock.now();
      try {
        await client.send(
          new PutItemCommand({
            TableName,
            Item: {
              ...Key,
              digest: { S: digest },
              document: toPackedDocument({ outcomes, takenAt } satisfies RememberedRequest),
              expiresAt: number(seconds(now + keepMs)),
            },
            ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
            ExpressionAttributeValues: { ':now': number(seconds(now)) },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { kind: 'new' };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const item = await standing(Key, error.Item);
        // It went in between. Whoever sends again finds it gone.
        if (!item) throw error;
        if (item.digest?.S !== digest) return { kind: 'conflict' };
        return { kind: 'known', done: item.done?.BOOL === true, ...fromDocument<RememberedRequest>(item) };
      }
    },

    done: async (feed, key) => {
      await conditionally(() =>
        client.send(
          new UpdateItemCommand({
            TableName,
            Key: keyOf(feed, key),
            UpdateExpression: 'SET done = :yes',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':yes': { BOOL: true } },
          }),
        ),
      );
    },
  };
};
