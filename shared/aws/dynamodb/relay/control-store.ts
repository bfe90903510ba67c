import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import {
  type ControlStore,
  type FeedControl,
  initialControl,
  type TallySeen,
} from '../../../relay/control.ts';
import {
  seenByWebhook,
  TALLY_KEPT_MS,
  TALLY_WINDOW_MS,
  type WebhookSeen,
} from '../../../relay/control-tally.ts';
import { conditionally, fromDocument, type Item, toDocument } from '../document.ts';
import { NAMES, tallyFrom } from './control-tally-item.ts';

const number = (value: number) => ({ N: String(value) });
const key = (feed: string, sk: string) => ({ pk: { S: `relay#${feed}` }, sk: { S: sk } });
/** Windows sort by time as text, after the counters that have no window. */
const windowKey = (feed: string, start: number) =>
  key(feed, `${NAMES.windowPrefix}${String(start).padStart(14, '0')}`);
const WINDOWS = TALLY_KEPT_MS / TALLY_WINDOW_MS;
/** Longer than a tally reaches, so that a clock that is late finds them still. */
const WINDOW_EXPIRES_AFTER_MS = 24 * 60 * 60_000;

/** An update that is put together piece by piece, with its names and values numbered. */
const createUpdate = () => {
  const sets: string[] = [];
  const adds: string[] = [];
  const names: Record<string, string> = {};
  const values: Item = {};
  const put = (name: string, value: Item[string]): readonly [string, string] => {
    const at = Object.keys(names).length;
    names[`#${at}`] = name;
    values[`:${at}`] = value;
    return [`#${at}`, `:${at}`];
  };
  return {
    set: (name: string, value: Item[string]) => sets.push(put(name, value).join(' = ')),
    add: (name: string, by: number) => adds.push(put(name, number(by)).join(' ')),
    command: (): Pick<
      UpdateItemCommandInput,
      'UpdateExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
    > => ({
      UpdateExpression: [
        ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
        ...(adds.length > 0 ? [`ADD ${adds.join(', ')}`] : []),
      ].join(' '),
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    }),
  };
};

const counters = (seen: TallySeen, byWebhook: readonly WebhookSeen[]) => {
  const update = createUpdate();
  update.set('lookedAt', number(seen.at));
  if (seen.empty) update.set('emptyAt', number(seen.at));
  if (seen.oldestTakenAt !== undefined) update.set('oldestTakenAt', number(seen.oldestTakenAt));
  for (const { webhook, lastAcceptedAt, lastFailure, streak } of byWebhook) {
    if (lastAcceptedAt !== null) update.set(NAMES.lastAccepted + webhook, number(lastAcceptedAt));
    if (lastFailure) update.set(NAMES.lastFailure + webhook, toDocument(lastFailure));
    if (streak.kind === 'set') update.set(NAMES.streak + webhook, number(streak.failures));
    else if (streak.failures > 0) update.add(NAMES.streak + webhook, streak.failures);
  }
  return update.command();
};

const windowUpdates = (byWebhook: readonly WebhookSeen[]) => {
  const updates = new Map<number, ReturnType<typeof createUpdate>>();
  for (const { webhook, windows } of byWebhook)
    for (const { start, counts } of windows) {
      const update = updates.get(start) ?? createUpdate();
      if (!updates.has(start))
        update.set('expiresAt', number(Math.ceil((start + WINDOW_EXPIRES_AFTER_MS) / 1_000)));
      updates.set(start, update);
      for (const [answer, count] of Object.entries(counts)) update.add(NAMES.count(webhook, answer), count);
    }
  return [...updates].map(([start, update]) => ({ start, command: update.command() }));
};

/**
 * The relay's control states and tallies in DynamoDB.
 *
 * The control state is one item, changed by one conditional write. The tally is one item of last times and streaks and
 * one item for every five minutes of answers; both are added to without being read, so that several forwarders count
 * at once. A second of sending costs two write units: one for each of the two items, however many rows it was.
 */
export const createDynamoControlStore = ({
  client,
  tableName,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): ControlStore => ({
  load: async (feed) => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: key(feed, 'control'), ConsistentRead: true }),
    );
    return Item ? fromDocument<FeedControl>(Item) : initialControl(feed);
  },

  save: (next) =>
    conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: { ...key(next.feed, 'control'), document: toDocument(next), version: number(next.version) },
          ConditionExpression: next.version === 1 ? 'attribute_not_exists(pk)' : 'version = :previousVersion',
          ...(next.version !== 1 && {
            ExpressionAttributeValues: { ':previousVersion': number(next.version - 1) },
          }),
        }),
      ),
    ),

  tally: async (feed) => {
    const [{ Item }, { Items = [] }] = await Promise.all([
      client.send(new GetItemCommand({ TableName: tableName, Key: key(feed, NAMES.counters) })),
      client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': { S: `relay#${feed}` }, ':prefix': { S: NAMES.windowPrefix } },
          // From the newest: those that have expired may be there for days.
          ScanIndexForward: false,
          Limit: WINDOWS,
        }),
      ),
    ]);
    return tallyFrom(feed, Item, Items);
  },

  count: async (feed, seen) => {
    const byWebhook = seenByWebhook(seen);
    await Promise.all([
      client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: key(feed, NAMES.counters),
          ...counters(seen, byWebhook),
        }),
      ),
      ...windowUpdates(byWebhook).map(({ start, command }) =>
        client.send(new UpdateItemCommand({ TableName: tableName, Key: windowKey(feed, start), ...command })),
      ),
    ]);
  },
});
