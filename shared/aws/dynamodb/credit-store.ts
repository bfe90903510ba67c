import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type CreditState, NO_CREDITS } from '../../credits/state.ts';
import type { CreditStore } from '../../credits/store.ts';
import { conditionally, fromDocument, toPackedDocument } from './document.ts';

const KEY = { pk: { S: 'credits' }, sk: { S: 'state' } };
const number = (value: number) => ({ N: String(value) });

/** The credit history in DynamoDB: one packed item; its version makes one of two writers at once try again. */
export const createDynamoCreditStore = ({
  client,
  tableName,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): CreditStore => ({
  load: async () => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: KEY, ConsistentRead: true }),
    );
    return Item ? fromDocument<CreditState>(Item) : NO_CREDITS;
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
