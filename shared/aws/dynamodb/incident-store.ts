import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Cause } from '../../cause.ts';
import { dayOfId } from '../../incident/id.ts';
import type { Incident } from '../../incident/incident.ts';
import {
  assertSuccessor,
  type IncidentStore,
  isActive,
  isUnfinished,
  newestFirst,
  type Place,
} from '../../incident/store.ts';
import { conditionally, fromDocument, type Item, toDocument } from './document.ts';
import { readItems } from './read-entries.ts';

/**
 * The list is spread over this many partitions, chosen by the id's last digit; expiry bounds each. Shards rather than
 * months: a reader needs no clock to know where the newest are, and an old `since` costs no query per month.
 * Fixed for ever: what is stored is found by it.
 */
const SHARDS = 4;
const DAY_SECONDS = 86_400;

type Key = Record<'pk' | 'sk', AttributeValue>;

const partition = (cause: Cause, subject: string): string => `incident#${cause}#${subject}`;
const currentKey = (cause: Cause, subject: string): Key => ({
  pk: { S: partition(cause, subject) },
  sk: { S: 'current' },
});
const shardOf = (id: string): string => `incident#${Number.parseInt(id.slice(-1), 16) % SHARDS}`;
const shards = Array.from({ length: SHARDS }, (_, shard) => `incident#${shard}`);
/** Sorts by time of opening as text. */
const position = ({ openedAt, id }: Place): string => `${new Date(openedAt).toISOString()}#${id}`;

const expiry = (incident: Incident, retentionDays: number): Item =>
  isUnfinished(incident)
    ? {}
    : {
        expiresAt: {
          N: String(
            Math.ceil((incident.resolvedAt ?? incident.updatedAt) / 1_000) + retentionDays * DAY_SECONDS,
          ),
        },
      };

const body = (incident: Incident, retentionDays: number): Item => ({
  pk: { S: partition(incident.cause, incident.subject) },
  incidentId: { S: incident.id },
  version: { N: String(incident.version) },
  document: toDocument(incident),
  gsi2pk: { S: shardOf(incident.id) },
  gsi2sk: { S: position(incident) },
  ...expiry(incident, retentionDays),
});

const currentItem = (incident: Incident, retentionDays: number): Item => ({
  ...body(incident, retentionDays),
  sk: { S: 'current' },
  ...(isActive(incident) && { gsi1pk: { S: 'incident#active' }, gsi1sk: { S: position(incident) } }),
});

const archivedItem = (incident: Incident, retentionDays: number): Item => ({
  ...body(incident, retentionDays),
  sk: { S: `archived#${incident.id}` },
});

/** Of each id the highest version: while one is being replaced it is there as current and as archived. */
const latest = (incidents: readonly Incident[]): readonly Incident[] => {
  const byId = new Map<string, Incident>();
  for (const incident of incidents) {
    const known = byId.get(incident.id);
    if (!known || known.version < incident.version) byId.set(incident.id, incident);
  }
  return [...byId.values()];
};

/** The earliest time that an ISO text can sort by. */
const sinceText = (since: number): string =>
  new Date(Math.min(Math.max(0, Number.isFinite(since) ? since : 0), 8.64e15)).toISOString();

/**
 * Incidents in DynamoDB (layout: table.ts). A change is one conditional put of the current item. Replacing a resolved
 * incident first puts its archive copy, which is idempotent and never goes back to an older version; a crash between
 * the two leaves a copy that readers fold into the current one.
 *
 * A put whose answer was lost and which the SDK repeats reports `conflict` although it was written; the caller reloads
 * and finds its own change.
 */
