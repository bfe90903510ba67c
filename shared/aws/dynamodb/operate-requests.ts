import { createHash } from 'node:crypto';
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../clock.ts';
import type { Answered, OperateRequests, RequestKnown } from '../../operate/requests.ts';
import { conditionally, fromDocument, type Item, toDocument } from './document.ts';

const KEPT_SECONDS = 86_400;

/** Anything may stand in a key, so that only its hash is kept. */
const keyOf = (key: string) => ({
  pk: { S: `operate#${createHash('sha256').update(key).digest('base64url')}` },
  sk: { S: 'request' },
});

const number = (value: number) => ({ N: String(value) });

/** Requests of people with an `Idempotency-Key` in DynamoDB, an item each. What has expired counts as gone, deleted or not. */
export const createDynamoOperateRequests = ({
  client,
  tableName: TableName,
  clock,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Pick<Clock, 'now'>;
}): OperateRequests => {
  const seconds = () => Math.floor(clock.now() / 1_000);

  const known = <Intent>(item: Item, digest: string): RequestKnown<Intent> => {
    if (item.digest?.S !== digest) return { kind: 'conflict' };
    const { intent } = fromDocument<{ readonly intent: Intent }>(item);
    const answer = item.answer ? fromDocument<Answered>({ ...item, document: item.answer }) : null;
    return { kind: 'known', intent, answer };
  };

  const find = async <Intent>(key: string, digest: string): Promise<RequestKnown<Intent>> => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName, Key: keyOf(key), ConsistentRead: true }),
    );
    return item && Number(item.expiresAt?.N) > seconds() ? known<Intent>(item, digest) : { kind: 'new' };
  };

  return {
    find,
    begin: async <Intent>(key: string, digest: string, intent: Intent) => {
      const written = await conditionally(() =>
        client.send(
          new PutItemCommand({
            TableName,
            Item: {
              ...keyOf(key),
              digest: { S: digest },
              document: toDocument({ intent }),
              expiresAt: number(seconds() + KEPT_SECONDS),
            },
            ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
            ExpressionAttributeValues: { ':now': number(seconds()) },
          }),
        ),
      );
      // A write that the SDK repeated finds its own: then it is known, with the very intent.
      return written === 'written' ? { kind: 'new' } : find<Intent>(key, digest);
    },
    answered: async (key, answer) => {
      await conditionally(() =>
        client.send(
          new UpdateItemCommand({
            TableName,
            Key: keyOf(key),
            UpdateExpression: 'SET answer = :answer',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':answer': toDocument(answer) },
          }),
        ),
      );
    },
  };
};
