import { relayedFeeds } from '../config/relayed.ts';
import type { Config, FeedConfig } from '../config/schema.ts';
import type { CreditState, MeterName } from '../credits/state.ts';
import { ClaywatchError } from '../errors.ts';
import type { FeedControl, Hold } from '../relay/control.ts';
import { isHeld } from '../relay/control-change.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import { type MeterNeed, meterNeed } from './cost.ts';
import { type ReplayPace, replayPace } from './pace.ts';
import type { PlanPorts } from './ports.ts';
import { type PoolRoom, poolRoom } from './room.ts';
import { searchFrom } from './search.ts';
import { freshFromOf, type ReplayRequest, type Survey, survey } from './survey.ts';

const MINUTE = 60_000;
/** Rows that are queued at once. */
export const REPLAY_PAGE = 500;

/**
 * Why a plan is refused or split. no-room: nothing more fits into the pool · room: not all of it does · credits,
 * actions: what is left does not pay for it · not-held: nothing holds the feed back · held-for-cause: an incident does,
 * and its end lets the rows go
 */
export type ReplayReason =
  | { readonly code: 'no-room' | 'not-held' | 'held-for-cause' }
  | { readonly code: 'room'; readonly leftOut: number }
  | { readonly code: MeterName; readonly fits: number };

/**
 * What a person should hear before it begins. `why` of credits-unknown: what is not known. counts-stale: the watch has
 * not counted lately. held: rows would only pile up in the queue. sent-again: Clay has had these rows already.
 */
export type ReplayCaution =
  | { readonly code: 'credits-unknown' | 'actions-unknown'; readonly why: 'balance' | 'cost' }
  | { readonly code: 'credits-stale' | 'counts-stale' | 'counts-missing' | 'sent-again' }
  | { readonly code: 'held'; readonly holds: readonly Hold[] }
  | {
      readonly code:
        | 'young'
        | 'not-kept'
        | 'expiring'
        | 'uncertain'
        | 'again'
        | 'unusable'
        | 'fault-of-row'
        | 'beyond-limit';
      readonly rows: number;
    };

export interface ReplayPlan extends ReplayRequest {
  readonly freshFrom: number;
  /** When it was made, epoch ms. */
  readonly at: number;
  /** nothing: there is nothing to replay · split: only a part of it */
  readonly verdict: 'ok' | 'split' | 'refuse' | 'nothing';
  readonly reasons: readonly ReplayReason[];
  readonly cautions: readonly ReplayCaution[];
  /** Rows that it would queue, or let go. */
  readonly rows: number;
  /** Rows that were found and do not fit. */
  readonly leftOut: number;
  readonly batches: number;
  readonly survey: Survey;
  readonly pace: ReplayPace;
  readonly credits: MeterNeed | null;
  /** Null on legacy billing, which has no such meter, and when it was never read. */
  readonly actions: MeterNeed | null;
  readonly room: PoolRoom;
}

/** What a plan is made of, once it is read. */
export interface PlanData {
  readonly survey: Survey;
  readonly control: FeedControl;
  readonly credits: CreditState;
  /** Of every feed. */
  readonly feeds: readonly {
    readonly feed: string;
    readonly snapshot: FeedSnapshot | null;
    readonly waiting: number;
    readonly isHeld: boolean;
  }[];
  /** What the workspace may send now; null: as configured. */
  readonly perSecond: number | null;
}

const feedConfig = (config: Config, feed: string): FeedConfig => {
  const found = Object.hasOwn(config.feeds, feed) ? config.feeds[feed] : undefined;
  if (found) return found;
  throw new ClaywatchError('relay.not-found', 'There is no such feed.', 'Name a feed of the configuration.');
};

const counted = <Code extends Extract<ReplayCaution, { rows: number }>['code']>(
  code: Code,
  rows: number,
): readonly ReplayCaution[] => (rows > 0 ? [{ code, rows }] : []);