export const createDynamoIncidentStore = ({
  client,
  tableName,
  retentionDays = 400,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** How long an incident is kept after its resolution. */
  readonly retentionDays?: number;
}): IncidentStore => {
  const archive = (incident: Incident) =>
    conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: archivedItem(incident, retentionDays),
          ConditionExpression: 'attribute_not_exists(pk) OR version < :version',
          ExpressionAttributeValues: { ':version': { N: String(incident.version) } },
        }),
      ),
    );

  const putCurrent = (next: Incident, expected: Incident | null) =>
    conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: currentItem(next, retentionDays),
          ...(expected
            ? {
                ConditionExpression: 'incidentId = :id AND version = :version',
                ExpressionAttributeValues: {
                  ':id': { S: expected.id },
                  ':version': { N: String(expected.version) },
                },
              }
            : { ConditionExpression: 'attribute_not_exists(pk)' }),
        }),
      ),
    );

  /** Keys found in an index, page by page, until `enough`. */
  const findKeys = async (
    query: Omit<QueryCommandInput, 'TableName'>,
    enough: (found: readonly Item[]) => boolean = () => false,
  ): Promise<readonly Item[]> => {
    const found: Item[] = [];
    let start: QueryCommandOutput['LastEvaluatedKey'];
    do {
      const page: QueryCommandOutput = await client.send(
        new QueryCommand({ TableName: tableName, ...query, ...(start && { ExclusiveStartKey: start }) }),
      );
      found.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start && !enough(found));
    return found;
  };

  /** What index entries stand for, as it is now. */
  const fetch = async (entries: readonly Item[]): Promise<readonly Incident[]> => {
    const keys = new Map(
      entries.flatMap(({ pk, sk }): [string, Key][] => (pk && sk ? [[`${pk.S}\n${sk.S}`, { pk, sk }]] : [])),
    );
    const items = await readItems({ client, tableName }, [...keys.values()]);
    return latest(items.map((item) => fromDocument<Incident>(item)));
  };

  const idsIn = (entries: readonly Item[]): number => new Set(entries.map(({ gsi2sk }) => gsi2sk?.S)).size;

  return {
    current: async (cause, subject) => {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: currentKey(cause, subject), ConsistentRead: true }),
      );
      return item ? fromDocument<Incident>(item) : null;
    },

    byId: async (id) => {
      const day = dayOfId(id);
      if (!day) return null;
      const ofDay = await findKeys({
        IndexName: 'gsi2',
        KeyConditionExpression: 'gsi2pk = :shard AND begins_with(gsi2sk, :day)',
        ExpressionAttributeValues: { ':shard': { S: shardOf(id) }, ':day': { S: day } },
      });
      const found = await fetch(ofDay.filter(({ gsi2sk }) => gsi2sk?.S?.endsWith(`#${id}`)));
      return found.find((incident) => incident.id === id) ?? null;
    },

    write: async (next, expected) => {
      assertSuccessor(next, expected);
      if (expected && expected.id !== next.id) await archive(expected);
      return putCurrent(next, expected);
    },

    active: async () => {
      const entries = await findKeys({
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :active',
        ExpressionAttributeValues: { ':active': { S: 'incident#active' } },
      });
      return (await fetch(entries)).filter(isActive);
    },

    list: async ({ since, limit, after }) => {
      if (limit < 1 || (after && after.openedAt < since)) return [];
      const first = sinceText(since);
      // What is asked for comes after it, so it is not one of them; the keys of a range include both its ends.
      const last = after && position(after);
      const isAfter = ({ gsi2sk }: Item) => last === undefined || (gsi2sk?.S ?? '') < last;
      const perShard = await Promise.all(
        shards.map((shard) =>
          findKeys(
            {
              IndexName: 'gsi2',
              KeyConditionExpression: `gsi2pk = :shard AND gsi2sk ${last === undefined ? '>= :since' : 'BETWEEN :since AND :last'}`,
              ExpressionAttributeValues: {
                ':shard': { S: shard },
                ':since': { S: first },
                ...(last !== undefined && { ':last': { S: last } }),
              },
              ScanIndexForward: false,
              Limit: limit + (last === undefined ? 0 : 1),
            },
            (found) => idsIn(found.filter(isAfter)) >= limit,
          ),
        ),
      );
      const sorted = perShard
        .flat()
        .filter(isAfter)
        .sort((one, other) => ((one.gsi2sk?.S ?? '') < (other.gsi2sk?.S ?? '') ? 1 : -1));
      const newest = new Set([...new Set(sorted.map(({ gsi2sk }) => gsi2sk?.S))].slice(0, limit));
      const incidents = await fetch(sorted.filter(({ gsi2sk }) => newest.has(gsi2sk?.S)));
      return incidents
        .filter(({ openedAt }) => openedAt >= since)
        .sort(newestFirst)
        .slice(0, limit);
    },
  };
};
