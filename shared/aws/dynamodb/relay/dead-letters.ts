import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../clock.ts';
import type { DeadLetter, DeadLetterFault, DeadLetterStore } from '../../../relay/keeping.ts';
import type { QueuedRow, Seal } from '../../../relay/queue.ts';
import { fromDocument, type Item, toDocument } from '../document.ts';
import { inParallel } from '../rows/parallel.ts';
import { partsOf } from './parts.ts';

const DAY_SECONDS = 86_400;
/** What people type may be anything; DynamoDB refuses an empty or very long key. */
const A_KEY = /^[\x21-\x7e]{1,512}$/;
const AT_A_TIME = 8;
const BATCH_TRIES = 8;

/** What is sealed of a letter; the rest of it holds no row data, and is readable without the key. */
type Content = Pick<DeadLetter, 'body'> & { readonly row: QueuedRow | null };
type Described = Omit<DeadLetter, 'row' | 'body' | 'locked'>;

const number = (value: number) => ({ N: String(value) });
const partitionOf = (feed: string): string => `dead#${feed}`;
const keyOf = (feed: string, id: string) => ({ pk: { S: partitionOf(feed) }, sk: { S: id } });
/** The rest of a letter that does not fit into one item. */
const partKey = (feed: string, id: string, part: number) => ({
  pk: { S: `dead#${feed}#parts` },
  sk: { S: `${id}#${String(part).padStart(3, '0')}` },
});
const contextOf = ({ feed, id }: Described): string => `dead letter ${feed} ${id}`;
/** The index holds keys only, so what is counted by, and when it ends, is in the key. */
const countedFrom = (fault: DeadLetterFault, seconds: number): string =>
  `${fault}#${String(Math.floor(seconds)).padStart(12, '0')}`;

/**
 * Dead letters in DynamoDB: an item each. Counts come from the first index, which holds keys only, so counting ten
 * thousand of them reads a megabyte or two. What has expired is not there for any reader, deleted or not.
 */
