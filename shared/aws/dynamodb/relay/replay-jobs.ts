import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { ReplayJob, ReplayJobStore } from '../../../replay/job.ts';
import { conditionally, fromDocument, toDocument } from '../document.ts';
import { readPartition } from '../read-entries.ts';

const KEPT_SECONDS = 90 * 86_400;
const PARTITION = { S: 'replay' };
/** What people type may be anything; DynamoDB refuses an empty or very long key. */
const A_KEY = /^[\x21-\x7e]{1,200}$/;

const number = (value: number) => ({ N: String(value) });

/** Replays in DynamoDB: a small item each, all in one partition; a repeated or overtaken write conflicts. */
export const createDynamoReplayJobs = ({
  client,
  tableName,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): ReplayJobStore => ({
  load: async (id) => {
    if (!A_KEY.test(id)) return null;
    const { Item: item } = await client.send(
      new GetItemCommand({
        TableName: tableName,
        Key: { pk: PARTITION, sk: { S: id } },
        ConsistentRead: true,
      }),
    );
    return item ? fromDocument<ReplayJob>(item) : null;
  },

  save: (next) =>
    conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: {
            pk: PARTITION,
            sk: { S: next.id },
            document: toDocument(next),
            version: number(next.version),
            expiresAt: number(Math.ceil(next.updatedAt / 1_000) + KEPT_SECONDS),
          },
          ConditionExpression: next.version === 1 ? 'attribute_not_exists(pk)' : 'version = :previousVersion',
          ...(next.version !== 1 && {
            ExpressionAttributeValues: { ':previousVersion': number(next.version - 1) },
          }),
        }),
      ),
    ),

  list: async (limit) => {
    const items = await readPartition({ client, tableName }, PARTITION.S);
    return items
      .map((item) => fromDocument<ReplayJob>(item))
      .toSorted((one, other) => other.startedAt - one.startedAt)
      .slice(0, limit);
  },
});
