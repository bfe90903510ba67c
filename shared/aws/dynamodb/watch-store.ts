import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { WatchState, WatchStore } from '../../watch/store.ts';
import type { Watched } from '../../watch/watched.ts';
import { conditionally, fromDocument, type Item, toPackedDocument } from './document.ts';

const KEY = { pk: { S: 'watch' }, sk: { S: 'state' } };
const BEFORE_THE_FIRST: WatchState = { lastSlot: 0, health: {}, version: 0 };
const number = (value: number) => ({ N: String(value) });
const read = (item: Item | undefined, name: string): number => Number(item?.[name]?.N ?? 0);

/** When the watch looked, and nothing else of its state; null before its first run. */
export const readWatched = async ({
  client,
  tableName,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): Promise<Watched | null> => {
  const { Item: item } = await client.send(
    new GetItemCommand({ TableName: tableName, Key: KEY, ProjectionExpression: 'watched, lastSlot' }),
  );
  if (item?.watched?.S) return JSON.parse(item.watched.S) as Watched;
  const lastSlot = read(item, 'lastSlot');
  // An earlier version did not say since when.
  return lastSlot === 0 ? null : { since: lastSlot, lastRunAt: lastSlot, gaps: [] };
};

/**
 * The watch state in DynamoDB: one item, one conditional update per claim and per save.
 *
 * The claim saves work; it does not protect the data. What protects it is the version: of two runs that overlap for
 * whatever reason, one saves and the other is told `conflict`. So a clock may jump:
 * - ahead: a claim lapses early, two runs overlap, one of them conflicts;
 * - back: a claim or a finished slot then lies in the future. A claim that has more than twice its lease to go, and a
 *   finished slot more than two leases ahead, cannot be right and are disregarded, or the watch would be blind until
 *   the clock caught up. Clocks of two machines may differ by a lease before that happens.
 * A run that is slower than its lease may still save, and then gives back the claim of whoever took over; that one is
 * bound to conflict, so nobody need wait for it.
 */
export const createDynamoWatchStore = ({
  client,
  tableName,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): WatchStore => {
  const get = async (): Promise<Item | undefined> => {
    const answer = await client.send(
      new GetItemCommand({ TableName: tableName, Key: KEY, ConsistentRead: true }),
    );
    return answer.Item;
  };

  return {
    load: async () => {
      const item = await get();
      return item?.document ? fromDocument<WatchState>(item) : BEFORE_THE_FIRST;
    },

    claim: async (slot, now, leaseMs) => {
      const claimed = await conditionally(() =>
        client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: KEY,
            UpdateExpression: 'SET claimedUntil = :until',
            ConditionExpression:
              '(attribute_not_exists(lastSlot) OR lastSlot < :slot OR lastSlot > :unlikelySlot)' +
              ' AND (attribute_not_exists(claimedUntil) OR claimedUntil <= :now OR claimedUntil > :unlikelyClaim)',
            ExpressionAttributeValues: {
              ':slot': number(slot),
              ':now': number(now),
              ':until': number(now + leaseMs),
              ':unlikelySlot': number(Math.max(now, slot) + 2 * leaseMs),
              ':unlikelyClaim': number(now + 2 * leaseMs),
            },
          }),
        ),
      );
      if (claimed === 'written') return 'claimed';
      const lastSlot = read(await get(), 'lastSlot');
      return lastSlot >= slot && lastSlot <= Math.max(now, slot) + 2 * leaseMs ? 'done' : 'busy';
    },

    save: (next) =>
      conditionally(() =>
        client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: KEY,
            UpdateExpression: `SET document = :document, lastSlot = :lastSlot, version = :version${next.watched ? ', watched = :watched' : ''} REMOVE claimedUntil`,
            ConditionExpression:
              next.version === 1 ? 'attribute_not_exists(version)' : 'version = :previousVersion',
            ExpressionAttributeValues: {
              ':document': toPackedDocument(next),
              ':lastSlot': number(next.lastSlot),
              ':version': number(next.version),
              // Beside the document, for who needs to know this and nothing of the probes.
              ...(next.watched && { ':watched': { S: JSON.stringify(next.watched) } }),
              ...(next.version !== 1 && { ':previousVersion': number(next.version - 1) }),
            },
          }),
        ),
      ),
  };
};
