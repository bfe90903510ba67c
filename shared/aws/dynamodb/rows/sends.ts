import {
  NEVER_SENT,
  type OutstandingRow,
  outstandingOf,
  type SendClaim,
  type SendsLedger,
  sendStateOf,
} from '../../../relay/sends.ts';
import { bucketOf, isForgotten, isImpossible, sliceOf, sliceStart } from '../../../rows/bucket.ts';
import { attemptOf, entityOf, resultOf } from '../../../rows/facts.ts';
import { bucketText, placeInId, placeOf, placeText, type RowPlace, rowIdAt } from '../../../rows/row-id.ts';
import { DAY } from '../../../rows/sum.ts';
import { type BucketCache, createBucketCache } from './bucket-cache.ts';
import { readBucket, tokenText } from './bucket-item.ts';
import { readSlice } from './fold.ts';
import { bucketKey } from './keys.ts';
import { inParallel } from './parallel.ts';
import { lookUpPlaces } from './places.ts';
import type { Key, TableCalls } from './table-calls.ts';
import { groupByBucket, type Placed } from './write-facts.ts';
import { type SendDeed, type SendOutcome, writeSends } from './write-sends.ts';

const AT_A_TIME = 10;
/** Slices that one page of outstanding rows looks through, at most: two days. */
const SLICES_PER_PAGE = 288;

/** Finds the places of rows and has something written there, in the way that the fold gets to know of it. */
export type WriteInto = <T>(
  feed: string,
  said: readonly { readonly rowId: string; readonly said: T }[],
  now: number,
  write: (placed: readonly Placed<T>[]) => Promise<void>,
) => Promise<void>;

interface Dependencies {
  readonly table: TableCalls;
  readonly retainDays: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly writeInto: WriteInto;
}

const textOf = ({ pk, sk }: Key): string => `${pk.S}/${sk.S}`;

/** The buckets of these places, strongly consistent, by key as text. */
const readBuckets = async (
  table: TableCalls,
  cache: BucketCache,
  feed: string,
  places: Iterable<RowPlace>,
): Promise<ReadonlyMap<string, ReturnType<typeof readBucket>>> => {
  const keys = new Map<string, { readonly key: Key; readonly openedAt: number }>();
  for (const place of places) {
    const key = bucketKey(feed, bucketOf(place));
    keys.set(textOf(key), { key, openedAt: place.at });
  }
  const [only] = keys.values();
  const items =
    only && keys.size === 1
      ? [await table.get(only.key, true)]
      : await table.batchGet(
          [...keys.values()].map(({ key }) => key),
          true,
        );
  const buckets = new Map<string, ReturnType<typeof readBucket>>();
  for (const item of items) {
    const known = item && keys.get(`${item.pk?.S}/${item.sk?.S}`);
    if (!known) continue;
    cache.keep(known.key, item);
    buckets.set(textOf(known.key), readBucket(item, known.openedAt));
  }
  return buckets;
};

/** Accepted rows of a slice that did not come back, in the order of their ids. */
const outstandingIn = async (
  table: TableCalls,
  feed: string,
  slice: number,
): Promise<readonly { readonly place: RowPlace; readonly row: OutstandingRow }[]> => {
  const buckets = await readSlice(table, feed, slice);
  const found = buckets.flatMap(({ name, bucket }) => {
    if (!bucket.isIssued) return [];
    return [...bucket.rows].flatMap(([slot, row]) => {
      const place = { ...placeOf(`${name}0`), slot };
      const outstanding = outstandingOf(rowIdAt(place), row);
      return outstanding ? [{ place, row: outstanding }] : [];
    });
  });
  return found.toSorted((one, other) => (placeText(one.place) < placeText(other.place) ? -1 : 1));
};

/** The part of the rows ledger that forwarders use. */
export const createSends = ({ table, retainDays, now, random, writeInto }: Dependencies): SendsLedger => {
  const cache = createBucketCache();

  const write = async (
    feed: string,
    deeds: readonly { readonly rowId: string; readonly said: SendDeed }[],
    at: number,
  ): Promise<readonly (SendOutcome | undefined)[]> => {
    const outcomes: (SendOutcome | undefined)[] = deeds.map(() => undefined);
    await writeInto(feed, deeds, at, async (placed) => {
      await inParallel(groupByBucket(placed), AT_A_TIME, async (writes) => {
        for (const each of writes)
          for (const [index, outcome] of await writeSends(table, cache, feed, each, retainDays))
            outcomes[index] = outcome;
      });
    });
    return outcomes;
  };

  const isIssued = (rowId: string, at: number): boolean => {
    const place = placeInId(rowId);
    return place !== null && !isImpossible(place, at);
  };

  const claimDeed = ({ rowId, entity, token, ...claim }: SendClaim, at: number): SendDeed => {
    // Without a token of its own a claim is only known again by the call that the SDK repeats.
    const name = tokenText(token ?? String(random()));
    return {
      kind: 'claim',
      claim: attemptOf({ ...claim, token: name }, { now: at, retainDays }),
      entity: entityOf(entity),
      isIssued: isIssued(rowId, at),
    };
  };

  return {
    sends: async (feed, rowIds) => {
      const places = await lookUpPlaces({ table, retainDays }, feed, rowIds, now());
      const buckets = places.size > 0 ? await readBuckets(table, cache, feed, places.values()) : new Map();
      return rowIds.map((rowId) => {
        const place = places.get(rowId);
        const row = place && buckets.get(textOf(bucketKey(feed, bucketOf(place))))?.rows.get(place.slot);
        return row ? sendStateOf(row) : NEVER_SENT;
      });
    },

    claim: async (feed, claims) => {
      const at = now();
      const deeds = claims.map((each) => ({ rowId: each.rowId, said: claimDeed(each, at) }));
      const outcomes = await write(feed, deeds, at);
      return outcomes.map((outcome) => (outcome === 'claimed' ? 'claimed' : 'stale'));
    },

    settle: async (feed, results) => {
      const at = now();
      const deeds = results.map(({ rowId, ...result }) => {
        const said = {
          kind: 'result' as const,
          result: resultOf(result, { now: at, retainDays }),
          isIssued: isIssued(rowId, at),
        };
        return { rowId, said };
      });
      await write(feed, deeds, at);
    },

    outstanding: async (feed, { from, to, cursor = '', limit }) => {
      const present = now();
      const first = Math.max(from, present - (retainDays + 2) * DAY, cursor ? placeOf(cursor).at : 0);
      const last = Math.min(to - 1, present + DAY);
      const rows: OutstandingRow[] = [];
      let after = cursor;
      const isIn = (place: RowPlace): boolean =>
        place.at >= from &&
        place.at < to &&
        placeText(place) > cursor &&
        !isForgotten(place, present, retainDays);
      const end = Math.min(sliceOf(last), sliceOf(first) + SLICES_PER_PAGE - 1);
      for (let slice = sliceOf(first); slice <= end; slice += AT_A_TIME) {
        const slices = Array.from(
          { length: Math.min(AT_A_TIME, end - slice + 1) },
          (_, index) => slice + index,
        );
        const found = await inParallel(slices, AT_A_TIME, (each) => outstandingIn(table, feed, each));
        for (const { place, row } of found.flat()) {
          if (!isIn(place)) continue;
          if (rows.length >= limit) return { rows, cursor: after };
          rows.push(row);
          after = placeText(place);
        }
      }
      const isLast = end >= sliceOf(last);
      return { rows, cursor: isLast ? null : bucketText({ at: sliceStart(end + 1), nonce: '' }) };
    },
  };
};
