import type { Config } from '../config/schema.ts';
import { bounds } from '../observe/rows/confidence.ts';
import { missingInput } from '../observe/rows/failures.ts';
import { sum, windowsIn } from '../observe/rows/window.ts';
import { type FeedSnapshot, type ResultCounts, ROUND_TRIP_BINS, type RowsWindow } from '../rows/snapshot.ts';

/** A part of a whole, and what that says of the true share. */
export interface RateUsage {
  readonly part: number;
  readonly of: number;
  /** 0 to 1; null of no rows. */
  readonly share: number | null;
  /** Bounds of the true share with 95 % confidence. */
  readonly low: number;
  readonly high: number;
  /** Whether there are as many rows as the configuration asks for before it judges. */
  readonly enough: boolean;
}

/** Between which round trips a quantile lies, seconds; `to` is null when it is beyond the longest that is told apart. */
export interface RoundTripSpan {
  readonly from: number;
  readonly to: number | null;
}

/** How many rows a name stands for. */
export interface NamedCount {
  readonly name: string;
  readonly rows: number;
}

export interface ProviderUsage extends ResultCounts {
  readonly name: string;
  /** Of the failed ones, those that were limited by the provider. */
  readonly rateLimited: number;
  readonly credits: number;
  /** Found, of those found or not found. */
  readonly hitRate: RateUsage;
}

/** What happened to a feed's rows within a time. */
export interface PeriodUsage {
  readonly minutes: number;
  /** Its end, epoch ms: the present of the counts. */
  readonly to: number;
  readonly submitted: number;
  readonly calledBack: number;
  /** Callbacks that could not be read. */
  readonly refused: number;
  readonly results: ResultCounts;
  /** Found, of those that were looked up. */
  readonly hitRate: RateUsage;
  readonly roundTrip: {
    readonly rows: number;
    readonly enough: boolean;
    readonly p50: RoundTripSpan | null;
    readonly p95: RoundTripSpan | null;
  };
  /** Failed rows, most first. */
  readonly failures: {
    readonly byStatus: readonly NamedCount[];
    readonly byProvider: readonly NamedCount[];
    readonly byColumn: readonly NamedCount[];
  };
  /** By rows, most first. */
  readonly providers: readonly ProviderUsage[];
  /** Rows whose CRM column failed, of those that say. */
  readonly crmFailed: RateUsage;
  readonly credits: number;
  readonly actions: number;
  readonly creditsOnMisses: number;
}

export const rateOf = (part: number, of: number, minRows: number): RateUsage => ({
  part,
  of,
  share: of > 0 ? part / of : null,
  ...bounds({ part, of }),
  enough: of >= minRows,
});

/** Names come from callbacks, so they are keys of a map and never of an object. */
const countsByName = <T>(
  windows: readonly RowsWindow[],
  of: (window: RowsWindow) => Readonly<Record<string, T>>,
  rowsOf: (value: T) => number,
): readonly NamedCount[] => {
  const counts = new Map<string, number>();
  for (const window of windows)
    for (const [name, value] of Object.entries(of(window)))
      counts.set(name, (counts.get(name) ?? 0) + rowsOf(value));
  return [...counts]
    .map(([name, rows]) => ({ name, rows }))
    .filter(({ rows }) => rows > 0)
    .sort((one, other) => other.rows - one.rows || (one.name < other.name ? -1 : 1));
};

export const resultsOf = (all: readonly ResultCounts[]): ResultCounts => ({
  hit: sum(all, ({ hit }) => hit),
  missed: sum(all, ({ missed }) => missed),
  skipped: sum(all, ({ skipped }) => skipped),
  failed: sum(all, ({ failed }) => failed),
});

const rowsOf = ({ hit, missed, skipped, failed }: ResultCounts): number => hit + missed + skipped + failed;

const providersOf = (windows: readonly RowsWindow[], minRows: number): readonly ProviderUsage[] =>
  countsByName(windows, ({ byProvider }) => byProvider, rowsOf).map(({ name }) => {
    const own = windows.flatMap(({ byProvider }) =>
      Object.hasOwn(byProvider, name) && byProvider[name] ? [byProvider[name]] : [],
    );
    const results = resultsOf(own);
    return {
      name,
      ...results,
      rateLimited: sum(own, ({ rateLimited }) => rateLimited),
      credits: sum(own, ({ credits }) => credits),
      hitRate: rateOf(results.hit, results.hit + results.missed, minRows),
    };
  });

const spanAt = (bins: readonly number[], quantile: number): RoundTripSpan | null => {
  const rank = sum(bins, (rows) => rows) * quantile;
  let passed = 0;
  for (const [bin, rows] of bins.entries()) {
    passed += rows;
    if (rows <= 0 || passed < rank) continue;
    const to = ROUND_TRIP_BINS[bin] ?? Number.POSITIVE_INFINITY;
    return { from: ROUND_TRIP_BINS[bin - 1] ?? 0, to: Number.isFinite(to) ? to : null };
  }
  return null;
};

/** How long rows took, by quantile. */
export const roundTripOf = (windows: readonly RowsWindow[], minRows: number): PeriodUsage['roundTrip'] => {
  const bins = ROUND_TRIP_BINS.map((_, bin) => sum(windows, ({ roundTrips }) => roundTrips[bin] ?? 0));
  const rows = sum(bins, (count) => count);
  return { rows, enough: rows >= minRows, p50: spanAt(bins, 0.5), p95: spanAt(bins, 0.95) };
};

/** Found, of those that were looked up: one that lacked its input was not. */
export const hitRateOf = (windows: readonly RowsWindow[], minRows: number): RateUsage => {
  const { hit, missed } = resultsOf(windows.map(({ results }) => results));
  return rateOf(hit, hit + missed + sum(windows, missingInput), minRows);
};

/** A feed's last `minutes`, up to the present of its counts. */
export const periodUsage = (snapshot: FeedSnapshot, minutes: number, config: Config['rows']): PeriodUsage => {
  const windows = windowsIn(snapshot.windows, minutes, snapshot.asOf);
  const results = resultsOf(windows.map((window) => window.results));
  const crm = {
    ok: sum(windows, (window) => window.crm.ok),
    failed: sum(windows, ({ crm }) => crm.failed + (crm.wrong ?? 0)),
  };
  return {
    minutes,
    to: snapshot.asOf,
    submitted: sum(windows, ({ submitted }) => submitted),
    calledBack: sum(windows, ({ calledBack }) => calledBack),
    refused: sum(windows, ({ refused }) => refused),
    results,
    hitRate: hitRateOf(windows, config.hitRate.minRows),
    roundTrip: roundTripOf(windows, config.slow.minRows),
    failures: {
      byStatus: countsByName(
        windows,
        ({ failedByStatus }) => failedByStatus,
        (rows) => rows,
      ),
      byProvider: countsByName(
        windows,
        ({ byProvider }) => byProvider,
        ({ failed }) => failed,
      ),
      byColumn: countsByName(
        windows,
        ({ byColumn }) => byColumn,
        ({ failed }) => failed,
      ),
    },
    providers: providersOf(windows, config.providerFailures.minRows),
    crmFailed: rateOf(crm.failed, crm.ok + crm.failed, config.crmFailures.minRows),
    credits: sum(windows, ({ credits }) => credits),
    actions: sum(windows, ({ actions }) => actions),
    creditsOnMisses: sum(windows, ({ creditsOnMisses }) => creditsOnMisses),
  };
};
