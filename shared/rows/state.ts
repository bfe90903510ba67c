import { dayOfSlice, isClosed, sliceOf, youngSlices } from './bucket.ts';
import { boundWords, type Counters, partsOf } from './counters.ts';
import {
  DAY,
  HOUR,
  laterSum,
  MINUTE,
  NOTHING,
  type Rebases,
  type RowsSum,
  rebaseOf,
  sumOfSums,
  withoutOld,
} from './sum.ts';

/**
 * All that is kept of a feed beside its rows, in one item: the sum of every day that is remembered, and of all days
 * before them. A day is replaced as a whole, never added to, so a fold may be repeated, and may die anywhere.
 */
export interface LedgerState {
  readonly version: number;
  /** The present of the last fold, epoch ms. */
  readonly asOf: number;
  /** Slices before this one have been read since they were young; they change only by writers who say so. */
  readonly settledBefore: number;
  /** The sum of all closed days. */
  readonly base: RowsSum;
  /** The last day that is in `base`. */
  readonly throughDay: number;
  /** By number of the day (since the epoch) on which a row was first heard of. */
  readonly days: Readonly<Record<string, RowsSum>>;
  readonly rebases: Rebases;
  /** Malformed callbacks by start of the window. */
  readonly refused: Readonly<Record<string, number>>;
  /** How often the entities entered that entered most often within the hour. */
  readonly repeats: readonly number[];
}

/** What one run of the fold has read. */
export interface FoldReading {
  readonly now: number;
  /** New sums of days, by number of the day. */
  readonly days: ReadonlyMap<number, RowsSum>;
  readonly settledBefore: number;
  /** False when writers named more slices than one run reads; the rest is for the next. */
  readonly isComplete: boolean;
  readonly refused: Readonly<Record<string, number>>;
  readonly repeats: readonly number[];
}

/** Nothing known yet; rows may have been written since `firstSlice`. */
export const emptyState = (now: number, firstSlice = sliceOf(now)): LedgerState => ({
  version: 0,
  asOf: now,
  settledBefore: Math.min(youngSlices(now).first, firstSlice - MARGIN_SLICES),
  base: NOTHING,
  throughDay: -1,
  days: {},
  rebases: {},
  refused: {},
  repeats: [],
});

/** As far back as a first writer says nothing of what it writes to. */
const MARGIN_SLICES = 8;
/** Slices that one run catches up on, at most: a day. */
const CATCH_UP = 144;
/** Slices of the last day of which each run reads one again, in turn: what a stopped clock hid is found so. */
const PATROLLED = 149;

/** Which slices a run reads, and how far everything is settled after it. */
export const planFold = (
  { settledBefore }: Pick<LedgerState, 'settledBefore'>,
  now: number,
): { readonly slices: readonly number[]; readonly settledBefore: number } => {
  const { first, last } = youngSlices(now);
  const from = Math.min(settledBefore, first);
  const until = Math.min(first, from + CATCH_UP);
  const patrolled = first - 1 - (Math.floor(now / MINUTE) % PATROLLED);
  const range = (start: number, end: number) =>
    Array.from({ length: end - start }, (_, index) => start + index);
  const slices = new Set([...range(from, until), ...range(first, last + 1), patrolled]);
  return { slices: [...slices], settledBefore: until };
};

/** Two runs in a row must agree on the time before a day is closed: one wrong clock closes none. */
const AGREED_MS = HOUR;

const closeDays = (
  state: LedgerState,
  { now, settledBefore, isComplete }: FoldReading,
  retainDays: number,
): LedgerState => {
  if (!isComplete || Math.abs(now - state.asOf) > AGREED_MS) return state;
  const closed = Object.keys(state.days)
    .map(Number)
    .filter((day) => day < dayOfSlice(settledBefore) && isClosed(day, now, retainDays));
  if (closed.length === 0) return state;
  const days = { ...state.days };
  const sums = closed.map((day): RowsSum => ({ ...(days[day] ?? NOTHING), waiting: {}, oldest: null }));
  for (const day of closed) delete days[day];
  return {
    ...state,
    days,
    base: sumOfSums([state.base, ...sums]),
    throughDay: Math.max(state.throughDay, ...closed),
  };
};

/** Without counts that were made for a rebase that has been replaced. */
const withoutStale = (totals: Counters, rebases: Rebases): Counters =>
  Object.fromEntries(
    Object.entries(totals).filter(([name]) => {
      const [kind, webhook = '', since] = partsOf(name);
      return (kind !== 'z' && kind !== 'y') || rebaseOf(rebases, webhook)?.at === Number(since);
    }),
  );

const tidy = (sum: RowsSum, now: number, rebases: Rebases): RowsSum => {
  const kept = withoutOld(sum, now);
  return { ...kept, totals: withoutStale(kept.totals, rebases) };
};

/** The state after a run: days that it read anew are replaced if it knows more of them, old ones are closed. */
export const applyFold = (state: LedgerState, reading: FoldReading, retainDays: number): LedgerState => {
  const { now } = reading;
  const days: Record<string, RowsSum> = { ...state.days };
  for (const [day, sum] of reading.days) {
    if (day <= state.throughDay || sum.marks === 0) continue;
    const known = days[day];
    days[day] = known ? laterSum(known, sum) : sum;
  }
  const closed = closeDays({ ...state, days }, reading, retainDays);
  return {
    ...closed,
    version: state.version + 1,
    asOf: now,
    settledBefore: reading.settledBefore,
    base: tidy(closed.base, now, state.rebases),
    days: Object.fromEntries(
      Object.entries(closed.days).map(([day, sum]) => [day, tidy(sum, now, state.rebases)]),
    ),
    refused: reading.refused,
    repeats: reading.repeats,
  };
};

/** A refused sender runs into the limit again and again; within this time it says nothing new. */
const SAME_ANSWER_MS = MINUTE;
const MAX_LOOK_BACK_MS = 2 * DAY;

/**
 * The state with what was learned of a webhook, or null when it is known already: the latest counts, so a repeated or
 * overtaken call changes nothing. Slices since then are read again, for they tell what was sent after.
 */
export const withRebase = (state: LedgerState, webhook: string, to: Rebases[string]): LedgerState | null => {
  const known = rebaseOf(state.rebases, webhook);
  if (known && known.at >= to.at) return null;
  const isSameAnswer = known?.why === 'limit-answer' && to.why === 'limit-answer' && known.count === to.count;
  if (known && isSameAnswer && to.at - known.at < SAME_ANSWER_MS) return null;
  const lookBack = Math.max(sliceOf(to.at), sliceOf(state.asOf - MAX_LOOK_BACK_MS));
  return {
    ...state,
    version: state.version + 1,
    settledBefore: Math.min(state.settledBefore, lookBack),
    rebases: { ...state.rebases, [webhook]: to },
  };
};

/** The same state with fewer words of providers, columns and statuses: those counted least become `other`. */
export const boundState = (state: LedgerState, words: number): LedgerState => {
  const bound = (sum: RowsSum): RowsSum => boundSum(sum, words);
  return {
    ...state,
    base: bound(state.base),
    days: Object.fromEntries(Object.entries(state.days).map(([day, sum]) => [day, bound(sum)])),
  };
};

export const boundSum = (sum: RowsSum, words: number): RowsSum => ({
  ...sum,
  windows: Object.fromEntries(
    Object.entries(sum.windows).map(([start, counters]) => [start, boundWords(counters, words)]),
  ),
});
