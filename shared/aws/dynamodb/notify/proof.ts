import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Transition } from '../../../incident/incident.ts';
import {
  byAge,
  CHANGES,
  type DeliveryProof,
  type OwedRow,
  type ProofLedger,
  type ProofRecord,
  type ProofStatus,
  partsOf,
} from '../../../notify/proof.ts';
import { conditionally, type Item } from '../document.ts';
import { readEntries, readPartition } from '../read-entries.ts';

const DAY_SECONDS = 86_400;
/** Rows that are neither delivered nor made up for, by what they are; others are in no index. */
const INDEXED = { owed: 'proof#owed', refused: 'proof#refused' } as const;

const text = (value: string): AttributeValue => ({ S: value });
const number = (value: number): AttributeValue => ({ N: String(value) });
const numberIn = (item: Item, name: string): number | null => {
  const value = item[name]?.N;
  return value === undefined ? null : Number(value);
};

const keyOf = (incidentId: string, notificationId: string, channel: string) => ({
  pk: text(`proof#${incidentId}`),
  sk: text(`${notificationId}#${channel}`),
});

/** Sorts by age as text. */
const positionOf = (owedAt: number, notificationId: string, channel: string): string =>
  `${new Date(Math.min(Math.max(0, owedAt), 8.64e15)).toISOString()}#${notificationId}#${channel}`;

const fromItem = (item: Item): DeliveryProof => ({
  notificationId: item.notificationId?.S ?? '',
  incidentId: item.incidentId?.S ?? '',
  transition: (item.transition?.S ?? '') as Transition,
  channel: item.channel?.S ?? '',
  status: (item.status?.S ?? 'owed') as ProofStatus,
  owedAt: numberIn(item, 'owedAt') ?? 0,
  triedAt: numberIn(item, 'triedAt'),
  attempts: numberIn(item, 'attempts') ?? 0,
  deliveredAt: numberIn(item, 'deliveredAt'),
  receipt: item.receipt?.S ?? null,
  lastError: item.lastError?.S ?? null,
  fellBackTo: item.fellBackTo?.S ?? null,
});

/** What a record sets beside the status. */
const settingsOf = (what: ProofRecord): Readonly<Record<string, AttributeValue>> => {
  switch (what.status) {
    case 'delivered':
      return { deliveredAt: number(what.at), receipt: text(what.receipt), triedAt: number(what.at) };
    case 'refused':
    case 'owed':
      return { lastError: text(what.error), triedAt: number(what.at) };
    case 'fallen-back':
      return { fellBackTo: text(what.to) };
    case 'superseded':
      return {};
  }
};

/** Whether somebody tried to hand it over. */
const isAttempt = ({ status }: ProofRecord): boolean =>
  status === 'delivered' || status === 'refused' || status === 'owed';

/**
 * Proof of delivery in DynamoDB (layout: table.ts). A row is one item with plain attributes, so that every change is one
 * conditional update without a read before it. What is owed or refused is in a sparse index, and leaves it when settled.
 */
export const createDynamoProofLedger = ({
  client,
  tableName,
  retentionDays = 365,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** How long a row is kept after it was owed. */
  readonly retentionDays?: number;
}): ProofLedger => {
  const expiresAt = (owedAt: number): AttributeValue =>
    number(Math.ceil(owedAt / 1_000) + retentionDays * DAY_SECONDS);

  const putOwed = ({ notificationId, incidentId, transition, channel, owedAt }: OwedRow) =>
    conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: {
            ...keyOf(incidentId, notificationId, channel),
            notificationId: text(notificationId),
            incidentId: text(incidentId),
            transition: text(transition),
            channel: text(channel),
            status: text('owed'),
            owedAt: number(owedAt),
            attempts: number(0),
            gsi1pk: text(INDEXED.owed),
            gsi1sk: text(positionOf(owedAt, notificationId, channel)),
            expiresAt: expiresAt(owedAt),
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );

  const indexed = (partition: string, range: Record<string, AttributeValue>, limit: number) =>
    readEntries(
      { client, tableName },
      {
        IndexName: 'gsi1',
        KeyConditionExpression: `gsi1pk = :partition${range[':before'] ? ' AND gsi1sk < :before' : ''}`,
        ExpressionAttributeValues: { ':partition': text(partition), ...range },
      },
      limit,
    );

  return {
    owe: async (rows) => {
      await Promise.all(rows.map(putOwed));
    },

    record: async (notificationId, channel, what) => {
      const parts = partsOf(notificationId);
      if (!parts) throw new RangeError(`${notificationId} is not the id of a message`);
      const from = CHANGES[what.status];
      const isIndexed = what.status === 'owed' || what.status === 'refused';
      const settings = Object.entries(settingsOf(what));
      // A row that nobody owed is made by the same write.
      const made: Readonly<Record<string, AttributeValue>> = {
        notificationId: text(notificationId),
        incidentId: text(parts.incidentId),
        transition: text(parts.transition),
        channel: text(channel),
        owedAt: number(what.at),
        expiresAt: expiresAt(what.at),
        ...(isIndexed && { gsi1sk: text(positionOf(what.at, notificationId, channel)) }),
      };
      const sets = [
        '#status = :status',
        ...settings.map(([name]) => `#${name} = :${name}`),
        ...Object.keys(made).map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
        ...(isIndexed ? ['gsi1pk = :partition'] : []),
      ];
      const result = await conditionally(() =>
        client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf(parts.incidentId, notificationId, channel),
            UpdateExpression: [
              `SET ${sets.join(', ')}`,
              `ADD attempts :tried`,
              ...(isIndexed ? [] : ['REMOVE gsi1pk, gsi1sk']),
            ].join(' '),
            ConditionExpression: `attribute_not_exists(pk) OR #status IN (${from.map((_, index) => `:from${index}`).join(', ')})`,
            ExpressionAttributeNames: {
              '#status': 'status',
              ...Object.fromEntries(
                [...settings.map(([name]) => name), ...Object.keys(made)].map((name) => [`#${name}`, name]),
              ),
            },
            ExpressionAttributeValues: {
              ':status': text(what.status),
              ':tried': number(isAttempt(what) ? 1 : 0),
              ...Object.fromEntries(from.map((status, index) => [`:from${index}`, text(status)])),
              ...Object.fromEntries(
                [...settings, ...Object.entries(made)].map(([name, value]) => [`:${name}`, value]),
              ),
              ...(isIndexed && { ':partition': text(INDEXED[what.status === 'owed' ? 'owed' : 'refused']) }),
            },
          }),
        ),
      );
      return result === 'written' ? 'recorded' : 'already';
    },

    ofIncident: async (incidentId) => {
      const items = await readPartition({ client, tableName }, `proof#${incidentId}`);
      return items.map(fromItem).sort(byAge);
    },

    undelivered: async (before, limit) => {
      const until = { ':before': text(positionOf(before, '', '').slice(0, -1)) };
      const [owed, refused] = await Promise.all([
        indexed(INDEXED.owed, until, limit),
        indexed(INDEXED.refused, {}, limit),
      ]);
      return [...owed, ...refused]
        .map(fromItem)
        .filter(({ status, owedAt }) => status === 'refused' || (status === 'owed' && owedAt < before))
        .sort(byAge)
        .slice(0, Math.max(0, limit));
    },
  };
};
