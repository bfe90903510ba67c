import { isClosed } from './bucket.ts';
import { boundWords, type Counters, countersUnder, nameOf, OTHER, partsOf } from './counters.ts';
import type {
  Cohort,
  FeedSnapshot,
  OutstandingRows,
  ResultCounts,
  RowsWindow,
  WebhookCount,
} from './snapshot.ts';
import { ROUND_TRIP_BINS } from './snapshot.ts';
import type { LedgerState } from './state.ts';
import { DAY, HOUR, MINUTE, type RowsSum, rebaseOf, startOf, sumOfSums, WINDOW } from './sum.ts';

/** Upper bounds of ages, minutes; the last is open. */
export const AGES: readonly (number | null)[] = [5, 15, 30, 60, 240, 1_440, null];
/** Providers, columns and statuses that a window names; the rest is `other`. */
export const WORDS_PER_WINDOW = 20;
const HOURS_ANSWERED = 35 * DAY;

export interface SnapshotFrame {
  readonly retainDays: number;
  /** A row that was sent longer ago than this should be back, minutes. */
  readonly matureAfterMinutes: number;
}

const amount = (thousandths: number | undefined): number => (thousandths ?? 0) / 1_000;

const resultsOf = (counters: Counters, ...dimension: readonly string[]): ResultCounts => {
  const of = (result: string) => counters[nameOf(...dimension, result)] ?? 0;
  return { hit: of('hit'), missed: of('missed'), skipped: of('skipped'), failed: of('failed') };
};

const byWord = <T>(counters: Counters, dimension: string, read: (word: string) => T): Record<string, T> => {
  const words = new Set(countersUnder(counters, dimension).map(([rest]) => partsOf(rest)[0] ?? OTHER));
  return Object.fromEntries([...words].toSorted().map((word) => [word, read(word)]));
};

const windowOf = (start: number, all: Counters, refused: number): RowsWindow => {
  const counters = boundWords(all, WORDS_PER_WINDOW);
  return {
    start,
    submitted: counters.s ?? 0,
    calledBack: counters.c ?? 0,
    refused,
    results: resultsOf(counters, 'r'),
    failedByStatus: byWord(counters, 'f', (status) => counters[nameOf('f', status)] ?? 0),
    byProvider: byWord(counters, 'p', (provider) => ({
      ...resultsOf(counters, 'p', provider),
      credits: amount(counters[nameOf('p', provider, 'credits')]),
      rateLimited: counters[nameOf('p', provider, 'limited')] ?? 0,
    })),
    byColumn: byWord(counters, 'q', (column) => resultsOf(counters, 'q', column)),
    crm: {
      ok: counters[nameOf('m', 'ok')] ?? 0,
      failed: counters[nameOf('m', 'failed')] ?? 0,
      ...(counters[nameOf('m', 'wrong')] && { wrong: counters[nameOf('m', 'wrong')] }),
    },
    credits: amount(counters.cr),
    actions: amount(counters.ac),
    creditsOnMisses: amount(counters.cm),
    roundTrips: ROUND_TRIP_BINS.map((_, bin) => counters[nameOf('t', bin)] ?? 0),
  };
};

const windowsOf = (sum: RowsSum, { refused, asOf }: LedgerState): readonly RowsWindow[] => {
  const from = startOf(asOf, WINDOW) - DAY;
  const starts = new Set([...Object.keys(sum.windows), ...Object.keys(refused)].map(Number));
  return [...starts]
    .filter((start) => start >= from)
    .toSorted((one, other) => one - other)
    .map((start) => windowOf(start, sum.windows[start] ?? {}, refused[start] ?? 0));
};

