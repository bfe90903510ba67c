import type { Config } from '../config/schema.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';

const MINUTE = 60_000;
const LATELY = 30 * MINUTE;
const WINDOW = 5 * MINUTE;

export interface ReplayPace {
  /** What the workspace may send now. */
  readonly perSecond: number;
  /** What of it is left for this feed's backlog. */
  readonly share: number;
  /** Rows of this feed that go first. */
  readonly ahead: number;
  /** Until the last row is sent, ms. */
  readonly ms: number;
}

export interface PaceInput {
  readonly perSecond: number;
  readonly rows: number;
  readonly ahead: number;
  /** Other feeds that have rows waiting and are not on hold. */
  readonly busyFeeds: number;
  /** Of every feed. */
  readonly snapshots: readonly FeedSnapshot[];
  /** Rows that go at the pace of the trickle first. */
  readonly trickleRows: number;
  readonly now: number;
}

/** Rows a second that all feeds take in lately. */
const inflow = (snapshots: readonly FeedSnapshot[], now: number): number => {
  const rows = snapshots
    .flatMap(({ windows }) => windows.filter(({ start }) => start + WINDOW > now - LATELY))
    .reduce((sum, { submitted }) => sum + submitted, 0);
  return rows / (LATELY / 1_000);
};

/**
 * How long a replay takes at the pace that is allowed: feeds with a backlog share it evenly, and what comes in anyway
 * is sent too. It is never less than an even share, for forwarders take turns among feeds.
 */
export const replayPace = (
  config: Config,
  { perSecond, rows, ahead, busyFeeds, snapshots, trickleRows, now }: PaceInput,
): ReplayPace => {
  const fair = perSecond / (busyFeeds + 1);
  const free = perSecond - inflow(snapshots, now);
  const share = busyFeeds > 0 ? fair : Math.max(free, perSecond / Math.max(2, snapshots.length));
  const all = rows + ahead;
  const slow = Math.min(trickleRows, all);
  const seconds = slow / Math.min(config.relay.trickle.rowsPerSecond, share) + (all - slow) / share;
  return { perSecond, share, ahead, ms: Math.ceil(seconds * 1_000) };
};
