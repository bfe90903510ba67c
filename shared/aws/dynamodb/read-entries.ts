import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './document.ts';

type Key = Record<'pk' | 'sk', AttributeValue>;

/** DynamoDB's own limit of one BatchGetItem. */
const BATCH = 100;
const BATCH_TRIES = 8;

interface Table {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

const fetchBatch = async ({ client, tableName }: Table, keys: readonly Key[]): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let wanted: BatchGetItemCommandOutput['UnprocessedKeys'] = {
    [tableName]: { Keys: [...keys], ConsistentRead: true },
  };
  for (let attempt = 0; attempt < BATCH_TRIES; attempt += 1) {
    const answer: BatchGetItemCommandOutput = await client.send(
      new BatchGetItemCommand({ RequestItems: wanted }),
    );
    items.push(...(answer.Responses?.[tableName] ?? []));
    if (!answer.UnprocessedKeys?.[tableName]?.Keys?.length) return items;
    wanted = answer.UnprocessedKeys;
  }
  throw new Error(`DynamoDB left keys of ${tableName} unread ${BATCH_TRIES} times in a row`);
};

/** The items of these keys, as they are now (strongly consistent); in no order. */
export const readItems = async (table: Table, keys: readonly Key[]): Promise<readonly Item[]> => {
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, index) =>
    fetchBatch(table, keys.slice(index * BATCH, (index + 1) * BATCH)),
  );
  return (await Promise.all(batches)).flat();
};

/**
 * What a query of an index finds, at most `limit` items, as they are now (strongly consistent); in no order. An index
 * may lag, so what comes back need not fit the query any more.
 */
export const readEntries = async (
  table: Table,
  query: Omit<QueryCommandInput, 'TableName' | 'Limit'>,
  limit: number,
): Promise<readonly Item[]> => {
  if (limit < 1) return [];
  const keys: Key[] = [];
  let start: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const page: QueryCommandOutput = await table.client.send(
      new QueryCommand({
        TableName: table.tableName,
        ...query,
        Limit: limit - keys.length,
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    for (const { pk, sk } of page.Items ?? []) if (pk && sk) keys.push({ pk, sk });
    start = page.LastEvaluatedKey;
  } while (start && keys.length < limit);
  return readItems(table, keys);
};

/** Every item of a partition, as it is now (strongly consistent), by sort key. */
export const readPartition = async ({ client, tableName }: Table, pk: string): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let start: QueryCommandOutput['LastEvaluatedKey'];
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
        ConsistentRead: true,
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
};
