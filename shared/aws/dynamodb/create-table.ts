import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { tableDefinition } from './table.ts';

const keySchema = (definition: Pick<typeof tableDefinition, 'partitionKey' | 'sortKey'> | Index) => [
  { AttributeName: definition.partitionKey.name, KeyType: 'HASH' as const },
  { AttributeName: definition.sortKey.name, KeyType: 'RANGE' as const },
];

type Index = (typeof tableDefinition.globalSecondaryIndexes)[number];

/**
 * Creates the table in an embedded or local store and waits until it is usable; does nothing when it is there. In AWS
 * the stateful stack creates it. Expiry is not switched on: the embedded store has none.
 */
export const ensureTable = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  const indexes: readonly Index[] = tableDefinition.globalSecondaryIndexes;
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keySchema(tableDefinition),
        AttributeDefinitions: [tableDefinition, ...indexes]
          .flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey])
          .map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.indexName,
          KeySchema: keySchema(index),
          Projection: { ProjectionType: index.projection },
        })),
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: 20, minDelay: 0.1, maxDelay: 1 },
    { TableName: tableName },
  );
};
