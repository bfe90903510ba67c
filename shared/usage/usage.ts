import type { Config, FeedConfig } from '../config/schema.ts';
import type { CreditState } from '../credits/state.ts';
import type { CreditStore } from '../credits/store.ts';
import type { Committed } from '../rows/capacity.ts';
import type { RowsLedger } from '../rows/ledger.ts';
import type { FeedSnapshot, OutstandingRows } from '../rows/snapshot.ts';
import { type Ahead, aheadOf } from './ahead.ts';
import { type CreditUsage, creditUsage } from './credits.ts';
import { type LimitsUsage, limitsUsage } from './limits.ts';
import { type PeriodUsage, periodUsage, type RateUsage, rateOf } from './period.ts';

const MINUTE = 60_000;
const DAY_MINUTES = 1_440;

/** How present the counts of a feed are. `none`: nothing was ever counted. */
export type Counts =
  | { readonly kind: 'none' }
  /** `stale`: the watch has not run for `schedule.missedAfterMinutes`. */
  | { readonly kind: 'current' | 'stale'; readonly asOf: number };

/** What happened to the rows of a feed. */
export interface RowsUsage {
  /** The window by which the hit rate is judged (`rows.hitRate.windowMinutes`): now. */
  readonly recent: PeriodUsage;
  readonly day: PeriodUsage;
  /** Since counting began. */
  readonly totals: FeedSnapshot['totals'];
  /** Accepted and not back yet. */
  readonly outstanding: OutstandingRows;
  /** Rows of a day that had time to come back, and did not. */
  readonly lost: RateUsage & { readonly from: number; readonly matureBefore: number };
  readonly lastSubmissionAt: number | null;
  readonly lastCallbackAt: number | null;
}

export interface FeedUsage {
  readonly feed: string;
  readonly description: string | null;
  readonly counts: Counts;
  readonly limits: LimitsUsage;
  /** Null when nothing was ever counted. */
  readonly rows: RowsUsage | null;
}

/** How much of everything is used, as far as it is known; plain data. */
export interface UsageReport {
  /** Epoch ms. */
  readonly at: number;
  readonly installation: string;
  readonly feeds: readonly FeedUsage[];
  /** Of the whole workspace, also when one feed is asked for. */
  readonly credits: CreditUsage;
  /** What stops rows next, soonest first. */
  readonly ahead: readonly Ahead[];
}

/** What a report is made of. */
export interface UsageData {
  readonly snapshots: readonly FeedSnapshot[];
  readonly credits: CreditState;
  /** Rows queued or held, by feed and webhook. */
  readonly committed?: Readonly<Record<string, Committed>>;
}

const countsOf = (snapshot: FeedSnapshot | undefined, config: Config, now: number): Counts => {
  if (!snapshot) return { kind: 'none' };
  const stale = now - snapshot.asOf > config.schedule.missedAfterMinutes * MINUTE;
  return { kind: stale ? 'stale' : 'current', asOf: snapshot.asOf };
};

const rowsUsage = (snapshot: FeedSnapshot, config: Config): RowsUsage => {
  const { submitted, cameBack, from, matureBefore } = snapshot.cohort;
  return {
    recent: periodUsage(snapshot, config.rows.hitRate.windowMinutes, config.rows),
    day: periodUsage(snapshot, DAY_MINUTES, config.rows),
    totals: snapshot.totals,
    outstanding: snapshot.outstanding,
    lost: {
      ...rateOf(Math.max(0, submitted - cameBack), submitted, config.rows.lost.minRows),
      from,
      matureBefore,
    },
    lastSubmissionAt: snapshot.lastSubmissionAt,
    lastCallbackAt: snapshot.lastCallbackAt,
  };
};

/** Puts the report together; `only` names the one feed that is asked for. Pure: the same data give the same report. */
export const usageOf = (config: Config, data: UsageData, now: number, only?: string): UsageReport => {
  const feedUsage = ([feed, settings]: [string, FeedConfig]): FeedUsage => {
    const snapshot = data.snapshots.find((each) => each.feed === feed);
    return {
      feed,
      description: settings.description ?? null,
      counts: countsOf(snapshot, config, now),
      limits: limitsUsage(settings, snapshot ?? null, now, data.committed?.[feed]),
      rows: snapshot ? rowsUsage(snapshot, config) : null,
    };
  };
  const feeds = Object.entries(config.feeds)
    .filter(([feed]) => only === undefined || feed === only)
    .map(feedUsage);
  const credits = creditUsage(data.credits, data.snapshots, config, now);
  return { at: now, installation: config.installation, feeds, credits, ahead: aheadOf(feeds, credits) };
};

export interface UsagePorts {
  readonly rows: Pick<RowsLedger, 'snapshot'>;
  readonly credits: Pick<CreditStore, 'load'>;
}

/**
 * How much of every limit and every credit is used. Reads one snapshot per feed and the credit history: a handful of
 * read units, however many rows there are.
 */
export const readUsage = async (
  config: Config,
  ports: UsagePorts,
  now: number,
  only?: string,
): Promise<UsageReport> => {
  const [credits, snapshots] = await Promise.all([
    ports.credits.load(),
    Promise.all(Object.keys(config.feeds).map((feed) => ports.rows.snapshot(feed))),
  ]);
  return usageOf(config, { credits, snapshots: snapshots.filter((each) => each !== null) }, now, only);
};
