import { parseConfig } from '../../../shared/config/parse.ts';
import type { Config, ConfigInput } from '../../../shared/config/schema.ts';
import { type FeedSnapshot, ROUND_TRIP_BINS, type RowsWindow } from '../../../shared/rows/snapshot.ts';

export const MINUTE = 60_000;
/** A Wednesday; a whole five minutes. */
export const NOW = Date.UTC(2026, 10, 18, 12);

export const configOf = (over: Pick<ConfigInput, 'rows'> = {}, feed: object = {}): Config =>
  parseConfig(
    {
      ...over,
      feeds: {
        leads: {
          webhooks: [{ id: 'leads-1', url: 'env:URL', table: 'leads' }],
          callbacks: { secret: 'env:SECRET' },
          ...feed,
        },
      },
    },
    'the configuration of the test',
  );

/** A window so many minutes before now, with what differs from an empty one. */
export const windowAt = (minutesAgo: number, over: Partial<RowsWindow> = {}): RowsWindow => ({
  start: NOW - minutesAgo * MINUTE,
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
  ...over,
});

const BOUNDS = [5, 15, 30, 60, 240, 1_440, null];

/** `{ 15: 3 }`: three rows that wait up to 15 minutes, and longer than 5. */
export const waiting = (rows: Readonly<Record<string, number>>): FeedSnapshot['outstanding'] => ({
  ages: BOUNDS.map((upToMinutes) => ({ upToMinutes, rows: rows[String(upToMinutes)] ?? 0 })),
  total: Object.values(rows).reduce((sum, count) => sum + count, 0),
  oldestAt: Object.keys(rows).length > 0 ? NOW - 60 * MINUTE : null,
});

export const snapshotOf = (over: Partial<FeedSnapshot> = {}): FeedSnapshot => ({
  feed: 'leads',
  asOf: NOW,
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
  outstanding: waiting({}),
  cohort: { submitted: 0, cameBack: 0, from: NOW - 1_440 * MINUTE, matureBefore: NOW - 60 * MINUTE },
  lastSubmissionAt: null,
  lastCallbackAt: null,
  repeats: [],
  ...over,
});

/** Round trips of so many rows that took up to each of these seconds. */
export const roundTrips = (rows: Readonly<Record<number, number>>): readonly number[] =>
  ROUND_TRIP_BINS.map((bound) => rows[bound] ?? 0);
