import { addCounters, type Counters, count, nameOf } from './counters.ts';
import {
  acceptancesOf,
  marksOf,
  openIn,
  type Row,
  sentBeforeBack,
  submissionOf,
  unansweredOf,
} from './row.ts';
import { ROUND_TRIP_BINS } from './snapshot.ts';

export const MINUTE = 60_000;
export const WINDOW = 5 * MINUTE;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Windows of this age are no longer part of any answer; two hours more than a day, for clocks. */
const WINDOWS_KEPT = 26 * HOUR;
/** The same of hours: 35 days are answered. */
const HOURS_KEPT = 35 * DAY + 2 * HOUR;
/** Rows that have waited longer are counted by the hour of their submission. */
const MINUTES_KEPT = 25 * HOUR;

export const startOf = (at: number, unit: number): number => Math.floor(at / unit) * unit;

/** When the true count of a webhook was learned last. */
export type Rebases = Readonly<
  Record<string, { readonly count: number; readonly at: number; readonly why: 'limit-answer' | 'operator' }>
>;

/** A webhook may be called what objects have by nature, such as `constructor`. */
export const rebaseOf = (rebases: Rebases, webhook: string): Rebases[string] | undefined =>
  Object.hasOwn(rebases, webhook) ? rebases[webhook] : undefined;

/**
 * What a set of rows comes to. Sums of disjoint sets add up, in any order; a slice's sum is made from its rows, an
 * hour holds those of its slices, a day is the sum of its hours.
 */
export interface RowsSum {
  /** Grows with every fact learned and every change of an attempt: of two sums of the same rows the one with more marks is the later. */
  readonly marks: number;
  /** The version of the state that it was made with; decides between sums with as many marks. */
  readonly revision: number;
  readonly totals: Counters;
  /** By start of the hour: submissions by webhook (`s <webhook>`), and credits (`cr`). */
  readonly hours: Record<string, Counters>;
  /** By start of the window of five minutes. */
  readonly windows: Record<string, Counters>;
  /** Rows that have not come back, by the minute (when long ago: the hour) of their submission. */
  readonly waiting: Record<string, number>;
  readonly oldest: number | null;
  readonly lastSubmission: number | null;
  readonly lastCallback: number | null;
}

interface Draft extends RowsSum {
  marks: number;
  revision: number;
  oldest: number | null;
  lastSubmission: number | null;
  lastCallback: number | null;
}

const draft = (revision = 0): Draft => ({
  marks: 0,
  revision,
  totals: {},
  hours: {},
  windows: {},
  waiting: {},
  oldest: null,
  lastSubmission: null,
  lastCallback: null,
});

export const NOTHING: RowsSum = draft();

const under = (groups: Record<string, Counters>, key: number): Counters => {
  const known = groups[key];
  if (known) return known;
  const fresh: Counters = {};
  groups[key] = fresh;
  return fresh;
};

const later = (one: number | null, other: number | null): number | null =>
  one === null ? other : other === null ? one : Math.max(one, other);
const earlier = (one: number | null, other: number | null): number | null =>
  one === null ? other : other === null ? one : Math.min(one, other);

const binOf = (seconds: number): number => ROUND_TRIP_BINS.findIndex((bound) => seconds <= bound);

/** Clay answers an enrichment over its rate with RATE_LIMITED, or quotes the provider's 429 [C]. */
export const isRateLimited = (status: string): boolean => /rate.?limit|too.?many.?requests|429/i.test(status);

/** What a sum is made for. */
export interface SumFrame {
  readonly now: number;
  readonly rebases: Rebases;
  readonly revision: number;
  /** How often attempts to send these rows were changed: attempts leave no mark that stays. */
  readonly changes?: number;
}

const sumSubmission = (sum: Draft, row: Row): void => {
  const submission = submissionOf(row);
  if (!submission) return;
  const { at, webhook, count: rows = 1 } = submission;
  if (rows === 0) return;
  count(sum.totals, 's', rows);
  sum.lastSubmission = later(sum.lastSubmission, at);
  count(under(sum.hours, startOf(at, HOUR)), nameOf('s', webhook), rows);
  const window = under(sum.windows, startOf(at, WINDOW));
  count(window, 's', rows);
  if (submission.count !== undefined) count(window, 'k', rows);
  if (row.back || submission.count !== undefined) return;
  const minute = startOf(at, MINUTE);
  sum.waiting[minute] = (sum.waiting[minute] ?? 0) + 1;
  sum.oldest = earlier(sum.oldest, at);
};

/** What Clay counts: each time that a webhook took the row. */
const sumAccepted = (sum: Draft, row: Row, { rebases }: SumFrame): void => {
  const accepted = acceptancesOf(row);
  for (const { at, webhook, count: rows = 1 } of accepted) {
    const rebase = rebaseOf(rebases, webhook);
    count(sum.totals, nameOf('a', webhook), rows);
    if (rebase && at > rebase.at) count(sum.totals, nameOf('z', webhook, rebase.at), rows);
  }
  count(sum.totals, 'ra', Math.max(0, accepted.length - 1));
};

