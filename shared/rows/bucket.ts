import { bucketText, type RowPlace, SLICE_MS } from './row-id.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * Rows are grouped by the slice of ten minutes in which their bucket was opened. A fold reads the young slices whole,
 * and of the old ones those that somebody says to have written to.
 */
export const sliceOf = (at: number): number => Math.floor(at / SLICE_MS);
export const sliceStart = (slice: number): number => slice * SLICE_MS;
export const dayOf = (at: number): number => Math.floor(at / DAY);
export const dayOfSlice = (slice: number): number => dayOf(sliceStart(slice));
export const hourOfSlice = (slice: number): number => Math.floor(sliceStart(slice) / (60 * MINUTE));

/** Partitions of a slice: each takes 1,000 writes a second, and Clay calls back 100 times a second at most [C]. */
export const SHARDS = 2;
export const shards: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard);

/** Where a bucket lies: its slice, its partition within it, and its name there. */
export interface BucketAddress {
  readonly slice: number;
  readonly shard: number;
  readonly bucket: string;
}

export const bucketOf = (place: RowPlace): BucketAddress => ({
  slice: sliceOf(place.at),
  shard: place.nonce.charCodeAt(place.nonce.length - 1) % SHARDS,
  bucket: bucketText(place),
});

/**
 * A writer says nothing of slices that began within this time: the fold reads them anyway. Half an hour less than
 * what the fold reads, so that clocks may differ and a write may hang.
 */
const UNSAID_MS = 40 * MINUTE;
const ALWAYS_READ_MS = 70 * MINUTE;
/** How far the clock of a writer may be ahead of the fold's. */
const AHEAD_MS = 10 * MINUTE;

/** Does the fold read this slice without being told? By the writer's clock. */
export const isReadAnyway = (slice: number, now: number): boolean =>
  sliceStart(slice) >= now - UNSAID_MS && sliceStart(slice) <= now;

/** The slices that every fold reads, first and last. */
export const youngSlices = (now: number): { readonly first: number; readonly last: number } => ({
  first: sliceOf(now - ALWAYS_READ_MS),
  last: sliceOf(now + AHEAD_MS),
});

/** From then on a row is not remembered: it would be counted as a new one, or not at all. */
export const isForgotten = (place: Pick<RowPlace, 'at'>, now: number, retainDays: number): boolean =>
  now >= (dayOf(place.at) + retainDays + 1) * DAY;

/** No clock of ours is ahead by a day: an id that says so was not issued by us. */
export const isImpossible = (place: Pick<RowPlace, 'at'>, now: number): boolean => place.at > now + DAY;

/** A day whose rows are forgotten everywhere, by any clock that is right to a day: its sum is final. */
export const isClosed = (day: number, now: number, retainDays: number): boolean =>
  now >= (day + retainDays + 2) * DAY;

/** When the items of a row may go, epoch seconds. */
export const expiryOf = (at: number, retainDays: number): number =>
  ((dayOf(at) + retainDays + 3) * DAY) / 1_000;
