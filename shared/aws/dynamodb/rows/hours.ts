import { expiryOf, sliceStart } from '../../../rows/bucket.ts';
import { boundSum } from '../../../rows/state.ts';
import { DAY, HOUR, laterSum, type RowsSum, sumOfSums } from '../../../rows/sum.ts';
import { fromDocument, type Item } from '../document.ts';
import { fromStoredSum, mapValues, type StoredSum, toStoredSum } from './columns.ts';
import { hourKey, hoursPartition } from './keys.ts';
import { packWithin } from './state-item.ts';
import type { TableCalls } from './table-calls.ts';

/** The sums of an hour's slices, each made from all its rows. */
interface Hour {
  readonly version: number;
  readonly slices: Readonly<Record<string, RowsSum>>;
}

type StoredHour = Omit<Hour, 'slices'> & { readonly slices: Readonly<Record<string, StoredSum>> };

/** DynamoDB takes 400 KB; an hour is some 10 KB unless somebody sends garbage as words. */
const MAX_BYTES = 300_000;
const TRIES = 20;
/** Sums outlive their rows, so that a fold that did not run for weeks still finds them. */
const KEPT_LONGER = 60 * DAY;

const withoutRevision = ({ revision: _, ...rest }: RowsSum): string => JSON.stringify(rest);

const readHour = (item: Item): Hour => {
  const stored = fromDocument<StoredHour>(item);
  return { ...stored, slices: mapValues(stored.slices, fromStoredSum) };
};

/** The hour with what is new of it, or null when nothing is. */
const merged = (known: Hour | null, sums: ReadonlyMap<number, RowsSum>): Hour | null => {
  const slices: Record<string, RowsSum> = { ...known?.slices };
  let isNew = false;
  for (const [slice, sum] of sums) {
    const before = slices[slice];
    const after = before ? laterSum(before, sum) : sum;
    if (after === before || (before && withoutRevision(after) === withoutRevision(before))) continue;
    slices[slice] = after;
    isNew = true;
  }
  return isNew ? { version: (known?.version ?? 0) + 1, slices } : null;
};

/**
 * Brings an hour's item up to date with new sums of its slices. A sum replaces the one before it if it knows more, so
 * two folds may do this at once and in any order, and a slice whose rows have expired keeps its sum.
 */
export const saveHour = async (
  table: TableCalls,
  feed: string,
  hour: number,
  sums: ReadonlyMap<number, RowsSum>,
  retainDays: number,
): Promise<void> => {
  const at = hour * HOUR;
  const key = hourKey(feed, Math.floor(at / DAY), hour);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const item = await table.get(key, true);
    const next = merged(item ? readHour(item) : null, sums);
    if (!next) return;
    const bounded = (words: number): StoredHour => ({
      ...next,
      slices: mapValues(next.slices, (sum) => toStoredSum(boundSum(sum, words))),
    });
    const written = await table.update({
      Key: key,
      UpdateExpression: 'SET document = :document, version = :version, expiresAt = :expiry',
      ConditionExpression: next.version === 1 ? 'attribute_not_exists(version)' : 'version = :previous',
      ExpressionAttributeValues: {
        ':document': packWithin(bounded, MAX_BYTES),
        ':version': { N: String(next.version) },
        ':expiry': { N: String(expiryOf(at + KEPT_LONGER, retainDays)) },
        ...(next.version !== 1 && { ':previous': { N: String(next.version - 1) } }),
      },
    });
    if (written === 'written') return;
  }
  throw new Error(`The hour ${new Date(at).toISOString()} of ${feed} was changed by others ${TRIES} times.`);
};

/**
 * The sum of a day, from all its hours. Read after the hours are written: of several folds at once the one that reads
 * last then sees what all have written, and its sum, which knows most, prevails.
 */
export const readDay = async (table: TableCalls, feed: string, day: number): Promise<RowsSum> => {
  const items = await table.query({
    KeyConditionExpression: 'pk = :day',
    ExpressionAttributeValues: { ':day': { S: hoursPartition(feed, day) } },
  });
  return sumOfSums(items.flatMap((item) => Object.values(readHour(item).slices)));
};

export const hourOf = (slice: number): number => Math.floor(sliceStart(slice) / HOUR);
