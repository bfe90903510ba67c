import { isoInstant } from '../clock.ts';
import { channelIds } from '../config/alerting.ts';
import type { Config, FeedConfig } from '../config/schema.ts';
import type { Incident } from '../incident/incident.ts';
import { examineConfig } from '../notify/doctor.ts';
import type { Examined } from '../notify/examined.ts';
import { type DeliveryProof, SNS } from '../notify/proof.ts';
import { duration } from '../notify/time.ts';
import { isSilent } from '../observe/findings.ts';
import type { ProbeHealth } from '../observe/health.ts';
import { isSeenByRows } from '../observe/relay/probes.ts';
import type { FeedFacts } from '../relay/status.ts';
import type { RelayFacts } from '../relay/status-read.ts';
import { runbookFor } from '../runbook/index.ts';
import type { FeedUsage, UsageReport } from '../usage/usage.ts';
import type { WatchSeen } from './overview.ts';
import { byUrgency, isReal } from './places.ts';
import { poolOf } from './relay.ts';
import type { PreflightResponse } from './setup-shape.ts';
import { SURFACE_WORDS } from './surfaces.ts';
import { agoText, number, phrase, shown } from './words.ts';

type Check = PreflightResponse['checks'][number];

export interface PreflightData {
  readonly watch: WatchSeen;
  /** Open ones; others may be among them. */
  readonly incidents: readonly Incident[];
  readonly relay: RelayFacts;
  readonly usage: UsageReport;
  /** Messages that nobody has taken, oldest first. */
  readonly undelivered: readonly DeliveryProof[];
  /** Proof of messages of late. */
  readonly proofs: readonly DeliveryProof[];
}

const MINUTE = 60_000;
const NAME = 120;
/** More than any installation looks at; providers are named by callbacks. */
const CHECKS = 500;
const POOL_NAMED = 10;

const checkOf = (
  what: string,
  result: Check['result'],
  found: string,
  fix: string,
  at: number | null,
): Check => ({
  what,
  result,
  found: shown(found),
  fix,
  at: at === null ? null : isoInstant(at),
});

const watchCheck = ({ lastSlot }: WatchSeen, { schedule, installation }: Config, now: number): Check => {
  const fix = `Look at the schedule ${installation} and at the log of ${installation}-watch; locally at the terminal where it runs.`;
  if (lastSlot === 0) return checkOf('The watch', 'not-ready', 'No run has ever finished.', fix, null);
  const ageMs = Math.max(0, now - lastSlot);
  return ageMs <= schedule.missedAfterMinutes * MINUTE
    ? checkOf('The watch', 'ready', 'It runs.', '', lastSlot)
    : checkOf('The watch', 'not-ready', `No run has finished for ${duration(ageMs)}.`, fix, lastSlot);
};

/** What the incident about a probe says to do first; null: there is none. */
const fixOf = (probe: string, incidents: readonly Incident[]): string | null => {
  const about = incidents
    .filter((incident) => isReal(incident) && incident.evidence.some((evidence) => evidence.probe === probe))
    .toSorted(byUrgency)[0];
  const [step] = about ? runbookFor(about).steps : [];
  return step ? `${step.do}${step.where === undefined ? '' : ` (${step.where})`}` : null;
};

const resultOf = (health: ProbeHealth): Check['result'] => {
  if (health.outcome === 'failing') return 'not-ready';
  if (isSilent(health.last)) return 'skipped';
  if (health.unknownSince !== null) return 'unknown';
  return health.outcome === 'ok' && health.last.outcome === 'ok' ? 'ready' : 'unknown';
};

/** Parts of a feed that there is one of: the feed says enough. */
const ONE_OF_A_FEED = /\/(?:relay|dead-letters|crm)$/;

/** What was looked at; what rows show of a webhook is another thing than what a look at it does. */
const titleOf = ({ probe, last }: ProbeHealth): string => {
  const { title, isNamed } = SURFACE_WORDS[last.surface];
  if (!isNamed) return title;
  const name = `${title} ${shown(last.subject.replace(ONE_OF_A_FEED, ''), NAME)}`;
  return last.surface === 'webhook' && isSeenByRows(probe) ? `${name}, by its rows` : name;
};

