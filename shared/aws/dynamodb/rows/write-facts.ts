import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type BucketAddress, bucketOf, expiryOf } from '../../../rows/bucket.ts';
import type { RecordOutcome } from '../../../rows/ledger.ts';
import { NEW_ROW, type RowFact, withFact } from '../../../rows/row.ts';
import type { RowPlace } from '../../../rows/row-id.ts';
import { type Bucket, EMPTY_BUCKET, type Marks, marksFor, readBucket } from './bucket-item.ts';
import { bucketKey } from './keys.ts';
import type { TableCalls } from './table-calls.ts';

/** Something said of a row on its way into the store, and where its outcome belongs. */
export interface Placed<T> {
  readonly index: number;
  readonly place: RowPlace;
  readonly said: T;
}
export type PlacedFact = Placed<RowFact>;

/** What is said of rows of one bucket. */
export interface BucketWrite<T> {
  readonly address: BucketAddress;
  readonly openedAt: number;
  readonly facts: readonly Placed<T>[];
}

/** A bucket has 20 rows; only a batch that says one thing of a row many times has more. Keeps expressions under 4 KB. */
const FACTS_PER_WRITE = 24;
/** Each refusal means that somebody else wrote one of our marks, so this is never reached. */
const TRIES = 4 * FACTS_PER_WRITE;

/** Facts by bucket, in writes of bounded size. */
export const groupByBucket = <T>(facts: readonly Placed<T>[]): readonly (readonly BucketWrite<T>[])[] => {
  const buckets = new Map<string, Placed<T>[]>();
  for (const fact of facts) {
    const { bucket } = bucketOf(fact.place);
    const known = buckets.get(bucket);
    if (known) known.push(fact);
    else buckets.set(bucket, [fact]);
  }
  return [...buckets.values()].map((ofBucket) =>
    Array.from({ length: Math.ceil(ofBucket.length / FACTS_PER_WRITE) }, (_, index) => {
      const part = ofBucket.slice(index * FACTS_PER_WRITE, (index + 1) * FACTS_PER_WRITE);
      const place = (part[0] ?? ofBucket[0])?.place as RowPlace;
      return { address: bucketOf(place), openedAt: place.at, facts: part };
    }),
  );
};

/** Which of the facts are news to this bucket, taken one after the other. */
const judge = (facts: readonly PlacedFact[], bucket: Bucket) => {
  const rows = new Map(bucket.rows);
  const news: PlacedFact[] = [];
  const outcomes = facts.map(({ index, place, said }): readonly [number, RecordOutcome] => {
    const next = withFact(rows.get(place.slot) ?? NEW_ROW, said);
    if (!next) return [index, 'duplicate'];
    rows.set(place.slot, next);
    news.push({ index, place, said });
    return [index, 'recorded'];
  });
  return { news, outcomes };
};

const updateOf = (
  { facts, words, absent }: Marks,
  expiresAt: number,
): Omit<UpdateItemCommandInput, 'TableName' | 'Key'> => {
  const names: Record<string, string> = { '#expiry': 'expiresAt' };
  const values: Record<string, { S: string } | { N: string }> = { ':expiry': { N: String(expiresAt) } };
  const sets = ['#expiry = :expiry'];
  const conditions: string[] = [];
  const set = (name: string, value: string): { readonly n: string; readonly v: string } => {
    const [n, v] = [`#n${sets.length}`, `:v${sets.length}`];
    names[n] = name;
    values[v] = { S: value };
    sets.push(`${n} = ${v}`);
    return { n, v };
  };
  for (const [name, value] of facts) conditions.push(`attribute_not_exists(${set(name, value).n})`);
  for (const [name, value] of words) {
    const { n, v } = set(name, value);
    conditions.push(`(attribute_not_exists(${n}) OR ${n} = ${v})`);
  }
  for (const name of absent) {
    const n = `#a${conditions.length}`;
    names[n] = name;
    conditions.push(`attribute_not_exists(${n})`);
  }
  return {
    UpdateExpression: `SET ${sets.join(', ')}`,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
};

/**
 * Writes facts of one bucket: all that are news in one update, whose condition is that none of them is there yet. So a
 * fact is counted with the very write that makes it known, once, whoever else writes. At first nothing is held to be
 * there; when the condition does not hold, the bucket says what is, and the rest is tried again.
 *
 * An update whose answer was lost, and which the SDK repeats, finds its own marks: the outcome is then `duplicate`
 * although this call recorded them. The counts are right all the same.
 */
export const writeFacts = async (
  table: TableCalls,
  feed: string,
  { address, openedAt, facts }: BucketWrite<RowFact>,
  retainDays: number,
): Promise<readonly (readonly [number, RecordOutcome])[]> => {
  const key = bucketKey(feed, address);
  let bucket = EMPTY_BUCKET;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const { news, outcomes } = judge(facts, bucket);
    if (news.length === 0) return outcomes;
    const marks = marksFor(
      news.map(({ place, said }) => ({ slot: place.slot, said })),
      openedAt,
      bucket,
    );
    const written = await table.update({ Key: key, ...updateOf(marks, expiryOf(openedAt, retainDays)) });
    if (written === 'written') return outcomes;
    const item = written.item ?? (await table.get(key, true));
    bucket = item ? readBucket(item, openedAt) : EMPTY_BUCKET;
  }
  throw new Error(`The bucket ${address.bucket} of ${feed} refused ${TRIES} writes in a row.`);
};
