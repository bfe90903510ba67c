import type { Config, FeedConfig } from '../config/schema.ts';
import type { Verdict } from '../diagnose/verdict.ts';
import type { Incident } from '../incident/incident.ts';
import type { FeedControl } from '../relay/control.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';

/** A feed whose rows are relayed, as it is now. */
export interface RelayedFeed {
  readonly control: FeedControl;
  /** Rows in its queue; null when that could not be read. */
  readonly waiting: number | null;
  /** What was counted; null before the first row. */
  readonly snapshot: FeedSnapshot | null;
}

export interface RemediationState {
  readonly config: Config;
  /** Those that are open, that owe a message, or that hold a feed. */
  readonly incidents: readonly Incident[];
  /** What this run holds in force and tells; what is explained by something upstream is not in it. */
  readonly verdicts: readonly Verdict[];
  readonly feeds: readonly RelayedFeed[];
  readonly now: number;
}

/** One incident and one feed that it may concern. */
export interface Case {
  readonly config: Config;
  readonly incident: Incident;
  /** Null: not in force in this run. */
  readonly verdict: Verdict | null;
  readonly feed: string;
  readonly settings: FeedConfig;
  readonly relayed: RelayedFeed;
  readonly now: number;
}

export const isOfFeed = ({ incident: { subject }, feed }: Pick<Case, 'incident' | 'feed'>): boolean =>
  subject === feed || subject.startsWith(`${feed}/`);

/** `leads-1` of `leads/leads-1`. */
export const partOf = (subject: string): string => subject.slice(subject.indexOf('/') + 1);

const FORMAT = new Intl.NumberFormat('en-GB');
export const rowsText = (count: number): string => (count === 1 ? '1 row' : `${FORMAT.format(count)} rows`);
