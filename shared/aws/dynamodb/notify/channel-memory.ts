import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../clock.ts';
import type { ChannelMemory } from '../../../notify/channels/port.ts';
import { conditionally } from '../document.ts';

/** How long an incident is remembered after the last word about it, ms. */
const KEPT_MS = 90 * 24 * 60 * 60_000;
/** Before the name of every attribute that holds a remembered value, so that none can be a key, a lease or an index. */
const VALUE = 'v.';

const text = (value: string) => ({ S: value });
const number = (value: number) => ({ N: String(value) });

/**
 * What one channel remembers, in DynamoDB: one item per incident, one attribute per value, so that a merge is a single
 * write and two writers of different values never overwrite each other.
 */
export const createDynamoChannelMemory = ({
  client,
  tableName,
  channel,
  clock,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** The id of the channel: no two share what they remember. */
  readonly channel: string;
  readonly clock: Pick<Clock, 'now'>;
}): ChannelMemory => {
  const keyOf = (incidentId: string) => ({
    pk: text(`channel#${channel}#${incidentId}`),
    sk: text('memory'),
  });
  const expiresAt = () => number(Math.floor((clock.now() + KEPT_MS) / 1_000));

  return {
    load: async (incidentId) => {
      const { Item = {} } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: keyOf(incidentId), ConsistentRead: true }),
      );
      // Items stay for a while after they expired.
      if (Item.expiresAt && Number(Item.expiresAt.N) * 1_000 <= clock.now()) return {};
      return Object.fromEntries(
        Object.entries(Item).flatMap(([name, value]) =>
          name.startsWith(VALUE) && value.S !== undefined ? [[name.slice(VALUE.length), value.S]] : [],
        ),
      );
    },

    save: async (incidentId, values) => {
      const entries = Object.entries(values);
      if (entries.length === 0) return;
      await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: keyOf(incidentId),
          UpdateExpression: `SET #expires = :expires, ${entries
            .map((_, index) => `#name${index} = :value${index}`)
            .join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries([
            ['#expires', 'expiresAt'],
            ...entries.map(([name], index) => [`#name${index}`, `${VALUE}${name}`]),
          ]),
          ExpressionAttributeValues: Object.fromEntries([
            [':expires', expiresAt()],
            ...entries.map(([, value], index) => [`:value${index}`, text(value)]),
          ]),
        }),
      );
    },

    claim: async (incidentId, holder, forMs) => {
      const now = clock.now();
      const result = await conditionally(() =>
        client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf(incidentId),
            UpdateExpression: 'SET #holder = :holder, #until = :until, #expires = :expires',
            // A lease beyond any that is given out comes from a clock that ran ahead: it must not hold for ever.
            ConditionExpression:
              'attribute_not_exists(#holder) OR #holder = :holder OR #until <= :now OR #until > :furthest',
            ExpressionAttributeNames: { '#holder': 'holder', '#until': 'heldUntil', '#expires': 'expiresAt' },
            ExpressionAttributeValues: {
              ':holder': text(holder),
              ':until': number(now + forMs),
              ':now': number(now),
              ':furthest': number(now + 2 * forMs),
              ':expires': expiresAt(),
            },
          }),
        ),
      );
      return result === 'written';
    },

    release: async (incidentId, holder) => {
      await conditionally(() =>
        client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf(incidentId),
            UpdateExpression: 'REMOVE #holder, #until',
            ConditionExpression: '#holder = :holder',
            ExpressionAttributeNames: { '#holder': 'holder', '#until': 'heldUntil' },
            ExpressionAttributeValues: { ':holder': text(holder) },
          }),
        ),
      );
    },
  };
};
