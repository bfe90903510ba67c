import type { FeedConfig } from '../config/schema.ts';
import type { ProbeHealth } from '../observe/health.ts';
import { relayProbe } from '../observe/relay/probes.ts';
import type { FeedControl } from '../relay/control.ts';
import type { FeedStatus } from '../relay/status.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import { runbookFor } from '../runbook/index.ts';
import type { OverviewResponse } from './overview-shape.ts';
import type { InUse, Mark, StageName } from './places.ts';
import { perMinute, type Traffic } from './traffic.ts';
import { agoText, rowsText, shown } from './words.ts';

export type Stage = OverviewResponse['feeds'][number]['stages'][number];
export type Health = Readonly<Record<string, ProbeHealth>>;

/** All that the stages of a feed follow from. */
export interface FeedView {
  readonly feed: string;
  readonly settings: FeedConfig;
  /** Null: Claywatch does not relay it. */
  readonly relay: { readonly control: FeedControl; readonly status: FeedStatus } | null;
  /** Null: nothing was counted yet. */
  readonly snapshot: FeedSnapshot | null;
  /** Null: it is not known what passes now. */
  readonly traffic: Traffic | null;
  readonly inUse: InUse;
  readonly marks: readonly Mark[];
  readonly health: Health;
  readonly now: number;
}

/** The webhook that rows go to, and its table: the relay's choice, else where rows went last, else the first one. */
export const inUseOf = (
  settings: FeedConfig,
  control: FeedControl | null,
  snapshot: FeedSnapshot | null,
): InUse => {
  const lately = snapshot?.hours.at(-1)?.submitted ?? {};
  const busiest = Object.entries(lately).toSorted(([, one], [, other]) => other - one)[0]?.[0];
  const known = [control?.active, busiest, settings.webhooks[0]?.id].find((id) =>
    settings.webhooks.some((webhook) => webhook.id === id),
  );
  const webhook = settings.webhooks.find(({ id }) => id === known);
  return { webhook: webhook?.id ?? null, table: webhook?.table ?? null };
};

type Seen = Pick<Stage, 'state' | 'detail'>;

const WORKING: Seen = { state: 'working', detail: '' };
const unknown = (detail: string): Seen => ({ state: 'unknown', detail });

/** What a probe last saw of it, where no row shows it. */
const isSeenWorking = (health: Health, probe: string): boolean => {
  const known = Object.hasOwn(health, probe) ? health[probe] : undefined;
  return known?.outcome === 'ok' && known.last.outcome === 'ok';
};

const lastRow = (at: number | null | undefined, now: number, what: string): Seen =>
  at == null ? unknown(`No row ${what} yet.`) : unknown(`The last row ${what} ${agoText(at, now)}.`);

const seenAtSender = ({ traffic, snapshot, now }: FeedView): Seen =>
  (traffic?.submitted ?? 0) > 0 ? WORKING : lastRow(snapshot?.lastSubmissionAt, now, 'came in');

const seenAtRelay = (view: FeedView): Seen => {
  if (view.relay?.status.waiting == null) return unknown('The queue of its rows did not answer.');
  return view.relay.status.waiting > 0 ? WORKING : seenAtSender(view);
};

const seenAtQueue = ({ feed, relay, health }: FeedView): Seen => {
  const [why = ''] = relay?.status.reasons ?? [];
  if (relay?.status.waiting == null) return unknown(shown(why));
  if (relay.status.mode === 'holding') return { state: 'held', detail: shown(why) };
  if (relay.status.mode === 'degraded') return { state: 'slow', detail: shown(why) };
  if (relay.status.waiting > 0 || isSeenWorking(health, relayProbe(feed))) return WORKING;
  return unknown('No row waits.');
};

const seenAtWebhook = ({ feed, inUse, traffic, snapshot, health, now }: FeedView): Seen => {
  if (inUse.webhook === null) return unknown('No webhook is configured.');
  if ((traffic?.submitted ?? 0) > 0 || isSeenWorking(health, `webhook:${feed}/${inUse.webhook}`))
    return WORKING;
  return lastRow(snapshot?.lastSubmissionAt, now, 'went in');
};

const isCalledBack = ({ callbacks }: FeedConfig): boolean => callbacks.secret !== undefined;

const seenAtTable = ({ settings, traffic, snapshot, now }: FeedView): Seen => {
  if (!isCalledBack(settings)) return unknown('No callbacks are taken, so nothing shows what it does.');
  return (traffic?.calledBack ?? 0) > 0 ? WORKING : lastRow(snapshot?.lastCallbackAt, now, 'came out');
};

