import type { FeedConfig } from '../config/schema.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import type { Severity } from '../severity.ts';
import type { ControlChange, FeedControl, Hold, RelayTally } from './control.ts';
import { standingOf } from './control-change.ts';
import {
  chooseWebhook,
  type FailoverCounts,
  failoverCounts,
  standbysOf,
  type WebhookChoice,
} from './failover.ts';
import type { QueueDepth } from './queue.ts';
import { type FeedView, type PaceNow, reasonsOf, type StatusConfig } from './status-reasons.ts';

/** normal: rows go to Clay as they come · degraded: later than that · holding: they wait */
export type RelayMode = 'normal' | 'degraded' | 'holding';

export interface FeedFacts {
  readonly control: FeedControl;
  readonly tally: RelayTally;
  /** Null: the queue did not answer. */
  readonly depth: QueueDepth | null;
  /** Null before the first row was counted. */
  readonly snapshot: FeedSnapshot | null;
}

/** When the oldest row that waits was taken, epoch ms. SQS does not say it of a single row. */
export interface OldestRow {
  readonly takenAt: number;
  /** about: as the rows last received · at-most: not before that, since the queue was empty then */
  readonly certainty: 'about' | 'at-most';
}

export interface FeedStatus {
  readonly feed: string;
  readonly mode: RelayMode;
  /** In plain words, the weightiest first; none when the mode is normal. */
  readonly reasons: readonly string[];
  /** Rows are taken and kept whatever the mode is. */
  readonly accepting: true;
  /** Rows taken and not yet accepted by Clay; null when the queue does not answer. Approximate on AWS. */
  readonly waiting: number | null;
  readonly oldest: OldestRow | null;
  /** When the last of the rows that wait now may be sent, at the pace of now; null when nobody can say. */
  readonly delaySeconds: number | null;
  readonly webhook: {
    readonly active: string | null;
    readonly since: number | null;
    /** It has accepted a row. */
    readonly verified: boolean;
  };
  /** Webhooks of the pool that could take over and are below their `rotateAtShare`. */
  readonly standbysLeft: number;
  readonly pace: 'full' | 'trickle' | 'stopped';
  readonly lastAcceptedAt: number | null;
  readonly holds: readonly Hold[];
  /** The last changes, newest first. */
  readonly lately: readonly ControlChange[];
}

/** What of an incident is told here. */
export interface OpenIncident {
  readonly cause: string;
  readonly subject: string;
  readonly severity: Severity;
  /** Epoch ms. */
  readonly since: number;
}

export interface RelayStatus {
  readonly at: number;
  /** The worst of the feeds; degraded at least while a P1 or P2 is open. */
  readonly mode: RelayMode;
  readonly accepting: true;
  /** When it may be otherwise, seconds; null when there is nothing to wait for. */
  readonly retryAfterSeconds: number | null;
  readonly feeds: readonly FeedStatus[];
  /** Open ones that are not the effect of another. */
  readonly incidents: readonly OpenIncident[];
}

const SECOND = 1_000;
const LATELY = 5;
/** When to ask again, seconds. */
const ASK_AGAIN = 60;

const waitingOf = (depth: QueueDepth | null): number | null =>
  depth && depth.waiting + depth.inFlight + depth.delayed;

const oldestOf = ({ emptyAt, oldestTakenAt }: RelayTally, waiting: number | null): OldestRow | null => {
  if (waiting === 0) return null;
  if (oldestTakenAt !== null && (emptyAt === null || oldestTakenAt > emptyAt))
    return { takenAt: oldestTakenAt, certainty: 'about' };
  return emptyAt === null ? null : { takenAt: emptyAt, certainty: 'at-most' };
};

const lastAcceptedOf = ({ webhooks }: RelayTally): number | null => {
  const times = Object.values(webhooks).flatMap(({ lastAcceptedAt }) => lastAcceptedAt ?? []);
  return times.length === 0 ? null : Math.max(...times);
};

interface Seen {
  readonly feed: string;
  readonly config: FeedConfig;
  readonly facts: FeedFacts;
  readonly counts: FailoverCounts;
  readonly choice: WebhookChoice;
}

