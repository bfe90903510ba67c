import type { Cause } from '../cause.ts';
import { isSeenByRows } from '../observe/relay/probes.ts';
import type { Evidence } from '../observe/signals.ts';
import type { Key } from './rule.ts';
import { feedOf, isAboutRows } from './subject.ts';

/** An upstream cause in force, and the causes that are its effects while it lasts. */
interface Hiding {
  readonly upstream: (key: Key) => boolean;
  readonly hides: (effect: Key, upstream: Key, feedOfProbe: FeedOfProbe) => boolean;
}

/** The feed that a probe of a CRM or provider belongs to; null when it may be any. Undefined: not known as a probe. */
export type FeedOfProbe = (subject: string) => string | null | undefined;

type Test = (effect: Key) => boolean;

const is =
  (cause: Cause, subject?: string) =>
  (key: Key): boolean =>
    key.cause === cause && (subject === undefined || key.subject === subject);
const startsWith =
  (...prefixes: readonly string[]): Test =>
  (effect) =>
    prefixes.some((prefix) => effect.cause.startsWith(prefix));
const isOneOf =
  (...causes: readonly Cause[]): Test =>
  (effect) =>
    causes.includes(effect.cause);
const either =
  (...tests: readonly Test[]): Test =>
  (effect) =>
    tests.some((test) => test(effect));
const gapOf =
  (...prefixes: readonly string[]): Test =>
  (effect) =>
    effect.cause === 'monitoring.gap' && prefixes.some((prefix) => effect.subject.startsWith(prefix));
const inItsFeed =
  (test: Test): Hiding['hides'] =>
  (effect, upstream) =>
    feedOf(effect.subject) === feedOf(upstream.subject) && test(effect);
const onItself =
  (test: Test): Hiding['hides'] =>
  (effect, upstream) =>
    effect.subject === upstream.subject && test(effect);

const ROWS_STUCK = isOneOf(
  'enrichment.stalled',
  'enrichment.all-empty',
  'enrichment.slow',
  'enrichment.low-hit-rate',
  'rows.lost',
);

/** A CRM or provider that does not answer itself explains why the rows of its feeds fail there. */
const sameService =
  (cause: Cause, isNamed: (effect: Key, upstream: Key) => boolean = () => true): Hiding['hides'] =>
  (effect, upstream, feedOfProbe) => {
    const feed = feedOfProbe(upstream.subject);
    if (effect.cause !== cause || !isAboutRows(effect.subject) || feed === undefined) return false;
    return (feed === null || feed === feedOf(effect.subject)) && isNamed(effect, upstream);
  };

const lettersOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** `apollo` is probed, and rows name `Apollo.io`. */
const sameName = (effect: Key, upstream: Key): boolean =>
  lettersOf(effect.subject.slice(feedOf(effect.subject).length)).startsWith(lettersOf(upstream.subject));

/**
 * What each upstream cause explains. An effect is recorded on the upstream's timeline and never notified by itself.
 * Probes of systems other than Clay (CRM, providers, our endpoints) are measured directly, so no trouble at Clay
 * explains them; the integration's own health endpoint is, because `own.unhealthy` means "Clay is fine".
 */
