import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Attempt, AttemptResult } from '../../../rows/attempt.ts';
import { withClaim, withResult } from '../../../rows/attempt.ts';
import { expiryOf } from '../../../rows/bucket.ts';
import { NEW_ROW } from '../../../rows/row.ts';
import type { Item } from '../document.ts';
import type { BucketCache } from './bucket-cache.ts';
import {
  attemptText,
  type Bucket,
  createCoder,
  EMPTY_BUCKET,
  isAttempt,
  readBucket,
  slotName,
} from './bucket-item.ts';
import { bucketKey } from './keys.ts';
import type { TableCalls } from './table-calls.ts';
import type { BucketWrite } from './write-facts.ts';

/** What a forwarder says of an attempt. */
export type SendDeed = {
  /** The row's id says its place. */
  readonly isIssued: boolean;
} & (
  | {
      readonly kind: 'claim';
      readonly claim: Omit<Attempt, 'outcome'>;
      readonly entity: string | undefined;
    }
  | { readonly kind: 'result'; readonly result: AttemptResult }
);

export type SendOutcome = 'claimed' | 'stale' | 'settled';

/** Each refusal means that somebody else changed one of at most 24 rows of the bucket, so this is never reached. */
const TRIES = 100;

interface Judged {
  /** The attempts of rows that change, by slot. */
  readonly changed: ReadonlyMap<number, readonly Attempt[]>;
  readonly entities: ReadonlyMap<number, string>;
  readonly outcomes: readonly (readonly [number, SendOutcome])[];
  /** Something said nothing new: true only if what is known of the bucket is. */
  readonly hasNoNews: boolean;
  readonly isForeign: boolean;
}

/** What the deeds come to in this bucket, one after the other. */
const judge = (deeds: BucketWrite<SendDeed>['facts'], bucket: Bucket): Judged => {
  const changed = new Map<number, readonly Attempt[]>();
  const entities = new Map<number, string>();
  let hasNoNews = false;
  let isForeign = false;
  const outcomes = deeds.map(({ index, place: { slot }, said }): readonly [number, SendOutcome] => {
    const row = bucket.rows.get(slot) ?? NEW_ROW;
    const before = changed.get(slot) ?? row.sends ?? [];
    const next = said.kind === 'claim' ? withClaim(before, said.claim) : withResult(before, said.result);
    if (next === null || next === before) hasNoNews = true;
    else {
      changed.set(slot, next);
      isForeign ||= !said.isIssued;
      if (said.kind === 'claim' && said.entity !== undefined && row.entity === undefined)
        entities.set(slot, said.entity);
    }
    if (said.kind === 'result') return [index, 'settled'];
    return [index, next === null ? 'stale' : 'claimed'];
  });
  return { changed, entities, outcomes, hasNoNews, isForeign };
};

/** The attributes of one row's attempts; undefined for one that is not to be there. */
const marksOfAttempts = (
  sends: readonly Attempt[],
  slot: string,
  item: Item,
  text: (attempt: Attempt) => string,
): ReadonlyMap<string, string | undefined> => {
  const reported = item[`s${slot}`]?.S;
  const isReported = reported !== undefined && !isAttempt(reported);
  const open = sends.findLast(({ outcome }) => outcome === 'open');
  const accepted = isReported ? undefined : sends.find(({ outcome }) => outcome === 'accepted');
  const rest = sends
    .filter((each) => each !== open && each !== accepted)
    .map((each) => `${each.outcome === 'accepted' ? '+' : '?'}${text(each)}`);
  return new Map([
    [`a${slot}`, open && text(open)],
    [`s${slot}`, isReported ? reported : accepted && text(accepted)],
    [`r${slot}`, rest.length > 0 ? rest.join(',') : undefined],
  ]);
};

type Update = Omit<UpdateItemCommandInput, 'TableName' | 'Key'>;