const meterCautions = (
  code: 'credits-unknown' | 'actions-unknown',
  need: MeterNeed | null,
): readonly ReplayCaution[] => {
  if (need === null) return code === 'credits-unknown' ? [{ code, why: 'balance' }] : [];
  if (need.left === null) return [{ code, why: 'balance' }];
  return need.perRow === null && need.fits !== 0 ? [{ code, why: 'cost' }] : [];
};

const cautionsOf = (
  config: Config,
  request: ReplayRequest,
  { survey: seen, control, feeds }: PlanData,
  plan: Pick<ReplayPlan, 'credits' | 'actions' | 'at'>,
): readonly ReplayCaution[] => {
  const { source, fault, feed } = request;
  const snapshot = feeds.find((each) => each.feed === feed)?.snapshot ?? null;
  const isStale = snapshot !== null && plan.at - snapshot.asOf > config.schedule.missedAfterMinutes * MINUTE;
  const isLettingGo = source === 'held';
  return [
    ...(isHeld(control) && !isLettingGo ? [{ code: 'held' as const, holds: control.holds }] : []),
    ...(source === 'uncalled' && seen.rows > 0 ? [{ code: 'sent-again' as const }] : []),
    ...counted('uncertain', seen.uncertain),
    ...counted('again', seen.again),
    ...counted('young', seen.young),
    ...counted('not-kept', seen.notKept),
    ...counted('expiring', seen.expiring),
    ...counted('unusable', seen.unusable),
    ...(source === 'dead-letters' && fault !== 'ours' ? counted('fault-of-row', seen.faults.row) : []),
    ...meterCautions('credits-unknown', plan.credits),
    ...meterCautions('actions-unknown', plan.actions),
    ...(plan.credits?.stale ? [{ code: 'credits-stale' as const }] : []),
    ...(snapshot === null ? [{ code: 'counts-missing' as const }] : []),
    ...(isStale ? [{ code: 'counts-stale' as const }] : []),
  ];
};

const refusalsOf = (
  { source }: ReplayRequest,
  control: FeedControl,
  rows: number,
  needs: Readonly<Record<MeterName, MeterNeed | null>>,
  room: PoolRoom,
): readonly ReplayReason[] => {
  const reasons: ReplayReason[] = [];
  if (source === 'held' && !isHeld(control)) reasons.push({ code: 'not-held' });
  if (source === 'held' && control.holds.some(({ kind }) => kind === 'cause'))
    reasons.push({ code: 'held-for-cause' });
  if (room.rows === 0) reasons.push({ code: 'no-room' });
  for (const meter of ['credits', 'actions'] as const) {
    const fits = needs[meter]?.fits ?? null;
    if (fits !== null && fits < rows) reasons.push({ code: meter, fits });
  }
  return reasons;
};

const verdictOf = (
  asked: number,
  refusals: readonly ReplayReason[],
  leftOut: number,
): Pick<ReplayPlan, 'verdict' | 'reasons'> => {
  if (asked === 0) return { verdict: 'nothing', reasons: [] };
  if (refusals.length > 0) return { verdict: 'refuse', reasons: refusals };
  return leftOut > 0
    ? { verdict: 'split', reasons: [{ code: 'room', leftOut }] }
    : { verdict: 'ok', reasons: [] };
};

/** Rows that go slowly first: after a hold, and while one has just ended. */
const trickleOf = (config: Config, { source }: ReplayRequest, control: FeedControl): number =>
  source === 'held' || isHeld(control) ? config.relay.trickle.rows : (control.trickle?.rowsLeft ?? 0);

