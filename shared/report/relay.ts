import { isoInstant } from '../clock.ts';
import type { FeedConfig, WebhookConfig } from '../config/schema.ts';
import type { Incident } from '../incident/incident.ts';
import { nameOf } from '../notify/who.ts';
import type { FeedControl, Hold } from '../relay/control.ts';
import { standingOf } from '../relay/control-change.ts';
import { failoverCounts, type Standbys, standbysOf } from '../relay/failover.ts';
import { type FeedFacts, type FeedStatus, relayStatus } from '../relay/status.ts';
import { openOf, type RelayFacts } from '../relay/status-read.ts';
import type { StatusConfig } from '../relay/status-reasons.ts';
import type { RelayResponse } from './relay-shape.ts';
import { shown } from './words.ts';

type FeedAnswer = RelayResponse['feeds'][number];
type PoolWebhook = FeedAnswer['pool'][number];

const SUBJECT = 120;
const INCIDENTS = 100;

const instant = (epochMs: number | null | undefined): string | null =>
  epochMs == null ? null : isoInstant(epochMs);

const holdOf = ({ kind, cause, subject, since, why, by, tryAt }: Hold): FeedAnswer['holds'][number] => ({
  kind,
  cause: cause ?? null,
  subject: subject === undefined ? null : shown(subject, SUBJECT),
  since: isoInstant(since),
  why: shown(why),
  by: nameOf(by),
  try_at: instant(tryAt),
});

const roleOf = (id: string, { active }: FeedControl, { fresh, spare }: Standbys): PoolWebhook['role'] => {
  if (id === active) return 'in-use';
  if (fresh.includes(id)) return 'standby';
  return spare.includes(id) ? 'spare' : 'unusable';
};

/** The webhooks of a feed, in the order of preference, and what is held of each. */
export const poolOf = (settings: FeedConfig, { control, snapshot }: FeedFacts): PoolWebhook[] => {
  const counts = failoverCounts(settings, snapshot);
  const standbys = standbysOf(settings, control, counts);
  return settings.webhooks.map(
    ({ id, table, limit, startCount, unlimited }: WebhookConfig, index): PoolWebhook => ({
      webhook: id,
      order: index + 1,
      table: table === undefined ? null : shown(table, SUBJECT),
      active: control.active === id,
      standing: standingOf(control, id),
      since: instant(Object.hasOwn(control.webhooks, id) ? control.webhooks[id]?.since : null),
      role: roleOf(id, control, standbys),
      count: counts.webhooks[id] ?? { low: startCount, high: startCount },
      limit: unlimited ? null : limit,
    }),
  );
};

const feedOf = (status: FeedStatus, settings: FeedConfig, facts: FeedFacts): FeedAnswer => ({
  feed: status.feed,
  mode: status.mode,
  reasons: status.reasons.map((reason) => shown(reason, 500)),
  rows_waiting: status.waiting,
  oldest: status.oldest && {
    taken_at: isoInstant(status.oldest.takenAt),
    certainty: status.oldest.certainty,
  },
  delay_seconds: status.delaySeconds,
  webhook: {
    active: status.webhook.active,
    since: instant(status.webhook.since),
    verified: status.webhook.verified,
    by: facts.control.rotation ? nameOf(facts.control.rotation.by) : null,
  },
  pool: poolOf(settings, facts),
  standbys_left: status.standbysLeft,
  pace: status.pace,
  last_accepted_at: instant(status.lastAcceptedAt),
  holds: status.holds.map(holdOf),
  history: facts.control.history.map(({ at, kind, text, by }) => ({
    at: isoInstant(at),
    kind,
    text: shown(text),
    by: nameOf(by),
  })),
});

/** How it goes with the feeds that are relayed, for people: with who did what. */
export const relayOf = (
  config: StatusConfig,
  { feeds, pace }: RelayFacts,
  incidents: readonly Incident[],
  now: number,
): RelayResponse => {
  const status = relayStatus(config, feeds, { pace, incidents: openOf(incidents), now });
  return {
    at: isoInstant(now),
    mode: status.mode,
    retry_after_seconds: status.retryAfterSeconds,
    feeds: status.feeds.flatMap((each) => {
      const settings = config.feeds[each.feed];
      const facts = feeds[each.feed];
      return settings && facts ? [feedOf(each, settings, facts)] : [];
    }),
    incidents: status.incidents.slice(0, INCIDENTS).map(({ cause, subject, severity, since }) => ({
      ...{ cause, severity },
      subject: shown(subject, SUBJECT),
      since: isoInstant(since),
    })),
  };
};