const seenAtCallback = ({ feed, settings, traffic, snapshot, health, now }: FeedView): Seen => {
  if (!isCalledBack(settings)) return unknown('No callbacks are taken: `callbacks.secret` is not set.');
  if ((traffic?.calledBack ?? 0) > 0 || isSeenWorking(health, `callback:${feed}`)) return WORKING;
  return lastRow(snapshot?.lastCallbackAt, now, 'came back');
};

const SEEN: Readonly<Record<StageName, (view: FeedView) => Seen>> = {
  sender: seenAtSender,
  relay: seenAtRelay,
  queue: seenAtQueue,
  webhook: seenAtWebhook,
  table: seenAtTable,
  callback: seenAtCallback,
};

const RANK: readonly Stage['state'][] = ['working', 'unknown', 'slow', 'held', 'broken'];

/** An open incident says more than what passes; of two the worse, and of those the more urgent. */
const markAt = (stage: StageName, marks: readonly Mark[]): Mark | undefined => {
  const here = marks.filter(({ place }) => place.stages.includes(stage));
  return here.find(({ place }) => place.state === 'broken') ?? here[0];
};

/**
 * Rows that were taken, a minute: what went on to Clay, as long as hardly any stays behind. Otherwise nobody counts them.
 */
const takenRate = ({ relay, traffic }: FeedView): number | null => {
  if (!traffic) return null;
  const rate = perMinute(traffic.submitted, traffic);
  if (!relay) return rate;
  const { waiting, mode } = relay.status;
  return waiting !== null && mode !== 'holding' && waiting <= rate ? rate : null;
};

const rateAt = (stage: StageName, view: FeedView): number | null => {
  const { traffic, settings } = view;
  if (!traffic) return null;
  if (stage === 'sender' || stage === 'relay') return takenRate(view);
  if (stage === 'queue' || stage === 'webhook') return perMinute(traffic.submitted, traffic);
  return isCalledBack(settings) ? perMinute(traffic.calledBack, traffic) : null;
};

const waitingAt = (stage: StageName, { relay, snapshot, settings }: FeedView): number | null => {
  if (stage === 'queue') return relay?.status.waiting ?? null;
  if (stage === 'table' && isCalledBack(settings)) return snapshot?.outstanding.total ?? null;
  return null;
};

const LABELS: Readonly<Record<Exclude<StageName, 'webhook' | 'table'>, string>> = {
  sender: 'Senders',
  relay: 'Relay',
  queue: 'Queue',
  callback: 'Callback',
};

const labelOf = (stage: StageName, { inUse }: FeedView): string => {
  if (stage === 'webhook') return inUse.webhook ?? 'Webhook';
  return stage === 'table' ? shown(inUse.table ?? 'Clay table', 120) : LABELS[stage];
};

/** How long the oldest row has been on its way in the table, where that is more than a moment. */
const onTheWay = (stage: StageName, { snapshot, now }: FeedView, seen: Seen): Seen => {
  const { total = 0, oldestAt = null } = snapshot?.outstanding ?? {};
  if (stage !== 'table' || seen.state !== 'working' || total === 0 || oldestAt === null) return seen;
  return {
    ...seen,
    detail:
      total === 1
        ? `1 row on its way, it went in ${agoText(oldestAt, now)}.`
        : `${rowsText(total)} on their way, the oldest went in ${agoText(oldestAt, now)}.`,
  };
};

const stageOf = (stage: StageName, view: FeedView): Stage => {
  const seen = onTheWay(stage, view, SEEN[stage](view));
  const mark = markAt(stage, view.marks);
  const isMarked = mark !== undefined && RANK.indexOf(mark.place.state) >= RANK.indexOf(seen.state);
  return {
    stage,
    label: labelOf(stage, view),
    ...(isMarked ? { state: mark.place.state, detail: `${runbookFor(mark.incident).title}.` } : seen),
    rows_per_minute: rateAt(stage, view),
    rows_waiting: waitingAt(stage, view),
    incident: mark?.incident.id ?? null,
  };
};

const RELAYED: readonly StageName[] = ['sender', 'relay', 'queue', 'webhook', 'table', 'callback'];
const DIRECT: readonly StageName[] = ['sender', 'webhook', 'table', 'callback'];

/** The parts of a feed, in the order in which a row passes them. */
export const stagesOf = (view: FeedView): Stage[] =>
  (view.relay ? RELAYED : DIRECT).map((stage) => stageOf(stage, view));
