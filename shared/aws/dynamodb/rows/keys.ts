import { createHash } from 'node:crypto';
import type { BucketAddress } from '../../../rows/bucket.ts';
import type { Key } from './table-calls.ts';

const key = (pk: string, sk: string): Key => ({ pk: { S: pk }, sk: { S: sk } });
const padded = (value: number, length: number): string => String(value).padStart(length, '0');

/** A bucket's partition: a slice of time, by half. */
export const slicePartition = (feed: string, slice: number, shard: number): string =>
  `rows#${feed}#s${slice.toString(36)}${shard}`;

export const bucketKey = (feed: string, { slice, shard, bucket }: BucketAddress): Key =>
  key(slicePartition(feed, slice, shard), bucket);

/**
 * Where it is written down which place a row id has that is not of our making, and under which name. Ids that differ
 * in their last digit only share an item, so that a batch of "row-1", "row-2", … takes a write for ten of them.
 *
 * 96 bits of SHA-256 over the rest: among ten million the chance that any two are the same is about 10^-15.
 */
export const aliasOf = (feed: string, rowId: string): { readonly key: Key; readonly name: string } => {
  const digit = /[0-9]$/.exec(rowId)?.[0];
  const stem = digit === undefined ? rowId : rowId.slice(0, -1);
  const hash = createHash('sha256').update(stem).digest('base64url').slice(0, 16);
  return { key: key(`rows#${feed}#id#${hash}`, 'places'), name: `p${digit ?? ''}` };
};

export const stateKey = (feed: string): Key => key(`rows#${feed}`, 'state');
/** The slice in which the first writer of the feed began. */
export const beginningKey = (feed: string): Key => key(`rows#${feed}`, 'beginning');

export const hoursPartition = (feed: string, day: number): string => `rows#${feed}#d${day}`;
export const hourKey = (feed: string, day: number, hour: number): Key =>
  key(hoursPartition(feed, day), padded(hour % 24, 2));

/** Slices that are no longer young and were written to; the name begins with the window of the write. */
export const touchedPartition = (feed: string): string => `rows#${feed}#touched`;
export const touchedKey = (feed: string, window: number, slice: number): Key =>
  key(touchedPartition(feed), `${padded(window, 10)}#${slice}`);
export const touchedIn = (
  item: Readonly<Record<string, { S?: string | undefined }>>,
): {
  readonly window: number;
  readonly slice: number;
} => {
  const [window, slice] = (item.sk?.S ?? '').split('#');
  return { window: Number(window), slice: Number(slice) };
};

/** Malformed callbacks: an item for each hour, a number for each of its windows. */
export const refusedPartition = (feed: string): string => `rows#${feed}#refused`;
export const refusedKey = (feed: string, hour: number): Key => key(refusedPartition(feed), padded(hour, 8));
