import { type FeedSnapshot, ROUND_TRIP_BINS, type RowsWindow } from '../../shared/rows/snapshot.ts';

const HOUR = 3_600_000;
/** Upper bounds of the ages of rows that wait, minutes. */
export const AGE_BOUNDS = [5, 15, 30, 60, 240, 1_440, null];

/** A window in which nothing happened. */
export const emptyWindow = (start: number): RowsWindow => ({
  start,
  submitted: 0,
  calledBack: 0,
  refused: 0,
  results: { hit: 0, missed: 0, skipped: 0, failed: 0 },
  failedByStatus: {},
  byProvider: {},
  byColumn: {},
  crm: { ok: 0, failed: 0 },
  credits: 0,
  actions: 0,
  creditsOnMisses: 0,
  roundTrips: ROUND_TRIP_BINS.map(() => 0),
});

/** A feed of which no row was ever counted. */
export const emptySnapshot = (feed: string, asOf: number): FeedSnapshot => ({
  feed,
  asOf,
  webhooks: [],
  totals: {
    submitted: 0,
    calledBack: 0,
    unannounced: 0,
    results: { hit: 0, missed: 0, skipped: 0, failed: 0 },
    credits: 0,
    actions: 0,
  },
  windows: [],
  hours: [],
  outstanding: {
    ages: AGE_BOUNDS.map((upToMinutes) => ({ upToMinutes, rows: 0 })),
    total: 0,
    oldestAt: null,
  },
  cohort: { submitted: 0, cameBack: 0, from: asOf - 24 * HOUR, matureBefore: asOf - HOUR },
  lastSubmissionAt: null,
  lastCallbackAt: null,
  repeats: [],
});