export const createDynamoDeadLetters = ({
  client,
  tableName: TableName,
  seal,
  clock,
  keepDays,
}: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly seal: Seal;
  readonly clock: Pick<Clock, 'now'>;
  /** `relay.deadLetters.keepDays` */
  readonly keepDays: number;
}): DeadLetterStore => {
  const seconds = () => clock.now() / 1_000;

  /** The rest first: a letter that is there is whole. */
  const put = async ({ row, body, locked, ...described }: DeadLetter): Promise<void> => {
    const { feed, id, fault, at } = described;
    const content: Content = { row, ...(body !== undefined && { body }) };
    const [sealed = '', ...rest] = partsOf(await seal.seal(JSON.stringify(content), contextOf(described)));
    const expiresAt = Math.ceil(seconds()) + keepDays * DAY_SECONDS;
    await inParallel([...rest.entries()], AT_A_TIME, ([part, text]) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { ...partKey(feed, id, part), sealed: { S: text }, expiresAt: number(expiresAt) },
        }),
      ),
    );
    await client.send(
      new PutItemCommand({
        TableName,
        Item: {
          ...keyOf(feed, id),
          document: toDocument(described),
          sealed: { S: sealed },
          parts: number(rest.length),
          fault: { S: fault },
          at: number(at),
          expiresAt: number(expiresAt),
          gsi1pk: { S: partitionOf(feed) },
          gsi1sk: { S: `${countedFrom(fault, expiresAt)}#${id}` },
        },
      }),
    );
  };

  const readParts = async (feed: string, id: string, count: number): Promise<readonly string[]> => {
    const parts = new Map<string, string>();
    let wanted: BatchGetItemCommandOutput['UnprocessedKeys'] = {
      [TableName]: {
        Keys: Array.from({ length: count }, (_, part) => partKey(feed, id, part)),
        ConsistentRead: true,
      },
    };
    for (let attempt = 0; attempt < BATCH_TRIES; attempt += 1) {
      const answer: BatchGetItemCommandOutput = await client.send(
        new BatchGetItemCommand({ RequestItems: wanted }),
      );
      for (const { sk, sealed } of answer.Responses?.[TableName] ?? [])
        parts.set(sk?.S ?? '', sealed?.S ?? '');
      if (!answer.UnprocessedKeys?.[TableName]?.Keys?.length) break;
      wanted = answer.UnprocessedKeys;
    }
    return [...parts].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text);
  };

  const letterIn = async (item: Item): Promise<DeadLetter> => {
    const described = fromDocument<Described>(item);
    const count = Number(item.parts?.N ?? 0);
    const rest = count > 0 ? await readParts(described.feed, described.id, count) : [];
    const text = await seal.open([item.sealed?.S ?? '', ...rest].join(''), contextOf(described));
    if (text === null) return { ...described, row: null, locked: true };
    return { ...described, ...(JSON.parse(text) as Content) };
  };

  const isThere = (item: Item | undefined): item is Item =>
    item !== undefined && Number(item.expiresAt?.N) > seconds();

  const page = (feed: string, after: string, limit: number, fault: DeadLetterFault | undefined) =>
    client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :letters AND sk > :after',
        FilterExpression: `expiresAt > :now${fault ? ' AND fault = :fault' : ''}`,
        ExpressionAttributeValues: {
          ':letters': { S: partitionOf(feed) },
          ':after': { S: after },
          ':now': number(seconds()),
          ...(fault && { ':fault': { S: fault } }),
        },
        ConsistentRead: true,
        Limit: limit,
      }),
    );

  const countOf = async (feed: string, fault: DeadLetterFault): Promise<number> => {
    let count = 0;
    let start: QueryCommandOutput['LastEvaluatedKey'];
    do {
      const answer: QueryCommandOutput = await client.send(
        new QueryCommand({
          TableName,
          IndexName: 'gsi1',
          Select: 'COUNT',
          KeyConditionExpression: 'gsi1pk = :letters AND gsi1sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':letters': { S: partitionOf(feed) },
            ':from': { S: countedFrom(fault, seconds() + 1) },
            ':to': { S: `${fault}#~` },
          },
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      count += answer.Count ?? 0;
      start = answer.LastEvaluatedKey;
    } while (start);
    return count;
  };

  return {
    put: async (letters) => {
      await inParallel(letters, AT_A_TIME, put);
    },

    list: async (feed, { limit, cursor, fault }) => {
      const found: Item[] = [];
      // Below every id: a key may not be empty.
      let after: string | undefined = cursor || ' ';
      while (after !== undefined && found.length <= limit) {
        const answer: QueryCommandOutput = await page(feed, after, limit + 1, fault);
        found.push(...(answer.Items ?? []));
        after = answer.LastEvaluatedKey?.sk?.S;
      }
      const letters = await inParallel(found.slice(0, limit), AT_A_TIME, letterIn);
      return { letters, cursor: found.length > limit ? (letters.at(-1)?.id ?? null) : null };
    },

    byId: async (feed, id) => {
      if (!A_KEY.test(id)) return null;
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName, Key: keyOf(feed, id), ConsistentRead: true }),
      );
      return isThere(item) ? letterIn(item) : null;
    },

    remove: async (feed, id, at) => {
      try {
        const { Attributes: old } = await client.send(
          new DeleteItemCommand({
            TableName,
            Key: keyOf(feed, id),
            ConditionExpression: `expiresAt > :now${at === undefined ? '' : ' AND #at = :at'}`,
            ...(at !== undefined && { ExpressionAttributeNames: { '#at': 'at' } }),
            ExpressionAttributeValues: {
              ':now': number(seconds()),
              ...(at !== undefined && { ':at': number(at) }),
            },
            ReturnValues: 'ALL_OLD',
          }),
        );
        await inParallel([...Array(Number(old?.parts?.N ?? 0)).keys()], AT_A_TIME, (part) =>
          client.send(new DeleteItemCommand({ TableName, Key: partKey(feed, id, part) })),
        );
        return 'removed';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'gone';
        throw error;
      }
    },

    count: async (feed) => {
      const [row, ours] = await Promise.all([countOf(feed, 'row'), countOf(feed, 'ours')]);
      return { row, ours };
    },
  };
};
