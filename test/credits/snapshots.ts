import type { FeedSnapshot, RowsWindow } from '../../shared/rows/snapshot.ts';

const NONE = { hit: 0, missed: 0, skipped: 0, failed: 0 };

const window = (part: Partial<RowsWindow> & { readonly start: number }): RowsWindow => ({
  submitted: 0,
  calledBack: 0,
  refused: 0,
  results: NONE,
  failedByStatus: {},
  byProvider: {},
  byColumn: {},
  crm: { ok: 0, failed: 0 },
  credits: 0,
  actions: 0,
  creditsOnMisses: 0,
  roundTrips: [],
  ...part,
});

/** A snapshot of a feed of which only these windows, and what `more` says, are of interest. */
export const snapshotWith = (
  asOf: number,
  windows: readonly (Partial<RowsWindow> & { readonly start: number })[],
  more: Partial<FeedSnapshot> = {},
): FeedSnapshot => ({
  feed: 'leads',
  asOf,
  webhooks: [],
  totals: { submitted: 0, calledBack: 0, unannounced: 0, results: NONE, credits: 0, actions: 0 },
  windows: windows.map(window),
  hours: [],
  outstanding: { ages: [], total: 0, oldestAt: null },
  cohort: { submitted: 0, cameBack: 0, from: asOf, matureBefore: asOf },
  lastSubmissionAt: null,
  lastCallbackAt: null,
  repeats: [],
  ...more,
});
