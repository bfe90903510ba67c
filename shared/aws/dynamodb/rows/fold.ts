import { dayOfSlice, shards } from '../../../rows/bucket.ts';
import { repeatsIn } from '../../../rows/repeats.ts';
import type { Row } from '../../../rows/row.ts';
import { placeOf } from '../../../rows/row-id.ts';
import { applyFold, type FoldReading, type LedgerState, planFold } from '../../../rows/state.ts';
import { DAY, HOUR, MINUTE, type RowsSum, startOf, sumOfRows, WINDOW } from '../../../rows/sum.ts';
import type { Item } from '../document.ts';
import { type Bucket, readBucket } from './bucket-item.ts';
import { hourOf, readDay, saveHour } from './hours.ts';
import { refusedKey, refusedPartition, slicePartition, touchedIn, touchedPartition } from './keys.ts';
import { inParallel } from './parallel.ts';
import { loadState, saveState } from './state-item.ts';
import type { Key, TableCalls } from './table-calls.ts';

const AT_A_TIME = 8;
const TRIES = 10;
/** Slices named by writers that one run reads, at most: a day's. */
const TOUCHED_PER_RUN = 144;
/** A name is taken off only when the window of the write, and whatever hangs in it, is long over. */
const SETTLES_MS = 15 * MINUTE;

const keyOf = ({ pk, sk }: Item): Key => ({ pk, sk }) as Key;

/** The buckets of a slice, by their names; strongly consistent. */
export const readSlice = async (
  table: TableCalls,
  feed: string,
  slice: number,
): Promise<readonly { readonly name: string; readonly bucket: Bucket }[]> => {
  const halves = await inParallel(shards, shards.length, (shard) =>
    table.query({
      KeyConditionExpression: 'pk = :slice',
      ExpressionAttributeValues: { ':slice': { S: slicePartition(feed, slice, shard) } },
    }),
  );
  return halves.flat().map((item) => {
    const name = item.sk?.S ?? '';
    return { name, bucket: readBucket(item, placeOf(`${name}0`).at) };
  });
};

const groupBy = <T>(values: Iterable<T>, keyOfValue: (value: T) => number): Map<number, T[]> => {
  const groups = new Map<number, T[]>();
  for (const value of values) {
    const group = groups.get(keyOfValue(value));
    if (group) group.push(value);
    else groups.set(keyOfValue(value), [value]);
  }
  return groups;
};

/** What writers said they wrote to: as many slices as one run reads, in turn when there are more. */
const readTouched = async (table: TableCalls, feed: string, now: number) => {
  const items = await table.query({
    KeyConditionExpression: 'pk = :touched',
    ExpressionAttributeValues: { ':touched': { S: touchedPartition(feed) } },
  });
  const named = items.map((item) => ({ key: keyOf(item), ...touchedIn(item) }));
  const slices = [...new Set(named.map(({ slice }) => slice))];
  const turn = (Math.floor(now / MINUTE) * TOUCHED_PER_RUN) % Math.max(1, slices.length);
  const inTurn = [...slices.slice(turn), ...slices.slice(0, turn)].slice(0, TOUCHED_PER_RUN);
  const chosen = new Set(inTurn);
  return {
    slices: inTurn,
    isComplete: chosen.size === slices.length,
    /** Names that are no longer needed once the state is saved. */
    done: named
      .filter(({ window, slice }) => chosen.has(slice) && (window + 1) * WINDOW + SETTLES_MS < now)
      .map(({ key }) => key),
  };
};

const readRefused = async (
  table: TableCalls,
  feed: string,
  now: number,
): Promise<Readonly<Record<string, number>>> => {
  const from = startOf(now - DAY - HOUR, HOUR) / HOUR;
  const items = await table.query({
    KeyConditionExpression: 'pk = :refused AND sk >= :from',
    ExpressionAttributeValues: {
      ':refused': { S: refusedPartition(feed) },
      ':from': refusedKey(feed, from).sk,
    },
  });
  return Object.fromEntries(
    items.flatMap((item) =>
      Object.entries(item).flatMap(([name, { N: count }]) =>
        name.startsWith('w') ? [[Number(name.slice(1)) * WINDOW, Number(count)] as const] : [],
      ),
    ),
  );
};

/** Reads slices, and brings their hours up to date. */
const readSlices = async (
  table: TableCalls,
  feed: string,
  slices: readonly number[],
  frame: { readonly now: number; readonly state: LedgerState; readonly retainDays: number },
) => {
  const { now, state, retainDays } = frame;
  const recent: Row[] = [];
  const sums = new Map<number, RowsSum>();
  await inParallel(slices, AT_A_TIME, async (slice) => {
    const buckets = await readSlice(table, feed, slice);
    if (buckets.length === 0) return;
    const rows = buckets.flatMap(({ bucket }) => [...bucket.rows.values()]);
    const changes = buckets.reduce((sum, { bucket }) => sum + bucket.changes, 0);
    sums.set(slice, sumOfRows(rows, { now, rebases: state.rebases, revision: state.version, changes }));
    for (const row of rows) if (row.entity !== undefined) recent.push(row);
  });
  await inParallel([...groupBy(sums.keys(), hourOf)], AT_A_TIME, ([hour, ofHour]) =>
    saveHour(table, feed, hour, new Map([...sums].filter(([slice]) => ofHour.includes(slice))), retainDays),
  );
  return { days: new Set([...sums.keys()].map(dayOfSlice)), repeats: repeatsIn(recent, now) };
};

/**
 * Brings the state up to date, in steps of which each may be repeated and none adds to a count:
 *
 * 1. Reads, whole, the slices that are young, those not settled yet, and those that writers named.
 * 2. Replaces their sums in the items of their hours, where it knows more of them.
 * 3. Sums up the days of these hours, and replaces them in the state, on condition that the state is as it was read;
 *    days whose rows are forgotten move into the base sum with the same write.
 * 4. Takes off the names that have been dealt with.
 */
export const foldRows = async (
  table: TableCalls,
  feed: string,
  now: number,
  retainDays: number,
): Promise<LedgerState> => {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const state = await loadState(table, feed, now);
    const touched = await readTouched(table, feed, now);
    const plan = planFold(state, now);
    const slices = [...new Set([...plan.slices, ...touched.slices])];
    const read = await readSlices(table, feed, slices, { now, state, retainDays });
    const days = await inParallel([...read.days], AT_A_TIME, async (day) => {
      return [day, await readDay(table, feed, day)] as const;
    });
    const reading: FoldReading = {
      now,
      days: new Map(days),
      settledBefore: plan.settledBefore,
      isComplete: touched.isComplete,
      refused: await readRefused(table, feed, now),
      repeats: read.repeats,
    };
    const next = applyFold(state, reading, retainDays);
    if ((await saveState(table, feed, next)) === 'conflict') continue;
    await inParallel(touched.done, AT_A_TIME, table.remove);
    return next;
  }
  throw new Error(`The state of ${feed} was changed by others ${TRIES} times in a row.`);
};
