import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  type ConsumedCapacity,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { LedgerThrottled } from '../../../rows/ledger.ts';
import type { Item } from '../document.ts';

export type Key = Record<'pk' | 'sk', AttributeValue>;

/** What a call used, as DynamoDB reports it; a condition that failed is not reported and counted as one write unit. */
export interface Consumed {
  readonly operation: 'get' | 'batch-get' | 'query' | 'update' | 'delete';
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** A write whose condition did not hold, with the item as it was if the store says so. */
export interface Refused {
  readonly refused: true;
  readonly item?: Item;
}

/** The few calls that the ledger makes. Throttling is thrown as `LedgerThrottled`, other faults as they are. */
export interface TableCalls {
  get(key: Key, consistent: boolean): Promise<Item | undefined>;
  /** In no order; no key twice. */
  batchGet(keys: readonly Key[], consistent: boolean): Promise<readonly Item[]>;
  /** Strongly consistent; every page. */
  query(
    query: Pick<QueryCommandInput, 'KeyConditionExpression' | 'ExpressionAttributeValues'>,
  ): Promise<readonly Item[]>;
  update(update: Omit<UpdateItemCommandInput, 'TableName'>): Promise<'written' | Refused>;
  remove(key: Key): Promise<void>;
}

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
]);
/** DynamoDB's own limit of one BatchGetItem. */
const BATCH = 100;
const BATCH_TRIES = 8;

const nameOfError = (error: unknown): string => (error instanceof Error ? error.name : '');

export const createTableCalls = ({
  client,
  tableName: TableName,
  onConsumed,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly onConsumed?: ((consumed: Consumed) => void) | undefined;
}): TableCalls => {
  const common = { TableName, ...(onConsumed && { ReturnConsumedCapacity: 'TOTAL' as const }) };

  const used = (
    operation: Consumed['operation'],
    capacity: ConsumedCapacity | readonly ConsumedCapacity[] | undefined,
  ): void => {
    const all: readonly ConsumedCapacity[] = capacity === undefined ? [] : [capacity].flat();
    const units = all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    const isWrite = operation === 'update' || operation === 'delete';
    onConsumed?.({ operation, readUnits: isWrite ? 0 : units, writeUnits: isWrite ? units : 0 });
  };

  const orThrottled = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (THROTTLED.has(nameOfError(error))) throw new LedgerThrottled({ cause: error });
      throw error;
    }
  };

  const batchOf = async (keys: readonly Key[], consistent: boolean): Promise<readonly Item[]> => {
    const items: Item[] = [];
    let wanted: BatchGetItemCommandOutput['UnprocessedKeys'] = {
      [TableName]: { Keys: [...keys], ConsistentRead: consistent },
    };
    for (let attempt = 0; attempt < BATCH_TRIES; attempt += 1) {
      const answer: BatchGetItemCommandOutput = await client.send(
        new BatchGetItemCommand({
          RequestItems: wanted,
          ...(onConsumed && { ReturnConsumedCapacity: 'TOTAL' }),
        }),
      );
      used('batch-get', answer.ConsumedCapacity);
      items.push(...(answer.Responses?.[TableName] ?? []));
      if (!answer.UnprocessedKeys?.[TableName]?.Keys?.length) return items;
      wanted = answer.UnprocessedKeys;
    }
    throw new LedgerThrottled();
  };

  return {
    get: (key, consistent) =>
      orThrottled(async () => {
        const answer = await client.send(
          new GetItemCommand({ ...common, Key: key, ConsistentRead: consistent }),
        );
        used('get', answer.ConsumedCapacity);
        return answer.Item;
      }),

    batchGet: (keys, consistent) =>
      orThrottled(async () => {
        const items: Item[] = [];
        for (let from = 0; from < keys.length; from += BATCH)
          items.push(...(await batchOf(keys.slice(from, from + BATCH), consistent)));
        return items;
      }),

    query: (query) =>
      orThrottled(async () => {
        const items: Item[] = [];
        let start: QueryCommandOutput['LastEvaluatedKey'];
        do {
          const page: QueryCommandOutput = await client.send(
            new QueryCommand({
              ...common,
              ...query,
              ConsistentRead: true,
              ...(start && { ExclusiveStartKey: start }),
            }),
          );
          used('query', page.ConsumedCapacity);
          items.push(...(page.Items ?? []));
          start = page.LastEvaluatedKey;
        } while (start);
        return items;
      }),

    update: (update) =>
      orThrottled(async () => {
        try {
          const answer = await client.send(
            new UpdateItemCommand({
              ...common,
              ...update,
              ...(update.ConditionExpression && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
            }),
          );
          used('update', answer.ConsumedCapacity);
          return 'written';
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          used('update', { CapacityUnits: 1 });
          return { refused: true, ...(error.Item && { item: error.Item }) };
        }
      }),

    remove: (key) =>
      orThrottled(async () => {
        const answer = await client.send(new DeleteItemCommand({ ...common, Key: key }));
        used('delete', answer.ConsumedCapacity);
      }),
  };
};
