import type { Config } from '../config/schema.ts';
import { SEVERITIES, type Severity } from '../severity.ts';
import { audiencesOf } from './audience.ts';

/**
 * An SNS filter policy over message attributes, of exact values only: every key must be there with one of its values.
 * Any implementation of SNS understands it, the local one included.
 */
export type FilterPolicy = Readonly<Record<string, readonly string[]>>;

/** One subscription to the incident topic. */
export interface Subscription {
  readonly protocol: 'email' | 'sms';
  readonly endpoint: string;
  /** What was asked for in the configuration, most urgent first. */
  readonly severities: readonly Severity[];
  readonly filterPolicy: FilterPolicy;
}

/**
 * The subscriptions that `notify` asks for, in its order. SNS holds one subscription per protocol and endpoint, so an
 * endpoint that is listed twice hears of the severities of both.
 */
export const subscriptionsOf = (config: Pick<Config, 'notify'>): readonly Subscription[] => {
  const asked = [
    ...config.notify.email.map(
      ({ address, severities }) => ({ protocol: 'email', endpoint: address, severities }) as const,
    ),
    ...config.notify.sms.map(
      ({ number, severities }) => ({ protocol: 'sms', endpoint: number, severities }) as const,
    ),
  ];
  const merged = new Map<string, (typeof asked)[number]>();
  for (const one of asked) {
    const key = `${one.protocol} ${one.endpoint}`;
    const before = merged.get(key);
    merged.set(key, before ? { ...before, severities: [...before.severities, ...one.severities] } : one);
  }
  return [...merged.values()].map(({ protocol, endpoint, severities: unordered }) => {
    const severities = SEVERITIES.filter((severity) => unordered.includes(severity));
    return { protocol, endpoint, severities, filterPolicy: { audience: audiencesOf(severities) } };
  });
};

/** Whether SNS would deliver a message with these attributes to a subscription with this policy. */
export const matchesFilter = (policy: FilterPolicy, attributes: Readonly<Record<string, string>>): boolean =>
  Object.entries(policy).every(
    ([key, values]) => Object.hasOwn(attributes, key) && values.includes(attributes[key] ?? ''),
  );

/** Severities that nobody is subscribed to: an incident of theirs would tell no one. */
export const unroutedSeverities = (config: Pick<Config, 'notify'>): readonly Severity[] => {
  const routed = new Set(subscriptionsOf(config).flatMap(({ severities }) => severities));
  return SEVERITIES.filter((severity) => !routed.has(severity));
};
