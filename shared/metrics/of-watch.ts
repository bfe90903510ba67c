import { CREDIT_PROBES } from '../observe/credits.ts';
import { isSilent } from '../observe/findings.ts';
import type { Observation } from '../observe/observation.ts';
import { relayProbe } from '../observe/relay/probes.ts';
import type { FeedSummary } from '../rows/summary.ts';
import type { WatchReport } from '../watch/run.ts';
import type { FeedValues, Values } from './catalogue.ts';

/** What a run of the watch measured, beside a line for each acknowledgement; null where it could not see. */
export interface WatchMetrics {
  readonly whole: Values;
  readonly feeds: Readonly<Record<string, FeedValues>>;
}

const MINUTE = 60_000;
const WINDOW = 5 * MINUTE;

const numberIn = (seen: Observation | undefined, fact: string): number | null => {
  const value = seen?.facts[fact];
  return typeof value === 'number' ? value : null;
};

const percentOf = (count: number, limit: number): number => Math.round((1_000 * count) / limit) / 10;

/** Of the webhooks that have a limit; null where none has. */
const fillOf = (feeds: readonly FeedSummary[]): number | null => {
  const fills = feeds.flatMap(({ webhooks }) =>
    webhooks.flatMap(({ count, limit }) => (limit === null || limit <= 0 ? [] : [percentOf(count, limit)])),
  );
  return fills.length === 0 ? null : Math.max(...fills);
};

/** The windows that ended since the run before: each is measured once, as long as no run is missed. */
const endedIn = ({ recent }: FeedSummary, slot: number, everyMinutes: number) =>
  recent.filter(({ start }) => {
    const end = start + WINDOW;
    return end <= slot && end > slot - everyMinutes * MINUTE;
  });

const sumOf = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

/** Metrics of a run that ended at `now`; pure. Nothing for one that did nothing, because another had the slot. */
export const metricsOf = (
  report: WatchReport,
  { everyMinutes, now }: { readonly everyMinutes: number; readonly now: number },
): WatchMetrics | null => {
  const { result, slot, observations, changes, actions, deliveries, feeds, open } = report;
  if (result === 'duplicate' || result === 'busy') return null;
  const byProbe = new Map(observations.map((seen) => [seen.probe, seen]));
  const of = (surface: Observation['surface']) => observations.filter((seen) => seen.surface === surface);
  const transitions = (...wanted: readonly string[]) =>
    changes.filter(({ transition }) => wanted.includes(transition)).length;

  const owedMinutes = of('messages').map((seen) => numberIn(seen, 'owedForMinutes') ?? 0);
  const queues = of('relay').map((seen) => numberIn(seen, 'waiting'));
  const runOut = byProbe.get(CREDIT_PROBES.credits);
  const whole: Values = {
    WatchDelay: Math.max(0, (now - slot) / 1_000),
    OpenIncidents: open.P1 + open.P2 + open.P3 + open.P4,
    UrgentIncidents: open.P1 + open.P2,
    OpenP1: open.P1,
    OpenP2: open.P2,
    OpenP3: open.P3,
    OpenP4: open.P4,
    UnknownProbes: observations.filter((seen) => seen.outcome === 'unknown' && !isSilent(seen)).length,
    OldestUndelivered: owedMinutes.length === 0 ? null : Math.max(...owedMinutes) * 60,
    RowsWaiting: queues.includes(null) ? null : sumOf(queues, (waiting) => waiting ?? 0),
    WebhookFill: fillOf(feeds),
    CreditsRunOutHours: numberIn(runOut, 'p50Hours'),
    CreditsLeft: numberIn(byProbe.get('clay.credits'), 'left'),
    ActionsLeft: numberIn(byProbe.get('clay.actions'), 'left'),
    Triggered: transitions('triggered', 'reopened'),
    Recovered: transitions('resolved'),
    Failovers: actions.filter(
      ({ mode, steps }) => mode === 'act' && steps.some(({ kind }) => kind === 'rotate'),
    ).length,
    MessagesOwed: deliveries.waiting + deliveries.failed,
    MessagesDelivered: deliveries.delivered,
    MessagesFailed: deliveries.failed,
    MessagesFellBack: deliveries.fellBack ?? 0,
    MissedMinutes: numberIn(byProbe.get('schedule'), 'minutesWithoutARun') ?? 0,
    RotationsFailed: of('rotation').filter(({ outcome }) => outcome === 'failing').length,
  };

  const feedValues = (summary: FeedSummary): FeedValues => {
    const ended = endedIn(summary, slot, everyMinutes);
    const queued = byProbe.get(relayProbe(summary.feed));
    const dead = byProbe.get(relayProbe(summary.feed, 'dead-letters'));
    const [ours, theirs] = [numberIn(dead, 'ours'), numberIn(dead, 'row')];
    return {
      RowsSubmitted: sumOf(ended, ({ submitted }) => submitted),
      RowsCalledBack: sumOf(ended, ({ calledBack }) => calledBack),
      RowsFailed: sumOf(ended, ({ failed }) => failed),
      RowsOutstanding: summary.waiting,
      RowsLost: summary.lost,
      RowsUncertain: summary.uncertain,
      QueuedRows: numberIn(queued, 'waiting'),
      DeadLetters: ours === null && theirs === null ? null : (ours ?? 0) + (theirs ?? 0),
      FullestWebhook: fillOf([summary]),
    };
  };
  return { whole, feeds: Object.fromEntries(feeds.map((summary) => [summary.feed, feedValues(summary)])) };
};