const seenOf = (config: StatusConfig, feed: string, facts: FeedFacts): Seen | null => {
  const settings = config.feeds[feed];
  if (!settings) return null;
  const counts = failoverCounts(settings, facts.snapshot);
  const { failover: mode } = config.remediation;
  const choice = chooseWebhook(settings, facts.control, counts, { mode });
  return { feed, config: settings, facts, counts, choice };
};

const flows = ({ facts, choice }: Seen): boolean =>
  facts.control.holds.length === 0 && choice.kind !== 'none';

/** The feeds share the pace: a row may have to wait for those of all feeds that flow. */
const delayOf = (
  seen: Seen,
  all: readonly Seen[],
  perSecond: number,
  config: StatusConfig,
): number | null => {
  const own = waitingOf(seen.facts.depth);
  if (!flows(seen) || own === null) return null;
  if (own === 0) return 0;
  const rows = all.filter(flows).reduce((sum, { facts }) => sum + (waitingOf(facts.depth) ?? 0), 0);
  const slowly = Math.min(own, seen.facts.control.trickle?.rowsLeft ?? 0);
  return Math.round(slowly / config.relay.trickle.rowsPerSecond + (rows - slowly) / perSecond);
};

const statusOf = (
  seen: Seen,
  all: readonly Seen[],
  pace: PaceNow,
  config: StatusConfig,
  now: number,
): FeedStatus => {
  const { feed, facts, counts, choice } = seen;
  const { control, tally, depth } = facts;
  const waiting = waitingOf(depth);
  const oldest = oldestOf(tally, waiting);
  const delaySeconds = delayOf(seen, all, pace.perSecond, config);
  const view: FeedView = { ...facts, choice, waiting, delaySeconds, pace, config, now };
  const { holding, degraded } = reasonsOf(view);
  const mode = holding.length > 0 ? 'holding' : degraded.length > 0 ? 'degraded' : 'normal';
  return {
    feed,
    mode,
    reasons: [...holding, ...degraded],
    accepting: true,
    waiting,
    oldest,
    delaySeconds,
    webhook: {
      active: control.active,
      since: control.rotation?.at ?? null,
      verified: control.active !== null && standingOf(control, control.active) === 'working',
    },
    standbysLeft: standbysOf(seen.config, control, counts).fresh.length,
    pace: mode === 'holding' ? 'stopped' : control.trickle ? 'trickle' : 'full',
    lastAcceptedAt: lastAcceptedOf(tally),
    holds: control.holds,
    lately: control.history.slice(0, LATELY),
  };
};

/** A drill says nothing of how rows go. */
const isGrave = ({ cause, severity }: OpenIncident): boolean =>
  cause !== 'drill' && (severity === 'P1' || severity === 'P2');

const overall = (feeds: readonly FeedStatus[], incidents: readonly OpenIncident[]): RelayMode => {
  if (feeds.some(({ mode }) => mode === 'holding')) return 'holding';
  return feeds.some(({ mode }) => mode === 'degraded') || incidents.some(isGrave) ? 'degraded' : 'normal';
};

/** The next trial of a breaker, when that is all that holds anything; else after a minute. */
const retryAfterOf = (mode: RelayMode, feeds: readonly FeedStatus[], now: number): number | null => {
  if (mode === 'normal') return null;
  const trials = feeds.flatMap(({ holds }) => {
    const [only] = holds;
    return holds.length === 1 && only?.kind === 'breaker' && only.tryAt !== undefined ? [only.tryAt] : [];
  });
  const next = Math.min(...trials.map((at) => Math.ceil((at - now) / SECOND)));
  return Number.isFinite(next) ? Math.min(ASK_AGAIN, Math.max(1, next)) : ASK_AGAIN;
};

/** How it goes, of every feed that facts are given of. Holds no row, secret or URL. */
export const relayStatus = (
  config: StatusConfig,
  feeds: Readonly<Record<string, FeedFacts>>,
  {
    pace,
    incidents,
    now,
  }: { readonly pace: PaceNow; readonly incidents: readonly OpenIncident[]; readonly now: number },
): RelayStatus => {
  const all = Object.entries(feeds).flatMap(([feed, facts]) => seenOf(config, feed, facts) ?? []);
  const statuses = all.map((seen) => statusOf(seen, all, pace, config, now));
  const mode = overall(statuses, incidents);
  return {
    at: now,
    mode,
    accepting: true,
    retryAfterSeconds: retryAfterOf(mode, statuses, now),
    feeds: statuses,
    incidents,
  };
};
