import { isoInstant } from '../clock.ts';
import type { Config, FeedConfig } from '../config/schema.ts';
import { isDrill } from '../incident/drill.ts';
import { type Incident, isOpen } from '../incident/incident.ts';
import { duration } from '../notify/time.ts';
import { type RelayStatus, relayStatus } from '../relay/status.ts';
import { openOf, type RelayFacts } from '../relay/status-read.ts';
import { briefOf } from '../respond/incident-view.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import { isInForce } from '../silence/match.ts';
import type { Silence } from '../silence/silence.ts';
import type { FeedUsage, UsageReport } from '../usage/usage.ts';
import { flowOf, overallFlow } from './flow.ts';
import type { OverviewResponse } from './overview-shape.ts';
import { byUrgency, marksOf } from './places.ts';
import { type FeedView, type Health, inUseOf, stagesOf } from './stages.ts';
import { trafficOf } from './traffic.ts';
import { shown } from './words.ts';

/** What the watch left of its last run. */
export interface WatchSeen {
  /** The scheduled time of the last run that finished, epoch ms; 0 before the first. */
  readonly lastSlot: number;
  readonly health: Health;
}

export interface OverviewData {
  /** Open ones; others may be among them. */
  readonly incidents: readonly Incident[];
  readonly usage: UsageReport;
  readonly snapshots: readonly FeedSnapshot[];
  /** Of the feeds that are relayed. */
  readonly relay: RelayFacts;
  readonly watch: WatchSeen;
  /** In force, or to come. */
  readonly silences: readonly Silence[];
}

const MINUTE = 60_000;
const LISTED = 100;
const AHEAD = 50;

/** How long the watch has not run, in words; null: it runs. */
const unwatchedFor = ({ lastSlot }: WatchSeen, { schedule }: Config, now: number): string | null => {
  if (lastSlot === 0) return 'the watch has never run';
  const ageMs = now - lastSlot;
  return ageMs > schedule.missedAfterMinutes * MINUTE ? `the watch has not run for ${duration(ageMs)}` : null;
};

const viewOf = (
  [feed, settings]: readonly [string, FeedConfig],
  { incidents, snapshots, relay, watch }: OverviewData,
  status: RelayStatus,
  {
    config,
    usage,
    now,
  }: { readonly config: Config; readonly usage: FeedUsage | undefined; readonly now: number },
): FeedView => {
  const snapshot = snapshots.find((each) => each.feed === feed) ?? null;
  const control = (Object.hasOwn(relay.feeds, feed) ? relay.feeds[feed]?.control : undefined) ?? null;
  const ofRelay = status.feeds.find((each) => each.feed === feed);
  const inUse = inUseOf(settings, control, snapshot);
  return {
    ...{ feed, settings, snapshot, inUse, now },
    relay: control && ofRelay ? { control, status: ofRelay } : null,
    traffic: snapshot && usage?.counts.kind === 'current' ? trafficOf(snapshot, control) : null,
    marks: marksOf(incidents, feed, config, inUse),
    health: watch.health,
  };
};

const DRILL = ' A drill is under way; it is practice, and nothing is wrong because of it.';

/** Practice comes after what is real, however urgent it plays. */
const listed = (incidents: readonly Incident[]): readonly Incident[] =>
  incidents.toSorted((one, other) => Number(isDrill(one)) - Number(isDrill(other)) || byUrgency(one, other));

/** The whole of an installation at a glance. Pure; holds no row, secret or URL, whatever was sent to us. */
export const overviewOf = (config: Config, data: OverviewData, now: number): OverviewResponse => {
  const { usage, relay, watch, silences } = data;
  const unwatched = unwatchedFor(watch, config, now);
  const open = data.incidents.filter(isOpen);
  const told = listed(open.filter(({ hiddenBy }) => hiddenBy === undefined));
  const status = relayStatus(config, relay.feeds, {
    pace: relay.pace,
    incidents: openOf(data.incidents),
    now,
  });
  const feeds = Object.entries(config.feeds).map((entry) => {
    const ofFeed = usage.feeds.find(({ feed }) => feed === entry[0]);
    const view = viewOf(entry, data, status, { config, usage: ofFeed, now });
    return { view, ...flowOf(view, { unwatched }) };
  });
  const overall = overallFlow(feeds, { unwatched });
  return {
    at: isoInstant(now),
    installation: config.installation,
    flow: overall.flow,
    sentence: overall.sentence + (told.some(isDrill) ? DRILL : ''),
    watch: {
      last_run_at: watch.lastSlot === 0 ? null : isoInstant(watch.lastSlot),
      stale: unwatched !== null,
    },
    feeds: feeds.map(({ view, flow, sentence }) => ({
      feed: view.feed,
      description: view.settings.description === undefined ? null : shown(view.settings.description, 500),
      flow,
      sentence,
      window_minutes: Math.max(1, Math.round(view.traffic?.minutes ?? 1)),
      stages: stagesOf(view),
    })),
    incidents: told.slice(0, LISTED).map(briefOf),
    incidents_more: Math.max(0, told.length - LISTED),
    effects: open.length - told.length,
    ahead: usage.ahead.slice(0, AHEAD).map(({ what, feed, name, at }) => ({
      what,
      feed,
      name: name === null ? null : shown(name, 120),
      at: at === null ? null : isoInstant(at),
    })),
    silences: silences.filter((silence) => isInForce(silence, now)).length,
  };
};
