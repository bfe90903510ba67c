import { createHash } from 'node:crypto';
import {
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../clock.ts';
import type { Outbox } from '../../../relay/keeping.ts';
import type { QueuedRow, Seal } from '../../../relay/queue.ts';
import { sliceOf } from '../../../rows/bucket.ts';
import { placeInId } from '../../../rows/row-id.ts';
import type { Item } from '../document.ts';
import { inParallel } from '../rows/parallel.ts';
import { partsOf } from './parts.ts';

const HOUR_SECONDS = 3_600;
/** Rows of one item, by their size before they are sealed. Compression helps most rows; base 64 costs a third. */
const BATCH_BYTES = 200_000;
const AT_A_TIME = 4;

const number = (value: number) => ({ N: String(value) });
const contextOf = (feed: string): string => `outbox ${feed}`;

/** The partition in which a row is looked for: its id says when it was issued. */
const partitionOf = (feed: string, rowId: string): string => {
  const place = placeInId(rowId);
  return `outbox#${feed}#${place ? sliceOf(place.at).toString(36) : 'other'}`;
};

const groupBy = <T>(values: Iterable<T>, keyOf: (value: T) => string): ReadonlyMap<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
};

/** Rows in batches that fit into an item; a row that alone does not has a batch of its own. */
const batchesOf = (rows: readonly QueuedRow[]): readonly (readonly QueuedRow[])[] => {
  const batches: QueuedRow[][] = [];
  let room = 0;
  for (const row of rows) {
    const size = Buffer.byteLength(row.json);
    const last = batches.at(-1);
    if (last && size <= room) last.push(row);
    else batches.push([row]);
    room = (last && size <= room ? room : BATCH_BYTES) - size;
  }
  return batches;
};

/** The same rows have the same name: keeping them again replaces what is there. */
const nameOf = (rows: readonly QueuedRow[]): string =>
  createHash('sha256')
    .update(
      rows
        .map(({ id }) => id)
        .toSorted()
        .join('\n'),
    )
    .digest('base64url')
    .slice(0, 16);

/** The sealed batches of what was read; one whose parts are not all there (its writer died) is left out. */
const sealedIn = (items: readonly Item[]): readonly string[] => {
  const batches = groupBy(items, ({ sk }) => sk?.S?.split('#')[0] ?? '');
  return [...batches.values()].flatMap((parts) => {
    const ordered = parts.toSorted((one, other) => ((one.sk?.S ?? '') < (other.sk?.S ?? '') ? -1 : 1));
    const isWhole = ordered.length === Number(ordered[0]?.parts?.N);
    return isWhole ? [ordered.map(({ sealed }) => sealed?.S ?? '').join('')] : [];
  });
};

/**
 * The outbox in DynamoDB. The rows of one call are sealed together and lie in one item for every slice of ten minutes
 * in which they were issued, so that a handful of rows costs one write, and a lookup reads a few partitions.
 *
 * They go by the table's expiry, which may come days late and which the embedded store does not have: what has
 * expired is not found, there or not.
 */
export const createDynamoOutbox = ({
  client,
  tableName,
  seal,
  clock,
  keepHours,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly seal: Seal;
  readonly clock: Pick<Clock, 'now'>;
  /** `relay.outbox.keepHours` */
  readonly keepHours: number;
}): Outbox => {
  const put = async (feed: string, partition: string, rows: readonly QueuedRow[]): Promise<void> => {
    const expiresAt = Math.ceil(clock.now() / 1_000) + keepHours * HOUR_SECONDS;
    const parts = partsOf(await seal.seal(JSON.stringify(rows), contextOf(feed)));
    const name = nameOf(rows);
    await inParallel([...parts.entries()], AT_A_TIME, ([part, sealed]) =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: {
            pk: { S: partition },
            sk: { S: `${name}#${String(part).padStart(3, '0')}` },
            sealed: { S: sealed },
            parts: number(parts.length),
            // Names no person; read without the rows when somebody only asks what is there.
            ...(part === 0 && { ids: { S: rows.map(({ id }) => id).join(' ') } }),
            expiresAt: number(expiresAt),
          },
        }),
      ),
    );
  };

  const read = async (partition: string, what?: string): Promise<readonly Item[]> => {
    const items: Item[] = [];
    let start: QueryCommandOutput['LastEvaluatedKey'];
    do {
      const page: QueryCommandOutput = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :partition',
          FilterExpression: 'expiresAt > :now',
          ExpressionAttributeValues: {
            ':partition': { S: partition },
            ':now': number(clock.now() / 1_000),
          },
          ConsistentRead: true,
          ...(what !== undefined && { ProjectionExpression: what }),
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  };

  return {
    keep: async (feed, rows) => {
      const writes = [...groupBy(rows, ({ id }) => partitionOf(feed, id))].flatMap(([partition, inSlice]) =>
        batchesOf(inSlice).map((batch) => ({ partition, batch })),
      );
      await inParallel(writes, AT_A_TIME, ({ partition, batch }) => put(feed, partition, batch));
    },

    find: async (feed, rowIds) => {
      const wanted = new Set(rowIds);
      const found = new Map<string, QueuedRow>();
      for (const partition of groupBy(wanted, (id) => partitionOf(feed, id)).keys()) {
        for (const sealed of sealedIn(await read(partition))) {
          const text = await seal.open(sealed, contextOf(feed));
          const rows: readonly QueuedRow[] = text === null ? [] : JSON.parse(text);
          for (const row of rows) if (wanted.has(row.id)) found.set(row.id, row);
        }
      }
      return [...found.values()];
    },

    kept: async (feed, rowIds) => {
      const wanted = new Set(rowIds);
      const until = new Map<string, number>();
      for (const partition of groupBy(wanted, (id) => partitionOf(feed, id)).keys()) {
        for (const { ids, expiresAt } of await read(partition, 'ids, expiresAt')) {
          const end = Number(expiresAt?.N) * 1_000;
          for (const id of ids?.S?.split(' ') ?? [])
            if (wanted.has(id)) until.set(id, Math.max(end, until.get(id) ?? 0));
        }
      }
      return [...until].map(([rowId, end]) => ({ rowId, until: end }));
    },
  };
};
