import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../clock.ts';
import type { PaceChange, PaceRules, PaceState } from '../../../relay/pace.ts';
import type { Pacer } from '../../../relay/pacer.ts';
import { createSharedPacer, type PaceStore } from '../../../relay/shared-pacer.ts';
import { conditionally, type Item } from '../document.ts';

const KEY = { pk: { S: 'pace#workspace' }, sk: { S: 'state' } };
const N = (value: number) => ({ N: String(value) });
/** Times of slots are multiples of 1/64 ms; written so, they come back and add up exactly. */
const T = (ms: number) => ({ N: ms.toFixed(6) });

const numberIn = (item: Item, name: string): number | null => {
  const text = item[name]?.N;
  return text === undefined ? null : Number(text);
};

const stateOf = (item: Item): PaceState => ({
  next: numberIn(item, 'next'),
  slowness: numberIn(item, 'slowness') ?? 1,
  slowedAt: numberIn(item, 'slowedAt'),
  slowedSince: numberIn(item, 'slowedSince'),
  pausedUntil: numberIn(item, 'pausedUntil'),
  version: numberIn(item, 'version') ?? 0,
});

interface Write {
  readonly update: string;
  readonly condition: string;
  readonly values: Item;
  readonly names: Readonly<Record<string, string>>;
}

const NEXT = { '#next': 'next' };
const VERSION = { '#version': 'version' };

/** The same arithmetic as `applyPace`, done by the store: there is no moment between the look and the write. */
const writeOf = (change: PaceChange): Write => {
  // Before the pace was first changed there is no version, or no item at all.
  const isUnchanged =
    change.version === 0 ? '(attribute_not_exists(#version) OR #version = :version)' : '#version = :version';
  const values = { ':version': N(change.version) };
  switch (change.kind) {
    case 'advance':
      return {
        update: 'SET #next = #next + :by',
        condition: `${isUnchanged} AND #next BETWEEN :floor AND :latest`,
        values: { ...values, ':by': T(change.by), ':floor': T(change.floor), ':latest': T(change.latest) },
        names: { ...NEXT, ...VERSION },
      };
    case 'restart':
      return {
        update: 'SET #next = :to',
        condition: `${isUnchanged} AND (attribute_not_exists(#next) OR #next < :floor OR #next = :absurd)`,
        // No slot lies at 0.
        values: {
          ...values,
          ':to': T(change.to),
          ':floor': T(change.floor),
          ':absurd': T(change.absurd ?? 0),
        },
        names: { ...NEXT, ...VERSION },
      };
    case 'slow':
      return {
        update:
          'SET slowness = :slowness, slowedAt = :slowedAt, slowedSince = :slowedSince, pausedUntil = :pausedUntil, ' +
          '#version = :after',
        condition: isUnchanged,
        values: {
          ...values,
          ':slowness': N(change.slowness),
          ':slowedAt': N(change.slowedAt),
          ':slowedSince': N(change.slowedSince),
          ':pausedUntil': N(change.pausedUntil),
          ':after': N(change.version + 1),
        },
        names: VERSION,
      };
  }
};

interface Table {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

const createPaceStore = ({ client, tableName }: Table): PaceStore => ({
  load: async () => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: KEY, ConsistentRead: true }),
    );
    return Item ? stateOf(Item) : null;
  },
  change: async (change) => {
    const { update, condition, values, names } = writeOf(change);
    let next: number | null = null;
    const outcome = await conditionally(async () => {
      const { Attributes = {} } = await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: KEY,
          UpdateExpression: update,
          ConditionExpression: condition,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      next = numberIn(Attributes, 'next');
    });
    return outcome === 'written' ? { next } : 'conflict';
  },
});

/**
 * The workspace's pace in one DynamoDB item. About one write unit for every reservation, whatever it reserves; one
 * item takes 1,000 a second, a hundred times what Clay's pace needs.
 */
export const createDynamoPacer = ({
  rules,
  clock,
  ...table
}: Table & { readonly rules: PaceRules; readonly clock: Pick<Clock, 'now'> }): Pacer =>
  createSharedPacer({ store: createPaceStore(table), rules, clock });
