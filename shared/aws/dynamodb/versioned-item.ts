import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { conditionally, fromDocument, toPackedDocument } from './document.ts';

export interface VersionedItemOptions<T> {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly pk: string;
  readonly sk: string;
  /** What is loaded before anything was saved; its version is 0. */
  readonly none: T;
}

const number = (value: number) => ({ N: String(value) });

/** A state in one packed item of DynamoDB; its version makes one of two writers at once try again. */
export const createVersionedItem = <T extends { readonly version: number }>({
  client,
  tableName,
  pk,
  sk,
  none,
}: VersionedItemOptions<T>) => {
  const key = { pk: { S: pk }, sk: { S: sk } };
  return {
    load: async (): Promise<T> => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
      );
      return Item ? fromDocument<T>(Item) : none;
    },

    save: (next: T) =>
      conditionally(() =>
        client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: { ...key, document: toPackedDocument(next), version: number(next.version) },
            ConditionExpression:
              next.version === 1 ? 'attribute_not_exists(pk)' : 'version = :previousVersion',
            ...(next.version !== 1 && {
              ExpressionAttributeValues: { ':previousVersion': number(next.version - 1) },
            }),
          }),
        ),
      ),
  };
};