/** The write, and the item as it is after it, as far as attempts go. */
const updateOf = (
  { changed, entities, isForeign }: Judged,
  { item, bucket, openedAt }: { readonly item: Item; readonly bucket: Bucket; readonly openedAt: number },
  expiresAt: number,
): { readonly update: Update; readonly after: Item } => {
  const { coded, words } = createCoder(bucket.words);
  const text = (attempt: Attempt) => attemptText(attempt, openedAt, coded);
  const names: Record<string, string> = { '#v': 'v', '#expiry': 'expiresAt' };
  const values: Record<string, { S: string } | { N: string }> = {
    ':one': { N: '1' },
    ':expiry': { N: String(expiresAt) },
  };
  const sets = ['#expiry = :expiry'];
  const removed: string[] = [];
  const conditions: string[] = [];
  const after: Item = { ...item, v: { N: String(bucket.changes + 1) } };
  let next = 0;
  const named = (name: string): string => {
    next += 1;
    names[`#n${next}`] = name;
    return `#n${next}`;
  };
  const valued = (value: string): string => {
    next += 1;
    values[`:v${next}`] = { S: value };
    return `:v${next}`;
  };
  const set = (name: string, n: string, value: string): string => {
    const v = valued(value);
    sets.push(`${n} = ${v}`);
    after[name] = { S: value };
    return v;
  };
  for (const [slot, sends] of changed) {
    for (const [name, value] of marksOfAttempts(sends, slotName(slot), item, text)) {
      const n = named(name);
      const before = item[name]?.S;
      conditions.push(before === undefined ? `attribute_not_exists(${n})` : `${n} = ${valued(before)}`);
      if (value === before) continue;
      if (value !== undefined) set(name, n, value);
      else {
        removed.push(n);
        delete after[name];
      }
    }
  }
  for (const [slot, entity] of entities) {
    const n = named(`e${slotName(slot)}`);
    sets.push(`${n} = if_not_exists(${n}, ${valued(entity)})`);
  }
  for (const [name, word] of words) {
    const n = named(name);
    conditions.push(`(attribute_not_exists(${n}) OR ${n} = ${set(name, n, word)})`);
  }
  if (isForeign) set('x', named('x'), '1');
  const removal = removed.length > 0 ? ` REMOVE ${removed.join(', ')}` : '';
  return {
    update: {
      UpdateExpression: `SET ${sets.join(', ')}${removal} ADD #v :one`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    },
    after,
  };
};

/**
 * Writes what forwarders did with rows of one bucket: all of it in one update, on condition that the attempts of these
 * rows are as they were taken to be. They are taken to be as this process saw them last (it read or claimed them a
 * moment ago); when the condition does not hold, the bucket says how they are, and it is judged again. That something
 * says nothing new is believed only of a bucket that was just read.
 */
export const writeSends = async (
  table: TableCalls,
  cache: BucketCache,
  feed: string,
  { address, openedAt, facts: deeds }: BucketWrite<SendDeed>,
  retainDays: number,
): Promise<readonly (readonly [number, SendOutcome])[]> => {
  const key = bucketKey(feed, address);
  const read = async (): Promise<Item> => (await table.get(key, true)) ?? {};
  const isFirst = deeds.every(({ said }) => said.kind === 'claim' && said.claim.attempt === 1);
  const cached = cache.find(key);
  let item = cached ?? (isFirst ? {} : await read());
  let isFresh = !cached && !isFirst;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const bucket = Object.keys(item).length > 0 ? readBucket(item, openedAt) : EMPTY_BUCKET;
    const judged = judge(deeds, bucket);
    if (judged.hasNoNews && !isFresh) {
      item = await read();
      isFresh = true;
      continue;
    }
    if (judged.changed.size === 0) return judged.outcomes;
    const { update, after } = updateOf(judged, { item, bucket, openedAt }, expiryOf(openedAt, retainDays));
    const written = await table.update({ Key: key, ...update });
    if (written === 'written') {
      cache.keep(key, after);
      return judged.outcomes;
    }
    item = written.item ?? (await read());
    isFresh = true;
  }
  throw new Error(`The bucket ${address.bucket} of ${feed} refused ${TRIES} writes in a row.`);
};