const sumUnanswered = (sum: Draft, row: Row, { rebases }: SumFrame): void => {
  const submission = submissionOf(row);
  count(sum.totals, 'ru', openIn(row).filter((attempt) => attempt !== submission).length);
  for (const { at, webhook } of unansweredOf(row)) {
    const rebase = rebaseOf(rebases, webhook);
    count(sum.totals, nameOf('u', webhook));
    if (rebase && at > rebase.at) count(sum.totals, nameOf('y', webhook, rebase.at));
  }
};

const sumDimensions = (window: Counters, back: NonNullable<Row['back']>): void => {
  const { result, status, provider, column, crm, credits } = back;
  if (result === 'failed') count(window, nameOf('f', status || 'other'));
  if (provider) {
    count(window, nameOf('p', provider, result));
    if (credits > 0) count(window, nameOf('p', provider, 'credits'), credits);
    if (isRateLimited(status)) count(window, nameOf('p', provider, 'limited'));
  }
  if (column) count(window, nameOf('q', column, result));
  if (crm) count(window, nameOf('m', crm));
};

const sumBack = (sum: Draft, row: Row): void => {
  const { back } = row;
  if (!back) return;
  const { at, result, credits, actions } = back;
  const window = under(sum.windows, startOf(at, WINDOW));
  const sentAt = sentBeforeBack(row, at);
  for (const counters of [sum.totals, window]) {
    count(counters, 'c');
    count(counters, nameOf('r', result));
    if (credits > 0) count(counters, 'cr', credits);
    if (actions > 0) count(counters, 'ac', actions);
  }
  if (sentAt === undefined) count(sum.totals, 'un');
  else count(window, nameOf('t', binOf(Math.max(0, at - sentAt) / 1_000)));
  if (result === 'missed' && credits > 0) count(window, 'cm', credits);
  if (credits > 0) count(under(sum.hours, startOf(at, HOUR)), 'cr', credits);
  sumDimensions(window, back);
  sum.lastCallback = later(sum.lastCallback, at);
};

/** What these rows come to. */
export const sumOfRows = (rows: Iterable<Row>, frame: SumFrame): RowsSum => {
  const sum = draft(frame.revision);
  sum.marks += frame.changes ?? 0;
  for (const row of rows) {
    sum.marks += marksOf(row);
    sumSubmission(sum, row);
    sumAccepted(sum, row, frame);
    sumUnanswered(sum, row, frame);
    sumBack(sum, row);
  }
  return withoutOld(sum, frame.now);
};

const addGroups = (to: Record<string, Counters>, from: Record<string, Counters>): void => {
  for (const [key, counters] of Object.entries(from)) addCounters(under(to, Number(key)), counters);
};

/** The sum of sums of disjoint sets of rows. */
export const sumOfSums = (sums: Iterable<RowsSum>): RowsSum => {
  const total = draft();
  for (const sum of sums) {
    total.marks += sum.marks;
    total.revision = Math.max(total.revision, sum.revision);
    addCounters(total.totals, sum.totals);
    addGroups(total.hours, sum.hours);
    addGroups(total.windows, sum.windows);
    addCounters(total.waiting, sum.waiting);
    total.oldest = earlier(total.oldest, sum.oldest);
    total.lastSubmission = later(total.lastSubmission, sum.lastSubmission);
    total.lastCallback = later(total.lastCallback, sum.lastCallback);
  }
  return total;
};

/** Of two sums of the same rows, the one that knows more. */
export const laterSum = (one: RowsSum, other: RowsSum): RowsSum =>
  other.marks > one.marks || (other.marks === one.marks && other.revision > one.revision) ? other : one;

const since = <T>(groups: Record<string, T>, from: number): Record<string, T> =>
  Object.fromEntries(Object.entries(groups).filter(([start]) => Number(start) >= from));

/** Without the windows and hours that no answer holds any more, and with old waiting rows by the hour. */
export const withoutOld = (sum: RowsSum, now: number): RowsSum => {
  const waiting: Record<string, number> = {};
  for (const [minute, rows] of Object.entries(sum.waiting)) {
    const start = Number(minute) < now - MINUTES_KEPT ? startOf(Number(minute), HOUR) : Number(minute);
    waiting[start] = (waiting[start] ?? 0) + rows;
  }
  return {
    ...sum,
    waiting,
    windows: since(sum.windows, startOf(now - WINDOWS_KEPT, WINDOW)),
    hours: since(sum.hours, startOf(now - HOURS_KEPT, HOUR)),
  };
};
