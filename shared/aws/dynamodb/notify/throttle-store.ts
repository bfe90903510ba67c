import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { NOTHING_SENT, type ThrottleState, type ThrottleStore } from '../../../notify/throttle.ts';
import { conditionally, fromDocument, toPackedDocument } from '../document.ts';

const KEY = { pk: { S: 'notify' }, sk: { S: 'throttle' } };
const number = (value: number) => ({ N: String(value) });

/** How much was sent lately, in DynamoDB: one packed item; its version makes one of two writers at once try again. */
export const createDynamoThrottleStore = ({
  client,
  tableName,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): ThrottleStore => ({
  load: async () => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: KEY, ConsistentRead: true }),
    );
    return Item ? fromDocument<ThrottleState>(Item) : NOTHING_SENT;
  },

  save: (next) =>
    conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: { ...KEY, document: toPackedDocument(next), version: number(next.version) },
          ConditionExpression: next.version === 1 ? 'attribute_not_exists(pk)' : 'version = :previousVersion',
          ...(next.version !== 1 && {
            ExpressionAttributeValues: { ':previousVersion': number(next.version - 1) },
          }),
        }),
      ),
    ),
});
