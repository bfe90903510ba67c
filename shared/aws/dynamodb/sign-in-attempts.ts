import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { SignInAttempts } from '../../session/attempts.ts';

/** Expired items may be read for some days until DynamoDB deletes them; windows have keys of their own. */
const keyOf = (source: string, window: number) => ({
  pk: { S: `sign-in#${source}` },
  sk: { S: String(window) },
});

/** Failed sign-ins in DynamoDB (layout: table.ts): one item per source and window, gone soon after. */
export const createDynamoSignInAttempts = ({
  client,
  tableName,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): SignInAttempts => {
  const add = (source: string, window: number, expiresAt: number, atMost?: number) =>
    client.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: keyOf(source, window),
        UpdateExpression: 'ADD tries :one SET expiresAt = :expiresAt',
        ...(atMost !== undefined && {
          ConditionExpression: 'attribute_not_exists(tries) OR tries < :atMost',
        }),
        ExpressionAttributeValues: {
          ':one': { N: '1' },
          ':expiresAt': { N: String(expiresAt) },
          ...(atMost !== undefined && { ':atMost': { N: String(atMost) } }),
        },
      }),
    );

  return {
    take: async (source, window, atMost, expiresAt) => {
      try {
        await add(source, window, expiresAt, atMost);
        return 'taken';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'full';
        throw error;
      }
    },

    giveBack: async (source, window) => {
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf(source, window),
            UpdateExpression: 'ADD tries :less',
            // Deleted meanwhile: then there is nothing to take back, and no item without an end is to be made.
            ConditionExpression: 'tries > :none',
            ExpressionAttributeValues: { ':less': { N: '-1' }, ':none': { N: '0' } },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    count: async (source, window) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: keyOf(source, window), ConsistentRead: true }),
      );
      return Number(Item?.tries?.N ?? 0);
    },

    add: async (source, window, expiresAt) => {
      await add(source, window, expiresAt);
    },
  };
};
