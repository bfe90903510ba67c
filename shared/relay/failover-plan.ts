import type { FeedConfig } from '../config/schema.ts';
import type { Band } from '../rows/capacity.ts';
import type { FeedControl, WebhookStanding } from './control.ts';
import { type Doing, rotate, standingOf } from './control-change.ts';
import { clearStanding, type FailoverCounts, type Obstacle, obstacleTo, standbysOf } from './failover.ts';

export interface WebhookRoom {
  readonly webhook: string;
  readonly count: Band;
  /** Null when it is unlimited. */
  readonly limit: number | null;
}

/**
 * What a person should hear before rows go elsewhere. `above-share`: it has reached its `rotateAtShare` and has little
 * left. `forgets`: what Clay said of it is forgotten. `last`: no standby is left afterwards. `from-works`: the one that is
 * left has room and works.
 */
export type FailoverCaution = 'above-share' | 'forgets' | 'last' | 'from-works';

export type FailoverPlan =
  | {
      readonly kind: 'rotate';
      /** Null before the first row. A webhook that is not configured any more has no room that is known. */
      readonly from: WebhookRoom | { readonly webhook: string } | null;
      readonly to: WebhookRoom;
      /** What Clay said of `to`. */
      readonly standing: WebhookStanding;
      readonly standbysLeft: number;
      readonly cautions: readonly FailoverCaution[];
    }
  /** It takes the rows already, and nothing is held against it. */
  | { readonly kind: 'already'; readonly to: string }
  /** By the counts it takes no row; sending there would break a limit of Clay, or lose rows. */
  | { readonly kind: 'refused'; readonly to: string; readonly obstacle: Obstacle }
  | { readonly kind: 'none' }
  | { readonly kind: 'not-found'; readonly to: string };

const roomOf = (
  feed: FeedConfig,
  counts: FailoverCounts,
  id: string,
): WebhookRoom | { readonly webhook: string } => {
  const webhook = feed.webhooks.find((each) => each.id === id);
  if (!webhook) return { webhook: id };
  const count = counts.webhooks[id] ?? { low: webhook.startCount, high: webhook.startCount };
  return { webhook: id, count, limit: webhook.unlimited ? null : webhook.limit };
};

const isRoom = (room: ReturnType<typeof roomOf>): room is WebhookRoom => 'count' in room;

const HEARD: ReadonlySet<WebhookStanding> = new Set(['full', 'table-full', 'gone', 'unauthorized']);
const NOBODY: Doing = { at: 0, by: '' };

/** What an operator's failover changes; changes nothing. Without `wanted` it is the next of the pool that has room. */
export const planFailover = (
  feed: FeedConfig,
  control: FeedControl,
  counts: FailoverCounts,
  wanted?: string,
): FailoverPlan => {
  const { fresh, spare } = standbysOf(feed, control, counts);
  const to = wanted ?? fresh[0] ?? spare[0];
  if (to === undefined) return { kind: 'none' };
  const room = roomOf(feed, counts, to);
  if (!isRoom(room)) return { kind: 'not-found', to };
  const cleared = clearStanding(feed, control, to, NOBODY);
  const obstacle = obstacleTo(feed, cleared, counts, to);
  if (obstacle !== null) return { kind: 'refused', to, obstacle };
  const standing = standingOf(control, to);
  if (control.active === to && !HEARD.has(standing)) return { kind: 'already', to };
  const after = { ...cleared, active: to };
  const left = standbysOf(feed, after, counts).fresh;
  const from = control.active === null ? null : roomOf(feed, counts, control.active);
  const fromWorks =
    control.active !== null &&
    control.active !== to &&
    obstacleTo(feed, control, counts, control.active) === null &&
    standbysOf(feed, after, counts).fresh.includes(control.active);
  const isAboveShare = !standbysOf(feed, { ...cleared, active: null }, counts).fresh.includes(to);
  const cautions: FailoverCaution[] = [];
  if (isAboveShare) cautions.push('above-share');
  if (HEARD.has(standing)) cautions.push('forgets');
  if (left.length === 0) cautions.push('last');
  if (fromWorks) cautions.push('from-works');
  return { kind: 'rotate', from, to: room, standing, standbysLeft: left.length, cautions };
};

/** Makes the planned change, if the feed is still where the plan found it; else gives back the same object. */
export const enactFailover = (
  feed: FeedConfig,
  control: FeedControl,
  { from, to }: Extract<FailoverPlan, { kind: 'rotate' }>,
  doing: Doing,
): FeedControl => {
  const active = from?.webhook ?? null;
  if (control.active !== active) return control;
  const cleared = clearStanding(feed, control, to.webhook, doing);
  return rotate(cleared, { from: active, to: to.webhook, why: 'operator', ...doing });
};
