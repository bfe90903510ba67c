import type { FeedConfig, WebhookConfig } from '../config/schema.ts';
import { type Band, bandOf, type FeedCapacity, tableBand } from '../rows/capacity.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import type { FeedControl, RotationReason } from './control.ts';
import { type Doing, markStanding, standingOf } from './control-change.ts';

/**
 * What webhooks and tables have taken, whatever was sent since the ledger was last folded included. `high` decides:
 * a full table swallows rows without a word [C], so nothing is sent that might not fit.
 */
export interface FailoverCounts {
  readonly webhooks: Readonly<Record<string, Band>>;
  readonly tables: Readonly<Record<string, Band>>;
}

/** Why a webhook takes no row. */
export type Obstacle = 'full' | 'table-full' | 'gone' | 'unauthorized';

export type WebhookChoice =
  /** `verifying`: its first row is to be answered before another one is sent. */
  | { readonly kind: 'use'; readonly webhook: string; readonly verifying: boolean }
  /** To be written with `rotate`; then choose again. */
  | {
      readonly kind: 'rotate';
      readonly from: string | null;
      readonly to: string;
      readonly why: RotationReason;
    }
  | {
      readonly kind: 'none';
      /** proposed: another one could take over, and failover is only proposed; `to` is that one. */
      readonly why:
        | 'no-webhooks'
        | 'all-full'
        | 'table-full'
        | 'gone'
        | 'unauthorized'
        | 'none-usable'
        | 'proposed';
      readonly to?: string;
    };

export interface ChoiceOptions {
  /** `remediation.failover`; default `act`. */
  readonly mode?: 'act' | 'propose';
  /** One real row is tried to see whether the webhook works again: one that refused us is then used. */
  readonly trial?: boolean;
}

/** The present counts of a feed. `since`: rows sent since the snapshot, by webhook, answered or not. Cheap. */
export const failoverCounts = (
  feed: FeedConfig,
  snapshot: FeedSnapshot | null,
  since: Readonly<Record<string, number>> = {},
): FailoverCounts => {
  const later = ({ low, high }: Band, webhooks: readonly WebhookConfig[]): Band => ({
    low,
    high: high + webhooks.reduce((sum, { id }) => sum + (since[id] ?? 0), 0),
  });
  return {
    webhooks: Object.fromEntries(
      feed.webhooks.map((webhook) => [
        webhook.id,
        later(
          bandOf(
            snapshot?.webhooks.find((each) => each.webhook === webhook.id),
            webhook.startCount,
          ),
          [webhook],
        ),
      ]),
    ),
    tables: Object.fromEntries(
      Object.keys(feed.tables).map((table) => [
        table,
        later(
          tableBand(table, feed, snapshot),
          feed.webhooks.filter((webhook) => webhook.table === table),
        ),
      ]),
    ),
  };
};

/** The same from a forecast's capacities. */
export const countsOfCapacity = ({ webhooks, tables }: FeedCapacity): FailoverCounts => ({
  webhooks: Object.fromEntries(webhooks.map(({ webhook, count }) => [webhook, count])),
  tables: Object.fromEntries(tables.map(({ table, count }) => [table, count])),
});

interface View {
  readonly feed: FeedConfig;
  readonly control: FeedControl;
  readonly counts: FailoverCounts;
}

const takenBy = ({ counts }: View, { id, startCount }: WebhookConfig): number =>
  counts.webhooks[id]?.high ?? startCount;

const tableRoom = ({ feed, control, counts }: View, { table }: WebhookConfig): number => {
  if (table === undefined) return Number.POSITIVE_INFINITY;
  const isSaidFull = feed.webhooks.some(
    (each) => each.table === table && standingOf(control, each.id) === 'table-full',
  );
  if (isSaidFull) return 0;
  const config = feed.tables[table];
  if (!config || config.unlimited) return Number.POSITIVE_INFINITY;
  return Math.max(0, config.ceiling - (counts.tables[table]?.high ?? config.startCount));
};

const ownRoom = (view: View, webhook: WebhookConfig): number => {
  if (standingOf(view.control, webhook.id) === 'full') return 0;
  return webhook.unlimited ? Number.POSITIVE_INFINITY : Math.max(0, webhook.limit - takenBy(view, webhook));
};

