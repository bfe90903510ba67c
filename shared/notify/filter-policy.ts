import type { Cause } from '../cause.ts';
import type { Config } from '../config/schema.ts';
import { SEVERITIES, type Severity } from '../severity.ts';
import { audiencesOf } from './audience.ts';
import type { Kind } from './routing.ts';

type NotifyConfig = Pick<Config, 'notify'>;

/**
 * An SNS filter policy over message attributes, of exact values only: every key must be there with one of its values.
 * Any implementation of SNS understands it, the local one included. SNS takes at most five keys, and at most 150
 * combinations of their values.
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

/** The subscription of a chat channel's queue to the incident topic. */
export interface ChannelSubscription {
  /** Its id in the configuration, and the end of its queue's name. */
  readonly channel: string;
  readonly kind: 'slack' | 'pagerduty' | 'webhook' | 'status-page';
  readonly severities: readonly Severity[];
  readonly filterPolicy: FilterPolicy;
}

/** One subscription to the topic of pages. SNS holds one per endpoint, so it may be for several names. */
export interface PageSubscription {
  readonly protocol: 'email' | 'sms';
  readonly endpoint: string;
  readonly people: readonly string[];
  readonly filterPolicy: FilterPolicy;
}

/** What is read by a person at a desk: everything but what only programs need. */
const EMAIL_KINDS: readonly Kind[] = ['page', 'notice', 'recovery', 'summary', 'fallback', 'test'];
/** What may wake somebody up, and the end of it. */
const SMS_KINDS: readonly Kind[] = ['page', 'recovery', 'test'];
/** A chat channel shows what happens to an incident, edits in place and needs every step; a summary is none. */
const CHANNEL_KINDS: readonly Kind[] = ['page', 'notice', 'recovery', 'quiet', 'test'];

const ordered = (severities: readonly Severity[]): readonly Severity[] =>
  SEVERITIES.filter((severity) => severities.includes(severity));

/** What only an administrator can mend. */
const FOR_ADMINISTRATORS: readonly Cause[] = ['secret.rotation-failed'];

/**
 * Administrators (`notify.operatorEmail`) hear of what only they can mend, whatever its severity. An address of
 * `notify.email` hears of its own severities: SNS holds one subscription per endpoint.
 */
const administratorsOf = (
  { notify }: NotifyConfig,
  known: ReadonlyMap<string, unknown>,
): readonly Subscription[] =>
  [...new Set(notify.operatorEmail)]
    .filter((address) => !known.has(`email ${address}`))
    .map((address) => ({
      protocol: 'email',
      endpoint: address,
      severities: [],
      filterPolicy: { cause: FOR_ADMINISTRATORS, kind: EMAIL_KINDS },
    }));

/**
 * The subscriptions of people that `notify` asks for, in its order. SNS holds one subscription per protocol and
 * endpoint, so an endpoint that is listed twice hears of the severities of both.
 */
export const subscriptionsOf = (config: NotifyConfig): readonly Subscription[] => {
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
  const bySeverity = [...merged.values()].map(
    ({ protocol, endpoint, severities: unordered }): Subscription => {
      const severities = ordered(unordered);
      return {
        protocol,
        endpoint,
        severities,
        filterPolicy: {
          audience: audiencesOf(severities),
          kind: protocol === 'sms' ? SMS_KINDS : EMAIL_KINDS,
        },
      };
    },
  );
  return [...bySeverity, ...administratorsOf(config, merged)];
};

/**
 * The subscriptions of chat channels, in the order of the configuration. A status page hears what a person wrote for
 * the public, and that it is over; nothing else goes outside by itself.
 */
export const channelSubscriptionsOf = ({ notify }: NotifyConfig): readonly ChannelSubscription[] => {
  const bySeverity = (
    kind: ChannelSubscription['kind'],
    { id, severities }: { readonly id: string; readonly severities: readonly Severity[] },
  ): ChannelSubscription => ({
    channel: id,
    kind,
    severities: ordered(severities),
    filterPolicy: { audience: audiencesOf(severities), kind: CHANNEL_KINDS },
  });
  return [
    ...notify.slack.map((one) => bySeverity('slack', one)),
    ...notify.pagerduty.map((one) => bySeverity('pagerduty', one)),
    ...notify.webhooks.map((one) => bySeverity('webhook', one)),
    ...notify.statusPages.map(
      ({ id }): ChannelSubscription => ({
        channel: id,
        kind: 'status-page',
        severities: SEVERITIES,
        filterPolicy: {
          transition: ['updated', 'resolved'],
          update: ['public', 'none'],
          kind: ['notice', 'recovery', 'quiet'],
        },
      }),
    ),
  ];
};

/** Who is subscribed to the topic of pages, by the attribute `person`. */
export const pageSubscriptionsOf = ({ notify }: NotifyConfig): readonly PageSubscription[] => {
  const endpoints = Object.entries(notify.people).flatMap(([person, { email, sms }]) => [
    ...(email === undefined ? [] : [{ protocol: 'email' as const, endpoint: email, person }]),
    ...(sms === undefined ? [] : [{ protocol: 'sms' as const, endpoint: sms, person }]),
  ]);
  const keys = new Set(endpoints.map(({ protocol, endpoint }) => `${protocol} ${endpoint}`));
  return [...keys].flatMap((key) => {
    const same = endpoints.filter(({ protocol, endpoint }) => `${protocol} ${endpoint}` === key);
    const people = same.map(({ person }) => person);
    const [first] = same;
    return first
      ? [{ protocol: first.protocol, endpoint: first.endpoint, people, filterPolicy: { person: people } }]
      : [];
  });
};

/** Whether SNS would deliver a message with these attributes to a subscription with this policy. */
export const matchesFilter = (policy: FilterPolicy, attributes: Readonly<Record<string, string>>): boolean =>
  Object.entries(policy).every(
    ([key, values]) => Object.hasOwn(attributes, key) && values.includes(attributes[key] ?? ''),
  );

/** The chat channels that hear of a message, by their ids: those from which proof is owed. */
export const routedChannels = (
  config: NotifyConfig,
  attributes: Readonly<Record<string, string>>,
): readonly string[] =>
  channelSubscriptionsOf(config)
    .filter(({ filterPolicy }) => matchesFilter(filterPolicy, attributes))
    .map(({ channel }) => channel);

/** Severities that nobody is told of, neither by SNS nor in a chat channel. */
export const unroutedSeverities = (config: NotifyConfig): readonly Severity[] => {
  const routed = new Set(
    [
      ...subscriptionsOf(config),
      ...channelSubscriptionsOf(config).filter(({ kind }) => kind !== 'status-page'),
    ].flatMap(({ severities }) => severities),
  );
  return SEVERITIES.filter((severity) => !routed.has(severity));
};