/** The plan, from what was read. Pure: the same data give the same plan. */
export const planOf = (config: Config, request: ReplayRequest, data: PlanData, now: number): ReplayPlan => {
  const { feed, source } = request;
  const { survey: seen, control, feeds } = data;
  const own = feeds.find((each) => each.feed === feed);
  // Rows that are let go are those that wait.
  const ahead = source === 'held' ? 0 : (own?.waiting ?? 0);
  const room = poolRoom(feedConfig(config, feed), control, own?.snapshot ?? null, ahead);
  const asked =
    source === 'held' ? seen.rows : Math.min(seen.rows, request.limit ?? Number.POSITIVE_INFINITY);
  const rows = Math.min(asked, room.rows ?? Number.POSITIVE_INFINITY);
  const waiting = feeds.map((each) => ({
    snapshot: each.snapshot,
    rows: each.feed === feed ? ahead : each.waiting,
  }));
  const need = (meter: MeterName, reserve: number) =>
    meterNeed({
      meter,
      rows,
      snapshot: own?.snapshot ?? null,
      waiting,
      credits: data.credits,
      reserve,
      staleAfterMs: config.burn.staleAfterMinutes * MINUTE,
      now,
    });
  const credits = need('credits', config.relay.balanceReserve);
  const actions = need('actions', 0);
  const refusals = refusalsOf(request, control, rows, { credits, actions }, room);
  const leftOut = asked - rows;
  return {
    ...request,
    freshFrom: freshFromOf(config, request, now),
    at: now,
    ...verdictOf(asked, refusals, leftOut),
    cautions: [
      ...cautionsOf(config, request, data, { credits, actions, at: now }),
      ...counted('beyond-limit', seen.rows - asked),
    ],
    rows,
    leftOut,
    batches: source === 'held' ? 0 : Math.ceil(rows / REPLAY_PAGE),
    survey: seen,
    pace: replayPace(config, {
      perSecond: data.perSecond ?? config.relay.rowsPerSecond,
      rows,
      ahead,
      busyFeeds: feeds.filter((each) => each.feed !== feed && each.waiting > 0 && !each.isHeld).length,
      snapshots: feeds.flatMap(({ snapshot }) => snapshot ?? []),
      trickleRows: trickleOf(config, request, control),
      now,
    }),
    credits,
    actions,
    room,
  };
};

/**
 * What a replay would do, need and break; changes nothing. Throws `relay.not-found` and `relay.not-configured` for a
 * feed that there is not, or that takes no rows, and whatever the ports throw: a plan that could not look everywhere is none.
 */
export const planReplay = async (
  config: Config,
  request: ReplayRequest,
  ports: PlanPorts,
): Promise<ReplayPlan> => {
  feedConfig(config, request.feed);
  const relayed = relayedFeeds(config);
  if (!relayed.includes(request.feed))
    throw new ClaywatchError(
      'relay.not-configured',
      `The feed ${request.feed} takes no rows, so it has none to replay.`,
      `Name a secret in \`feeds.${request.feed}.relay.secret\`, and send rows to POST /v1/rows/${request.feed}.`,
    );
  const now = ports.clock.now();
  const readFeed = async (feed: string) => {
    const [snapshot, depth, control] = await Promise.all([
      ports.rows.snapshot(feed),
      ports.queue.depth(feed),
      ports.controls.load(feed),
    ]);
    const waiting = depth.waiting + depth.delayed + depth.inFlight;
    return { feed, snapshot, waiting, isHeld: isHeld(control), control };
  };
  const [feeds, credits, pace] = await Promise.all([
    Promise.all(relayed.map(readFeed)),
    ports.credits.load(),
    ports.pacer?.state() ?? null,
  ]);
  const own = feeds.find(({ feed }) => feed === request.feed);
  if (!own) throw new Error('a feed that was read is there');
  const narrowed =
    request.source === 'uncalled'
      ? { ...request, from: searchFrom(config, own.snapshot, own.control, request.from, now) }
      : request;
  const seen = await survey(config, narrowed, ports);
  return planOf(
    config,
    narrowed,
    { survey: seen, control: own.control, credits, feeds, perSecond: pace?.perSecond ?? null },
    now,
  );
};
