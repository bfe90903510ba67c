import { type DynamoDBClient, GetItemCommand, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { RotationState, RotationStore } from '../../rotate/state.ts';
import { conditionally, fromDocument, toDocument } from './document.ts';

const PARTITION = { S: 'rotation' };
const keyOf = (secret: string) => ({ pk: PARTITION, sk: { S: secret } });

/** Rotations in DynamoDB (layout: table.ts): one item per secret; its version makes one of two writers try again. */
export const createDynamoRotationStore = ({
  client,
  tableName,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): RotationStore => ({
  load: async (secret) => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: keyOf(secret), ConsistentRead: true }),
    );
    return Item ? fromDocument<RotationState>(Item) : null;
  },

  all: async () => {
    const found: RotationState[] = [];
    const pages = paginateQuery(
      { client },
      {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': PARTITION },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages)
      found.push(...Items.map((item) => fromDocument<RotationState>(item)));
    return found;
  },

  save: (next) =>
    conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: { ...keyOf(next.secret), document: toDocument(next), version: { N: String(next.version) } },
          ConditionExpression: next.version === 1 ? 'attribute_not_exists(pk)' : 'version = :previousVersion',
          ...(next.version !== 1 && {
            ExpressionAttributeValues: { ':previousVersion': { N: String(next.version - 1) } },
          }),
        }),
      ),
    ),
});