/** Rows that certainly fit into a webhook and its table; infinite where neither is limited. */
const roomOf = (view: View, webhook: WebhookConfig): number =>
  Math.min(ownRoom(view, webhook), tableRoom(view, webhook));

const obstacleOf = (view: View, webhook: WebhookConfig): Obstacle | null => {
  const standing = standingOf(view.control, webhook.id);
  if (standing === 'gone' || standing === 'unauthorized') return standing;
  if (tableRoom(view, webhook) <= 0 || standing === 'table-full') return 'table-full';
  return ownRoom(view, webhook) <= 0 ? 'full' : null;
};

const hasReachedItsShare = (view: View, webhook: WebhookConfig): boolean =>
  !webhook.unlimited && takenBy(view, webhook) >= webhook.limit * webhook.rotateAtShare;

/** The webhooks beside the active one that could take over, in the order of the pool. */
export interface Standbys {
  /** Below their `rotateAtShare`: these are what the pool has left. */
  readonly fresh: readonly string[];
  /** Between their `rotateAtShare` and their limit: used when nothing else is left. */
  readonly spare: readonly string[];
}

const standbysIn = (view: View): Standbys => {
  const usable = view.feed.webhooks.filter(
    (webhook) => webhook.id !== view.control.active && obstacleOf(view, webhook) === null,
  );
  const isFresh = (webhook: WebhookConfig) => !hasReachedItsShare(view, webhook);
  return {
    fresh: usable.filter(isFresh).map(({ id }) => id),
    spare: usable.filter((webhook) => !isFresh(webhook)).map(({ id }) => id),
  };
};

/** How many rungs the ladder has left. None fresh: the last standby is in use, or there was never any. */
export const standbysOf = (feed: FeedConfig, control: FeedControl, counts: FailoverCounts): Standbys =>
  standbysIn({ feed, control, counts });

/** What keeps a webhook from taking rows; null when nothing does, or when it is not configured. */
export const obstacleTo = (
  feed: FeedConfig,
  control: FeedControl,
  counts: FailoverCounts,
  webhook: string,
): Obstacle | null => {
  const config = feed.webhooks.find(({ id }) => id === webhook);
  return config ? obstacleOf({ feed, control, counts }, config) : null;
};

const NONE_BY_OBSTACLE = {
  full: 'all-full',
  'table-full': 'table-full',
  gone: 'gone',
  unauthorized: 'unauthorized',
} as const satisfies Record<Obstacle, string>;

const noneUsable = (view: View): WebhookChoice => {
  const obstacles = new Set(view.feed.webhooks.flatMap((webhook) => obstacleOf(view, webhook) ?? []));
  const [only] = obstacles;
  if (obstacles.size === 1 && only) return { kind: 'none', why: NONE_BY_OBSTACLE[only] };
  const isFull = [...obstacles].every((each) => each === 'full' || each === 'table-full');
  return { kind: 'none', why: isFull ? 'all-full' : 'none-usable' };
};

const nextOf = (view: View): string | undefined => {
  const { fresh, spare } = standbysIn(view);
  return fresh[0] ?? spare[0];
};

/** A standby that took over by itself and has not yet accepted a row: if it refuses, it was never a webhook to stay with. */
const isOnTrial = ({ control: { rotation } }: View): boolean =>
  rotation !== undefined && rotation.from !== null && rotation.why !== 'operator' && !rotation.verified;

const insteadOf = (
  view: View,
  active: WebhookConfig,
  obstacle: Obstacle,
  { mode, trial }: ChoiceOptions,
): WebhookChoice => {
  const isRefusal = obstacle === 'gone' || obstacle === 'unauthorized';
  if (isRefusal && trial) return { kind: 'use', webhook: active.id, verifying: true };
  // A webhook that worked and refuses now is no reason to use up the next: its rows are held until somebody looks.
  if (isRefusal && !isOnTrial(view)) return { kind: 'none', why: obstacle };
  const to = nextOf(view);
  if (to === undefined) return isRefusal ? { kind: 'none', why: obstacle } : noneUsable(view);
  if (mode === 'propose') return { kind: 'none', why: 'proposed', to };
  const why = isRefusal ? 'unusable' : obstacle === 'full' ? 'limit' : obstacle;
  return { kind: 'rotate', from: active.id, to, why };
};

