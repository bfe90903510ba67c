import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { SeenStore } from '../../../relay/intake/ports.ts';
import { inParallel } from '../rows/parallel.ts';

export interface DynamoSeenStoreOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

/** DynamoDB's own limit of one BatchGetItem. */
const BATCH = 100;
const BATCH_TRIES = 8;
const READS_AT_A_TIME = 5;
const WRITES_AT_A_TIME = 25;

const keyOf = (feed: string, hash: string) => ({ pk: { S: `seen#${feed}#${hash}` }, sk: { S: 'entity' } });
const number = (value: number) => ({ N: String(value) });

const batchesOf = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );

/** Entities that were taken lately in DynamoDB, an item each: of the entity only its hash, and when. */
export const createDynamoSeenStore = ({ client, tableName }: DynamoSeenStoreOptions): SeenStore => {
  const read = async (keys: readonly Record<string, AttributeValue>[]) => {
    const found: Record<string, AttributeValue>[] = [];
    let wanted: BatchGetItemCommandOutput['UnprocessedKeys'] = {
      [tableName]: { Keys: [...keys], ConsistentRead: true, ProjectionExpression: 'pk, takenAt' },
    };
    for (let attempt = 0; attempt < BATCH_TRIES; attempt += 1) {
      const answer: BatchGetItemCommandOutput = await client.send(
        new BatchGetItemCommand({ RequestItems: wanted }),
      );
      found.push(...(answer.Responses?.[tableName] ?? []));
      if (!answer.UnprocessedKeys?.[tableName]?.Keys?.length) return found;
      wanted = answer.UnprocessedKeys;
    }
    throw new Error(`DynamoDB left keys unread ${BATCH_TRIES} times in a row.`);
  };

  return {
    lastTaken: async (feed, hashes) => {
      const batches = batchesOf([...new Set(hashes)]);
      const items = await inParallel(batches, READS_AT_A_TIME, (batch) =>
        read(batch.map((hash) => keyOf(feed, hash))),
      );
      const byKey = new Map(items.flat().map(({ pk, takenAt }) => [pk?.S, Number(takenAt?.N)]));
      return hashes.map((hash) => byKey.get(keyOf(feed, hash).pk.S) ?? null);
    },

    taken: async (feed, hashes, at, keepMs) => {
      const expiresAt = number(Math.ceil((at + keepMs) / 1_000));
      await inParallel([...new Set(hashes)], WRITES_AT_A_TIME, (hash) =>
        client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: { ...keyOf(feed, hash), takenAt: number(at), expiresAt },
          }),
        ),
      );
    },
  };
};
