import type { Cause } from '../cause.ts';
import type { Key } from './rule.ts';

/** An upstream cause in force, and the causes that are its effects while it lasts. */
interface Hiding {
  readonly upstream: Key;
  readonly hides: (effect: Key) => boolean;
}

const startsWith =
  (...prefixes: readonly string[]) =>
  (effect: Key): boolean =>
    prefixes.some((prefix) => effect.cause.startsWith(prefix));
const isOneOf =
  (...causes: readonly Cause[]) =>
  (effect: Key): boolean =>
    causes.includes(effect.cause);
const either =
  (...tests: readonly ((effect: Key) => boolean)[]) =>
  (effect: Key): boolean =>
    tests.some((test) => test(effect));
const gapOf =
  (...prefixes: readonly string[]) =>
  (effect: Key): boolean =>
    effect.cause === 'monitoring.gap' && prefixes.some((prefix) => effect.subject.startsWith(prefix));

/**
 * What each upstream cause explains. An effect is recorded on the upstream's timeline and never notified by itself.
 * Probes of systems other than Clay (CRM, providers, our endpoints) are measured directly, so no trouble at Clay
 * explains them; the integration's own health endpoint is, because `own.unhealthy` means "Clay is fine".
 */
export const HIDING: readonly Hiding[] = [
  {
    upstream: { cause: 'monitoring.gap', subject: 'own-network' },
    hides: (effect) => !(effect.cause === 'monitoring.gap' && effect.subject === 'schedule'),
  },
  {
    upstream: { cause: 'clay.outage', subject: 'clay' },
    hides: either(
      startsWith('webhook.', 'enrichment.', 'table.', 'api-key.', 'api.', 'rows.'),
      isOneOf('clay.degraded', 'callback.failing'),
      gapOf('clay.', 'webhook:'),
      (effect) => effect.cause === 'own.unhealthy' && effect.subject === 'integration',
    ),
  },
  {
    upstream: { cause: 'clay.degraded', subject: 'clay' },
    hides: either(isOneOf('enrichment.slow'), gapOf('clay.key', 'clay.balance', 'clay.api', 'clay.web')),
  },
  { upstream: { cause: 'api-key.invalid', subject: 'clay-api-key' }, hides: isOneOf('api-key.forbidden') },
  {
    upstream: { cause: 'credits.exhausted', subject: 'workspace' },
    hides: isOneOf('credits.running-out', 'enrichment.stalled', 'enrichment.low-hit-rate'),
  },
  {
    upstream: { cause: 'actions.exhausted', subject: 'workspace' },
    hides: isOneOf('actions.running-out', 'enrichment.stalled'),
  },
];

/** The first upstream key among those in force that explains the effect; undefined when nothing does. */
export const explainedBy = (effect: Key, inForce: readonly Key[]): Key | undefined =>
  HIDING.find(
    ({ upstream, hides }) =>
      inForce.some((key) => key.cause === upstream.cause && key.subject === upstream.subject) &&
      !(effect.cause === upstream.cause && effect.subject === upstream.subject) &&
      hides(effect),
  )?.upstream;