/**
 * Where the next row goes; asked before each one, so it reads counts and forecasts nothing.
 *
 * The pool is gone through in the order of the configuration. The active webhook stays until it has reached its
 * `rotateAtShare`, and beyond that as long as no standby is below its own; an operator's choice stays up to the limit.
 * What is left above `rotateAtShare` is used when nothing else is.
 */
export const chooseWebhook = (
  feed: FeedConfig,
  control: FeedControl,
  counts: FailoverCounts,
  options: ChoiceOptions = {},
): WebhookChoice => {
  const view: View = { feed, control, counts };
  if (feed.webhooks.length === 0) return { kind: 'none', why: 'no-webhooks' };
  const active = feed.webhooks.find(({ id }) => id === control.active);
  if (!active) {
    const to = nextOf(view);
    if (to === undefined) return noneUsable(view);
    return { kind: 'rotate', from: control.active, to, why: control.active === null ? 'first' : 'removed' };
  }
  const obstacle = obstacleOf(view, active);
  if (obstacle !== null) return insteadOf(view, active, obstacle, options);
  const isChosen = control.rotation?.why === 'operator';
  if (!isChosen && options.mode !== 'propose' && hasReachedItsShare(view, active)) {
    const [fresh] = standbysIn(view).fresh;
    if (fresh !== undefined) return { kind: 'rotate', from: active.id, to: fresh, why: 'rotate-share' };
  }
  return {
    kind: 'use',
    webhook: active.id,
    verifying: standingOf(control, active.id) === 'unproven',
  };
};

const MINUTE = 60_000;

/** When a capacity is expected to be full, epoch ms: 0 when what is queued already fills it; null when not in sight. */
const fullAt = (
  capacity: FeedCapacity['webhooks'][number] | FeedCapacity['tables'][number],
): number | null => {
  const reach = capacity.full?.reach;
  if (reach?.kind === 'reached') return 0;
  return reach?.kind === 'forecast' ? reach.p50 : null;
};

export interface EarlyRotation {
  readonly from: string;
  readonly to: string;
  readonly why: 'lead-time';
  /** When what is left is expected to be used up, epoch ms; never before now. */
  readonly fullAt: number;
}

/**
 * Whether what is left of the active webhook, or of its table, will not last for the lead time, while a standby has
 * more room: once a minute, by whoever has the forecast. Null: stay. Give the forecast the rows that wait
 * (`feedCapacity(feed, snapshot, now, { [active]: waiting })`).
 */
export const shouldRotateEarly = (
  feed: FeedConfig,
  control: FeedControl,
  capacity: FeedCapacity,
  { leadMinutes, now }: { readonly leadMinutes: number; readonly now: number },
): EarlyRotation | null => {
  const view: View = { feed, control, counts: countsOfCapacity(capacity) };
  const active = feed.webhooks.find(({ id }) => id === control.active);
  if (!active || control.rotation?.why === 'operator' || obstacleOf(view, active) !== null) return null;
  const ends = [
    ...capacity.webhooks.filter(({ webhook }) => webhook === active.id),
    ...capacity.tables.filter(({ table }) => table === active.table),
  ].flatMap((each) => fullAt(each) ?? []);
  const first = Math.min(...ends);
  if (!(first < now + leadMinutes * MINUTE)) return null;
  const room = roomOf(view, active);
  const to = standbysIn(view).fresh.find((id) => {
    const standby = feed.webhooks.find((each) => each.id === id);
    return standby !== undefined && roomOf(view, standby) > room;
  });
  return to === undefined ? null : { from: active.id, to, why: 'lead-time', fullAt: Math.max(now, first) };
};

/**
 * Lets a webhook be used again that Clay said was full, gone or refusing: its next row tells. A table that was said to be
 * full is given another try with it, for all of its webhooks.
 */
export const clearStanding = (
  feed: FeedConfig,
  control: FeedControl,
  webhook: string,
  doing: Doing,
): FeedControl => {
  const table = feed.webhooks.find(({ id }) => id === webhook)?.table;
  return feed.webhooks
    .filter(({ id, table: other }) => {
      const standing = standingOf(control, id);
      if (id === webhook) return standing !== 'working';
      return table !== undefined && other === table && standing === 'table-full';
    })
    .reduce((next, { id }) => markStanding(next, id, 'unproven', doing), control);
};
