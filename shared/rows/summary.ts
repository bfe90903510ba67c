import type { FeedConfig } from '../config/schema.ts';
import { bandOf } from './capacity.ts';
import type { FeedSnapshot, RowsWindow } from './snapshot.ts';

const HOUR = 3_600_000;
const WINDOW = 300_000;

/** A feed in a few numbers, for whoever shows a run. */
export interface FeedSummary {
  readonly feed: string;
  /** Rows of the last hour, by arrival. */
  readonly lastHour: {
    readonly submitted: number;
    readonly calledBack: number;
    /** Found of those that were looked up, 0 to 1; null when none was. */
    readonly hitRate: number | null;
    readonly failed: number;
    /** Data credits that its callbacks name. */
    readonly credits: number;
  };
  /** The windows of five minutes of the last hour in which anything happened, oldest first; the last may go on. */
  readonly recent: readonly {
    /** Epoch ms. */
    readonly start: number;
    readonly submitted: number;
    readonly calledBack: number;
    readonly failed: number;
  }[];
  /** Accepted rows that have not come back. */
  readonly waiting: number;
  /** Rows of the last day that had time to come back and have not; null where no callback would say so. */
  readonly lost: number | null;
  /** Sends without an answer, of all webhooks: the width of the band that their true counts lie in. */
  readonly uncertain: number;
  readonly webhooks: readonly {
    readonly webhook: string;
    readonly count: number;
    readonly limit: number | null;
  }[];
}

export const summarize = (snapshot: FeedSnapshot, settings: FeedConfig): FeedSummary => {
  const windows = snapshot.windows.filter(
    ({ start }) => start + WINDOW > snapshot.asOf - HOUR && start <= snapshot.asOf,
  );
  const sum = (of: (window: RowsWindow) => number): number =>
    windows.reduce((total, window) => total + of(window), 0);
  const hits = sum(({ results }) => results.hit);
  const lookedUp = hits + sum(({ results }) => results.missed);
  return {
    feed: snapshot.feed,
    lastHour: {
      submitted: sum(({ submitted }) => submitted),
      calledBack: sum(({ calledBack }) => calledBack),
      hitRate: lookedUp === 0 ? null : hits / lookedUp,
      failed: sum(({ results }) => results.failed),
      credits: Math.round(sum(({ credits }) => credits)),
    },
    recent: windows.map(({ start, submitted, calledBack, results }) => ({
      start,
      submitted,
      calledBack,
      failed: results.failed,
    })),
    waiting: snapshot.outstanding.total,
    lost:
      settings.callbacks.secret === undefined
        ? null
        : Math.max(0, snapshot.cohort.submitted - snapshot.cohort.cameBack),
    uncertain: snapshot.webhooks.reduce((total, { unknown }) => total + unknown, 0),
    webhooks: settings.webhooks.map(({ id, limit, startCount, unlimited }) => ({
      webhook: id,
      count: bandOf(
        snapshot.webhooks.find(({ webhook }) => webhook === id),
        startCount,
      ).low,
      limit: unlimited ? null : limit,
    })),
  };
};
