import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Silence, SilenceStore } from '../../silence/silence.ts';
import { conditionally, fromDocument, type Item, toDocument } from './document.ts';
import { readEntries } from './read-entries.ts';

const DAY_SECONDS = 86_400;
const PARTITION = 'silence';
/** More than anybody has at once; a reader must not page for ever. */
const MOST_AT_ONCE = 1_000;

const text = (value: string): AttributeValue => ({ S: value });
const number = (value: number): AttributeValue => ({ N: String(value) });
const keyOf = (id: string) => ({ pk: text(`silence#${id}`), sk: text('silence') });
/** Sorts by time as text. */
const timeText = (at: number): string => new Date(Math.min(Math.max(0, at), 8.64e15)).toISOString();

/** What was stored, with the end that was written beside it. */
const fromItem = (item: Item): Silence => ({
  ...fromDocument<Silence>(item),
  endedAt: item.endedAt?.N === undefined ? null : Number(item.endedAt.N),
});

/**
 * Silences in DynamoDB (layout: table.ts): one item each, in one index by their end until they are over, in another by
 * when they were made.
 */
export const createDynamoSilenceStore = ({
  client,
  tableName,
  retentionDays = 400,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** How long one is kept after its end. */
  readonly retentionDays?: number;
}): SilenceStore => ({
  create: (silence) =>
    conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: {
            ...keyOf(silence.id),
            document: toDocument(silence),
            endsAt: number(silence.to),
            ...(silence.endedAt !== null && { endedAt: number(silence.endedAt) }),
            gsi1pk: text(PARTITION),
            gsi1sk: text(`${timeText(silence.to)}#${silence.id}`),
            gsi2pk: text(PARTITION),
            gsi2sk: text(`${timeText(silence.createdAt)}#${silence.id}`),
            expiresAt: number(Math.ceil(silence.to / 1_000) + retentionDays * DAY_SECONDS),
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    ),

  end: async (id, at) => {
    const result = await conditionally(() =>
      client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: keyOf(id),
          // It stays in the index: whoever sends right after its end still has to know of it.
          UpdateExpression: 'SET endedAt = :at, gsi1sk = :position',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(endedAt) AND endsAt > :at',
          ExpressionAttributeValues: { ':at': number(at), ':position': text(`${timeText(at)}#${id}`) },
        }),
      ),
    );
    return result === 'written' ? 'ended' : 'gone';
  },

  current: async (now) => {
    const items = await readEntries(
      { client, tableName },
      {
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :partition AND gsi1sk > :now',
        ExpressionAttributeValues: { ':partition': text(PARTITION), ':now': text(timeText(now)) },
      },
      MOST_AT_ONCE,
    );
    return items
      .map(fromItem)
      .filter(({ to, endedAt }) => Math.min(to, endedAt ?? to) > now)
      .sort((one, other) => one.from - other.from || (one.id < other.id ? -1 : 1));
  },

  list: async ({ since, limit }) => {
    const items = await readEntries(
      { client, tableName },
      {
        IndexName: 'gsi2',
        KeyConditionExpression: 'gsi2pk = :partition AND gsi2sk >= :since',
        ExpressionAttributeValues: { ':partition': text(PARTITION), ':since': text(timeText(since)) },
        ScanIndexForward: false,
      },
      limit,
    );
    return items
      .map(fromItem)
      .sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1));
  },
});
