import { type DynamoDBClient, paginateQuery, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { SecretUseLog, SenderUse } from '../../rotate/use.ts';
import type { Item } from './document.ts';

/** Longer than any change waits for anybody, seconds. */
const KEPT_SECONDS = 60 * 86_400;
/** Begins the name of an attribute that holds when a version was used. */
const USED = 'used#';

const partitionOf = (secret: string) => ({ S: `secret-use#${secret}` });

const read = (item: Item): SenderUse => ({
  sender: item.sk?.S ?? '',
  versions: Object.fromEntries(
    Object.entries(item).flatMap(([name, value]) =>
      name.startsWith(USED) ? [[name.slice(USED.length), Number(value.N ?? 0)]] : [],
    ),
  ),
});

/** Uses of secrets in DynamoDB (layout: table.ts): one item per secret and sender, an attribute per version. */
export const createDynamoSecretUseLog = ({
  client,
  tableName,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): SecretUseLog => ({
  note: async ({ secret, sender, version, at }) => {
    await client.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: { pk: partitionOf(secret), sk: { S: sender } },
        UpdateExpression: 'SET #used = :at, expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#used': `${USED}${version}` },
        ExpressionAttributeValues: {
          ':at': { N: String(at) },
          ':expiresAt': { N: String(Math.ceil(at / 1_000) + KEPT_SECONDS) },
        },
      }),
    );
  },

  ofSecret: async (secret) => {
    const found: SenderUse[] = [];
    const pages = paginateQuery(
      { client },
      {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partitionOf(secret) },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) found.push(...Items.map(read));
    return found;
  },
});