/** A dead source never looks green: once the watch does not run, what it last saw says nothing of now. */
const probeCheck = (health: ProbeHealth, incidents: readonly Incident[], isWatched: boolean): Check => {
  const { probe, last, evidence } = health;
  const { fix } = SURFACE_WORDS[last.surface];
  const seen = resultOf(health);
  const result = seen === 'ready' && !isWatched ? 'unknown' : seen;
  const isFine = result === 'ready' || result === 'skipped';
  return checkOf(
    titleOf(health),
    result,
    (result === 'not-ready' ? evidence : last).summary,
    isFine ? '' : (fixOf(probe, incidents) ?? fix),
    last.at,
  );
};

const RANK: readonly Check['result'][] = ['not-ready', 'unknown', 'ready', 'skipped'];
const worstFirst = (one: Check, other: Check): number =>
  RANK.indexOf(one.result) - RANK.indexOf(other.result) || (one.what < other.what ? -1 : 1);

const ROLES = {
  'in-use': 'in use',
  standby: 'standby',
  spare: 'beyond its share, used when nothing else is left',
} as const;
const STANDINGS = {
  unproven: 'cannot take rows',
  working: 'has no room',
  full: 'full',
  'table-full': 'its table is full',
  gone: 'not there any more',
  unauthorized: 'refuses our token',
} as const;

const poolText = (webhook: ReturnType<typeof poolOf>[number]): string => {
  const room =
    webhook.limit === null ? 'no limit' : `${number(webhook.count.high)} of ${number(webhook.limit)} rows`;
  const role = webhook.role === 'unusable' ? STANDINGS[webhook.standing] : ROLES[webhook.role];
  const isNew = webhook.role === 'standby' && webhook.standing === 'unproven';
  return `${webhook.webhook}: ${role}${isNew ? ', not used yet' : ''}, ${room}`;
};

const listed = (texts: readonly string[]): string =>
  texts.length > POOL_NAMED
    ? `${texts.slice(0, POOL_NAMED).join('; ')} and ${texts.length - POOL_NAMED} more.`
    : `${texts.join('; ')}.`;

const NEW_STANDBY = (feed: string): string =>
  `Make a webhook in Clay (Table > + Add > Webhooks > Monitor webhook), put its URL into a secret, and add it to feeds.${feed}.webhooks.`;

const relayedPool = (feed: string, settings: FeedConfig, facts: FeedFacts): Check => {
  const pool = poolOf(settings, facts);
  const isEndless = pool.some(({ active, limit }) => active && limit === null);
  const isReady = isEndless || pool.some(({ role }) => role === 'standby');
  return checkOf(
    `Pool of ${feed}`,
    isReady ? 'ready' : 'not-ready',
    listed(pool.map(poolText)),
    isReady ? '' : NEW_STANDBY(feed),
    facts.snapshot?.asOf ?? null,
  );
};

const directPool = (feed: string, usage: FeedUsage): Check => {
  const { webhooks } = usage.limits;
  const free = webhooks.filter(({ standing }) => standing === 'open' || standing === 'warn');
  const isReady = free.length > 1 || webhooks.some(({ unlimited }) => unlimited);
  return checkOf(
    `Pool of ${feed}`,
    isReady ? 'ready' : 'not-ready',
    listed(
      webhooks.map(({ webhook, count, limit }) =>
        limit === null
          ? `${webhook}: no limit`
          : `${webhook}: ${number(count.high)} of ${number(limit)} rows`,
      ),
    ),
    isReady ? '' : `${NEW_STANDBY(feed)} Its senders must be switched by you.`,
    usage.counts.kind === 'none' ? null : usage.counts.asOf,
  );
};

const poolCheck = (
  [feed, settings]: readonly [string, FeedConfig],
  { relay, usage }: PreflightData,
): Check => {
  if (settings.webhooks.length === 0)
    return checkOf(`Pool of ${feed}`, 'not-ready', 'No webhook is configured.', NEW_STANDBY(feed), null);
  const facts = Object.hasOwn(relay.feeds, feed) ? relay.feeds[feed] : undefined;
  if (facts) return relayedPool(feed, settings, facts);
  const ofFeed = usage.feeds.find((each) => each.feed === feed);
  return ofFeed
    ? directPool(feed, ofFeed)
    : checkOf(`Pool of ${feed}`, 'unknown', 'Nothing is known of it.', '', null);
};

const SEND_A_TEST = 'npx claywatch notify test sends one message to it.';

