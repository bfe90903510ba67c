/** Numbers of callbacks, by what came of them. */
export interface ResultCounts {
  readonly hit: number;
  readonly missed: number;
  readonly skipped: number;
  readonly failed: number;
}

/** What happened within one window of five minutes, by arrival. */
export interface RowsWindow {
  /** Start, epoch ms, a multiple of five minutes. */
  readonly start: number;
  readonly submitted: number;
  /** Callbacks, each row once. */
  readonly calledBack: number;
  /** Callbacks refused as malformed. */
  readonly refused: number;
  readonly results: ResultCounts;
  /** Failed callbacks by status. */
  readonly failedByStatus: Readonly<Record<string, number>>;
  readonly byProvider: Readonly<
    Record<string, ResultCounts & { readonly credits: number; readonly rateLimited: number }>
  >;
  readonly byColumn: Readonly<Record<string, ResultCounts>>;
  /** `wrong`: the data is not what belongs there; left out where there was none. */
  readonly crm: { readonly ok: number; readonly failed: number; readonly wrong?: number };
  readonly credits: number;
  readonly actions: number;
  /** Credits spent on rows that came back as missed. */
  readonly creditsOnMisses: number;
  /** Round trips by bin: `ROUND_TRIP_BINS[i]` is the upper bound of bin i, seconds. */
  readonly roundTrips: readonly number[];
}

/** Upper bounds of the round-trip bins, seconds; the last bin is open. A bin is about 1.5 times the one before. */
export const ROUND_TRIP_BINS: readonly number[] = [
  5,
  10,
  15,
  20,
  30,
  45,
  60,
  90,
  120,
  180,
  240,
  300,
  450,
  600,
  900,
  1_350,
  1_800,
  2_700,
  3_600,
  5_400,
  7_200,
  14_400,
  28_800,
  86_400,
  Number.POSITIVE_INFINITY,
];

/** A webhook's lifetime count. */
export interface WebhookCount {
  readonly webhook: string;
  /** Sends that it accepted since counting began, without `startCount`: a row that was sent again counts again. */
  readonly accepted: number;
  /** Sent without an answer, and not confirmed since. The true count lies in [accepted, accepted + unknown]. */
  readonly unknown: number;
  /** The last time the true count was learned: from then on, count = rebase.count + accepted - rebase.acceptedThen. */
  readonly rebase?: {
    readonly count: number;
    readonly at: number;
    readonly acceptedThen: number;
    readonly why: 'limit-answer' | 'operator';
  };
}

/** Accepted rows that have not come back, by how long they have been waiting. */
export interface OutstandingRows {
  /** Upper bounds of age, minutes: 5, 15, 30, 60, 240, 1440, and open. */
  readonly ages: readonly { readonly upToMinutes: number | null; readonly rows: number }[];
  readonly total: number;
  /** When the oldest one was submitted, epoch ms; null when none waits. */
  readonly oldestAt: number | null;
}

/**
 * Submissions by age when looked at: how many went in, and how many of them came back. The basis of the loss rate:
 * rows submitted between 24 h ago and `matureBefore`, which had time to come back.
 */
export interface Cohort {
  readonly submitted: number;
  readonly cameBack: number;
  readonly from: number;
  readonly matureBefore: number;
}

/** Everything that anybody reads of a feed, in one place; plain data. */
export interface FeedSnapshot {
  readonly feed: string;
  /** The present of the fold, epoch ms. */
  readonly asOf: number;
  readonly webhooks: readonly WebhookCount[];
  readonly totals: {
    readonly submitted: number;
    readonly calledBack: number;
    /** Callbacks for rows whose submission was never reported. */
    readonly unannounced: number;
    readonly results: ResultCounts;
    readonly credits: number;
    readonly actions: number;
  };
  /** Possible duplicates at Clay; absent in a snapshot that was made before they were counted. */
  readonly resent?: {
    /** Sends that were accepted beyond the first of their row. */
    readonly acceptedAgain: number;
    /** Attempts of forwarders whose outcome is not known: under way, or uncertain for good. */
    readonly uncertain: number;
  };
  /** The last 24 hours at least, oldest first; windows in which nothing happened are left out. */
  readonly windows: readonly RowsWindow[];
  /** The last 35 days by hour, for forecasts and baselines: start (epoch ms), submitted and credits. */
  readonly hours: readonly {
    readonly start: number;
    readonly submitted: Readonly<Record<string, number>>;
    readonly credits: number;
  }[];
  readonly outstanding: OutstandingRows;
  readonly cohort: Cohort;
  readonly lastSubmissionAt: number | null;
  readonly lastCallbackAt: number | null;
  /** Entities that entered most often in the last hour: how often, most first, without what they are. */
  readonly repeats: readonly number[];
}