const webhooksOf = ({ totals }: RowsSum, { rebases }: LedgerState): readonly WebhookCount[] => {
  const known = ['a', 'u'].flatMap((kind) => countersUnder(totals, kind).map(([webhook]) => webhook));
  return [...new Set([...known, ...Object.keys(rebases)])].toSorted().map((webhook) => {
    const accepted = totals[nameOf('a', webhook)] ?? 0;
    const rebase = rebaseOf(rebases, webhook);
    if (!rebase) return { webhook, accepted, unknown: totals[nameOf('u', webhook)] ?? 0 };
    const after = totals[nameOf('z', webhook, rebase.at)] ?? 0;
    return {
      webhook,
      accepted,
      unknown: totals[nameOf('y', webhook, rebase.at)] ?? 0,
      rebase: { ...rebase, acceptedThen: accepted - after },
    };
  });
};

const outstandingOf = (open: RowsSum, asOf: number): OutstandingRows => {
  const rows = AGES.map(() => 0);
  for (const [start, waiting] of Object.entries(open.waiting)) {
    // Whole minutes, rounded down: nothing is said to be older than it is.
    const minutes = (startOf(asOf, MINUTE) - Number(start)) / MINUTE;
    const age = AGES.findIndex((upTo) => upTo === null || minutes <= upTo);
    rows[age] = (rows[age] ?? 0) + waiting;
  }
  return {
    ages: AGES.map((upToMinutes, age) => ({ upToMinutes, rows: rows[age] ?? 0 })),
    total: rows.reduce((sum, each) => sum + each, 0),
    oldestAt: open.oldest,
  };
};

const cohortOf = (
  all: RowsSum,
  open: RowsSum,
  asOf: number,
  { matureAfterMinutes }: SnapshotFrame,
): Cohort => {
  const from = startOf(asOf, WINDOW) - DAY;
  const matureBefore = startOf(asOf - matureAfterMinutes * MINUTE, WINDOW);
  const isIn = (start: string) => Number(start) >= from && Number(start) < matureBefore;
  const submitted = Object.entries(all.windows)
    .filter(([start]) => isIn(start))
    .reduce((sum, [, { s = 0, k = 0 }]) => sum + s - k, 0);
  const waiting = Object.entries(open.waiting)
    .filter(([start]) => isIn(start))
    .reduce((sum, [, rows]) => sum + rows, 0);
  return { submitted, cameBack: submitted - waiting, from, matureBefore };
};

const hoursOf = ({ hours }: RowsSum, asOf: number): FeedSnapshot['hours'] =>
  Object.entries(hours)
    .map(([start, counters]) => ({
      start: Number(start),
      submitted: Object.fromEntries(countersUnder(counters, 's').toSorted(([a], [b]) => (a < b ? -1 : 1))),
      credits: amount(counters.cr),
    }))
    .filter(({ start }) => start >= startOf(asOf, HOUR) - HOURS_ANSWERED)
    .toSorted((one, other) => one.start - other.start);

/** What the state says, as readers see it. Rows of days that are forgotten count as sent, but wait no more. */
export const snapshotOf = (feed: string, state: LedgerState, frame: SnapshotFrame): FeedSnapshot => {
  const { asOf } = state;
  const all = sumOfSums([state.base, ...Object.values(state.days)]);
  const open = sumOfSums(
    Object.entries(state.days)
      .filter(([day]) => !isClosed(Number(day), asOf, frame.retainDays))
      .map(([, sum]) => sum),
  );
  return {
    feed,
    asOf,
    webhooks: webhooksOf(all, state),
    totals: {
      submitted: all.totals.s ?? 0,
      calledBack: all.totals.c ?? 0,
      unannounced: all.totals.un ?? 0,
      results: resultsOf(all.totals, 'r'),
      credits: amount(all.totals.cr),
      actions: amount(all.totals.ac),
    },
    resent: { acceptedAgain: all.totals.ra ?? 0, uncertain: all.totals.ru ?? 0 },
    windows: windowsOf(all, state),
    hours: hoursOf(all, asOf),
    outstanding: outstandingOf(open, asOf),
    cohort: cohortOf(all, open, asOf, frame),
    lastSubmissionAt: all.lastSubmission,
    lastCallbackAt: all.lastCallback,
    repeats: state.repeats,
  };
};