/** A way to people, by what it took of late and what it owes. */
const channelCheck = (
  channel: string,
  what: string,
  { undelivered, proofs }: PreflightData,
  { config, now }: { readonly config: Config; readonly now: number },
): Check => {
  const owed = undelivered.find((proof) => proof.channel === channel);
  const isLate =
    owed !== undefined &&
    (owed.status === 'refused' || now - owed.owedAt > config.notify.fallback.afterMinutes * MINUTE);
  if (owed && isLate) {
    const why = owed.lastError === null ? '' : `: ${phrase(owed.lastError, 200)}`;
    return checkOf(
      what,
      'not-ready',
      `${owed.status === 'refused' ? 'It refused a message' : 'A message is owed to it'} since ${agoText(owed.owedAt, now)}${why}.`,
      'npx claywatch doctor asks the channel what is wrong.',
      owed.triedAt,
    );
  }
  const last = proofs
    .flatMap((proof) => (proof.channel === channel && proof.deliveredAt !== null ? [proof.deliveredAt] : []))
    .toSorted((one, other) => other - one)[0];
  return last === undefined
    ? checkOf(what, 'unknown', 'It has taken no message of late, and none is owed.', SEND_A_TEST, null)
    : checkOf(what, 'ready', `It took its last message ${agoText(last, now)}.`, '', last);
};

const channelChecks = (config: Config, data: PreflightData, now: number): readonly Check[] => {
  const hasTopic = config.notify.email.length + config.notify.sms.length > 0;
  return [
    ...(hasTopic ? [channelCheck(SNS, 'E-mail and SMS', data, { config, now })] : []),
    ...channelIds(config).map((id) => channelCheck(id, `Channel ${id}`, data, { config, now })),
    ...(hasTopic
      ? [
          checkOf(
            'Subscriptions of e-mail and SMS',
            'skipped',
            'Whether they are confirmed is not kept here; npx claywatch doctor asks AWS.',
            '',
            null,
          ),
        ]
      : []),
  ];
};

const ofConfig = ({ what, result, found, fix }: Examined): Check =>
  checkOf(`${what.charAt(0).toUpperCase()}${what.slice(1)}`, result, found, fix, null);

/** What could be watched and is not, with the key that turns it on. */
const notConfigured = (config: Config): readonly Check[] => {
  const off = (what: string, found: string, key: string): Check =>
    checkOf(what, 'skipped', found, `Set ${key}.`, null);
  const { clay, integration, probes, feeds } = config;
  return [
    ...(clay.apiKey === undefined
      ? [off('Clay API key and credits', 'Neither key nor credits are watched.', 'clay.apiKey')]
      : []),
    ...(clay.statusPageFormat === 'off'
      ? [off('Clay status page', 'It is not read.', 'clay.statusPageFormat')]
      : []),
    ...(integration === undefined ? [off('Your integration', 'It is not watched.', 'integration')] : []),
    ...(Object.values(probes).some(({ kind }) => kind === 'crm')
      ? []
      : [off('CRM', 'No probe looks at it; only the rows that say so show its trouble.', 'probes')]),
    ...Object.entries(feeds).flatMap(([feed, { callback, callbacks, relay }]) => [
      ...(relay.secret === undefined
        ? [
            off(
              `Relay of ${feed}`,
              'Rows do not go through Claywatch, so none can wait.',
              `feeds.${feed}.relay.secret`,
            ),
          ]
        : []),
      ...(callbacks.secret === undefined
        ? [
            off(
              `Callbacks of ${feed}`,
              'None is taken, so nobody sees rows come back.',
              `feeds.${feed}.callbacks.secret`,
            ),
          ]
        : []),
      ...(callback === undefined
        ? [off(`Callback endpoint of ${feed}`, 'Nobody looks at it from outside.', `feeds.${feed}.callback`)]
        : []),
    ]),
  ];
};

/**
 * What is ready and what is not, with what to do: as the watch last saw it and as it is kept. Asks nobody outside, so
 * it costs a few reads.
 */
export const preflightOf = (config: Config, data: PreflightData, now: number): PreflightResponse => {
  const watch = watchCheck(data.watch, config, now);
  const isWatched = watch.result === 'ready';
  const checks = [
    ...Object.values(data.watch.health).map((health) => probeCheck(health, data.incidents, isWatched)),
    ...Object.entries(config.feeds).map((entry) => poolCheck(entry, data)),
    ...channelChecks(config, data, now),
    ...examineConfig(config).map(ofConfig),
    ...notConfigured(config),
  ].toSorted(worstFirst);
  return { at: isoInstant(now), checks: [watch, ...checks].slice(0, CHECKS) };
};