export const HIDING: readonly Hiding[] = [
  {
    upstream: is('monitoring.gap', 'own-network'),
    hides: (effect) => !(effect.cause === 'monitoring.gap' && effect.subject === 'schedule'),
  },
  {
    upstream: is('clay.outage', 'clay'),
    hides: either(
      startsWith('webhook.', 'enrichment.', 'table.', 'api-key.', 'api.', 'rows.'),
      isOneOf('clay.degraded', 'callback.failing'),
      gapOf('clay.', 'webhook:', 'relay:'),
      (effect) => effect.cause === 'own.unhealthy' && effect.subject === 'integration',
      (effect) => startsWith('provider.', 'crm.')(effect) && isAboutRows(effect.subject),
    ),
  },
  {
    upstream: is('clay.degraded', 'clay'),
    hides: either(isOneOf('enrichment.slow'), gapOf('clay.key', 'clay.balance', 'clay.api', 'clay.web')),
  },
  { upstream: is('api-key.invalid', 'clay-api-key'), hides: isOneOf('api-key.forbidden') },
  {
    upstream: is('credits.exhausted', 'workspace'),
    hides: either(isOneOf('credits.running-out'), ROWS_STUCK),
  },
  {
    upstream: is('actions.exhausted', 'workspace'),
    hides: either(isOneOf('actions.running-out'), ROWS_STUCK),
  },
  {
    // Account-level: what single providers and feeds show of it is its effect.
    upstream: is('enrichment.all-empty', 'workspace'),
    hides: (effect) =>
      isOneOf('enrichment.low-hit-rate')(effect) ||
      (startsWith('provider.')(effect) && isAboutRows(effect.subject)),
  },
  {
    // Neither a source of metrics nor its backup gives an answer: one gap.
    upstream: is('monitoring.gap'),
    hides: (effect, upstream) => gapOf(`${upstream.subject}/source`)(effect),
  },
  {
    upstream: is('webhook.gone'),
    hides: (effect, { subject }) =>
      effect.cause === 'monitoring.gap' && effect.subject === `webhook:${subject}`,
  },
  { upstream: is('rows.looping'), hides: isOneOf('credits.burn-spike') },
  { upstream: is('webhook.limit-reached'), hides: onItself(isOneOf('webhook.limit-approaching')) },
  { upstream: is('webhook.intake-failing'), hides: inItsFeed(ROWS_STUCK) },
  { upstream: is('table.full'), hides: inItsFeed(isOneOf('enrichment.stalled', 'rows.lost')) },
  { upstream: is('callback.unreachable'), hides: inItsFeed(either(ROWS_STUCK, isOneOf('callback.failing'))) },
  {
    upstream: is('enrichment.stalled'),
    hides: inItsFeed(isOneOf('enrichment.slow', 'enrichment.low-hit-rate', 'rows.lost')),
  },
  { upstream: is('callback.failing'), hides: inItsFeed(isOneOf('rows.lost')) },
  { upstream: is('crm.sync-failing'), hides: sameService('crm.sync-failing') },
  { upstream: is('provider.failing'), hides: sameService('provider.failing', sameName) },
  { upstream: is('provider.rate-limited'), hides: sameService('provider.rate-limited', sameName) },
];

/** The first upstream key among those in force that explains the effect; undefined when nothing does. */
export const explainedBy = (
  effect: Key,
  inForce: readonly Key[],
  feedOfProbe: FeedOfProbe = () => undefined,
): Key | undefined => {
  for (const { upstream, hides } of HIDING) {
    const found = inForce.find(
      (key) =>
        upstream(key) &&
        !(effect.cause === key.cause && effect.subject === key.subject) &&
        hides(effect, key, feedOfProbe),
    );
    if (found) return { cause: found.cause, subject: found.subject };
  }
  return undefined;
};

const MINUTE = 60_000;

/**
 * For how long an upstream cause that has ended still explains an effect, ms. Rates are counted over a stretch of time,
 * so they stay bad for a while after what caused them; that nothing comes back is over with the first rows that do.
 */
export const lingers = (effect: Key): number => {
  if (
    isOneOf('enrichment.slow', 'enrichment.low-hit-rate', 'enrichment.all-empty', 'callback.failing')(effect)
  )
    return 20 * MINUTE;
  if (startsWith('provider.', 'crm.')(effect) && isAboutRows(effect.subject)) return 20 * MINUTE;
  return effect.cause === 'enrichment.stalled' ? 5 * MINUTE : 0;
};

/**
 * What only rows have shown, and none of them since the upstream cause ended: rows were held meanwhile, so the first ones
 * that go again are to say whether anything is left of it.
 */
export const isOfThatTime = (
  { cause, evidence }: Key & { readonly evidence: readonly Evidence[] },
  endedAt: number,
): boolean =>
  cause.startsWith('webhook.') && evidence.every(({ probe, at }) => isSeenByRows(probe) && at <= endedAt);
