import { relayedFeeds } from '../../config/relayed.ts';
import type { Config } from '../../config/schema.ts';
import { chooseWebhook, failoverCounts, standbysOf } from '../../relay/failover.ts';
import type { FeedSnapshot } from '../../rows/snapshot.ts';
import type { Observation } from '../observation.ts';
import type { RelayContext, RelaySeen } from './context.ts';
import { unseenByWebhook } from './margin.ts';
import { PACE_PROBE, relayProbe, webhookPart } from './probes.ts';
import { observeQueue } from './queue.ts';
import { observeStandby } from './standby.ts';
import { observeRelayWebhooks } from './webhooks.ts';

export type { RelaySeen } from './context.ts';
export { observeDeadLetters } from './dead-letters.ts';
export { observePace } from './pace.ts';
export { isSeenByRows, PACE_PROBE, relayProbe } from './probes.ts';

type Known = Pick<Config, 'feeds' | 'relay' | 'remediation' | 'schedule'>;

/** What the rows of a feed and its queue say, on their way to Clay; pure. Nothing for a feed that is not relayed. */
export const observeRelay = (
  seen: RelaySeen,
  config: Known,
  snapshot: FeedSnapshot | null,
  now: number,
): readonly Observation[] => {
  const settings = config.feeds[seen.feed];
  if (settings?.relay.secret === undefined) return [];
  const { control } = seen;
  const unseen = unseenByWebhook(settings, config.relay);
  const inUse = control.active === null ? {} : { [control.active]: unseen[control.active] ?? 0 };
  const context: RelayContext = {
    ...seen,
    settings,
    choice: chooseWebhook(settings, control, failoverCounts(settings, snapshot, inUse), {
      mode: config.remediation.failover,
    }),
    standbys: standbysOf(settings, control, failoverCounts(settings, snapshot, unseen)),
    snapshot,
    now,
    everyMinutes: config.schedule.everyMinutes,
  };
  const standby = observeStandby(context);
  return [observeQueue(context), ...observeRelayWebhooks(context), ...(standby ? [standby] : [])];
};

/** The ids of everything that may be said of the relay. */
export const relayProbesOf = (config: Pick<Config, 'feeds'>): readonly string[] => {
  const feeds = relayedFeeds(config);
  const ofFeeds = feeds.flatMap((feed) => {
    const webhooks = config.feeds[feed]?.webhooks ?? [];
    return [
      relayProbe(feed),
      relayProbe(feed, 'dead-letters'),
      ...webhooks.map(({ id }) => relayProbe(feed, webhookPart(id))),
      ...(webhooks.length > 1 ? [relayProbe(feed, 'standby')] : []),
    ];
  });
  return feeds.length > 0 ? [...ofFeeds, PACE_PROBE] : [];
};
