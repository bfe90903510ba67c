import type { Config } from '../config/schema.ts';
import { parseSecretReference } from '../config/secret-reference.ts';
import { secretReferencesIn } from '../config/secret-references.ts';

/**
 * How long the value before is accepted too. none: it is not ours to accept · traffic: until everybody was seen with
 * the new one · time: for as long as something made with it lasts · next: until the next rotation, since nobody can see
 * which of the two a receiver goes by.
 */
export type Overlap = 'none' | 'traffic' | 'time' | 'next';

export interface SecretKind {
  readonly name: string;
  /** supplied: only its vendor can make one · generated: ours · kept: left as it is · never: must not change. */
  readonly made: 'supplied' | 'generated' | 'kept' | 'never';
  readonly overlap: Overlap;
}

const kind = (name: string, made: SecretKind['made'], overlap: Overlap = 'none'): SecretKind => ({
  name,
  made,
  overlap,
});

/** By the key of the configuration that names the secret. The first that fits. */
const KINDS: readonly (readonly [RegExp, SecretKind])[] = [
  // Rows that wait are sealed with it: a new one would lock them out.
  [/^relay\.rowsKey$/, kind('rows-key', 'never')],
  [/^clay\.apiKey$/, kind('clay-key', 'supplied')],
  [/^feeds\.[^.]+\.webhooks\[\d+\]\.(?:url|authToken)$/, kind('webhook', 'supplied')],
  [/^notify\.slack\[\d+\]\.signingSecret$/, kind('slack-signing', 'supplied', 'time')],
  [/^notify\.slack\[\d+\]\.botToken$/, kind('slack', 'supplied')],
  [/^notify\.pagerduty\[\d+\]\.routingKey$/, kind('pagerduty', 'supplied')],
  [/^notify\.statusPages\[\d+\]\.token$/, kind('status-page', 'supplied')],
  [/^notify\.webhooks\[\d+\]\.url$/, kind('channel-webhook', 'supplied')],
  [/^notify\.webhooks\[\d+\]\.signingSecrets\[\d+\]$/, kind('signature', 'generated', 'next')],
  [/\.previousSecret$/, kind('by-hand', 'kept')],
  [
    /^feeds\.[^.]+\.(?:callbacks|submissions|relay)\.secret$|^status\.secret$|^respond\.(?:secret|readOnlySecret)$/,
    kind('sender', 'generated', 'traffic'),
  ],
  [/^respond\.linkSecret$/, kind('link-key', 'generated', 'time')],
  [/^console\.sessionSecret$/, kind('session-key', 'generated', 'time')],
  [/^console\.oidc\.clientSecret$/, kind('oidc-client', 'supplied')],
];
/** Tokens of the user's own services, sent with probes. */
const OTHER = kind('endpoint', 'supplied');

export const kindOfKey = (key: string): SecretKind =>
  KINDS.find(([pattern]) => pattern.test(key))?.[1] ?? OTHER;

/** One value within a secret, and what it is used for. */
export interface Member {
  /** Of a JSON secret; undefined: the whole text. */
  readonly member: string | undefined;
  readonly made: SecretKind['made'];
  /** A key of Standard Webhooks (`whsec_`), or any text that a header can carry. */
  readonly form: 'token' | 'whsec';
  readonly overlap: Overlap;
  /** The keys of the configuration that name it. */
  readonly keys: readonly string[];
}

const OVERLAPS: readonly Overlap[] = ['traffic', 'time', 'next', 'none'];
/** Of several uses of one value: what must not change beats what only a vendor can make, and that what we can make. */
const madeOf = (kinds: readonly SecretKind[]): SecretKind['made'] => {
  const makers = kinds.filter(({ name }) => name !== OTHER.name);
  const order = ['never', 'supplied', 'kept', 'generated'] as const;
  // A token of an endpoint that is ours as well is what that one makes it.
  return order.find((made) => makers.some((one) => one.made === made)) ?? OTHER.made;
};

/** What the configuration uses of a secret, by its members; empty: nothing. */
export const membersOf = (config: Config, secret: string): readonly Member[] => {
  const named = secretReferencesIn(config).flatMap(({ key, reference }) => {
    const parsed = parseSecretReference(reference);
    return parsed.store === 'secretsmanager' && parsed.name === secret ? [{ key, member: parsed.key }] : [];
  });
  return [...Map.groupBy(named, ({ member }) => member)].map(([member, uses]) => {
    const kinds = uses.map(({ key }) => kindOfKey(key));
    return {
      member,
      made: madeOf(kinds),
      form: kinds.some(({ name }) => name === 'signature') ? 'whsec' : 'token',
      overlap: OVERLAPS.find((overlap) => kinds.some((one) => one.overlap === overlap)) ?? 'none',
      keys: uses.map(({ key }) => key),
    };
  });
};

/** The names of the secrets that can be rotated: all that the configuration names, but for the key of the rows. */
export const rotatableSecrets = (config: Config): readonly string[] => {
  const names = secretReferencesIn(config)
    .map(({ reference }) => parseSecretReference(reference))
    .filter(({ store }) => store === 'secretsmanager')
    .map(({ name }) => name);
  return [...new Set(names)]
    .filter((name) => membersOf(config, name).every(({ made }) => made !== 'never'))
    .sort();
};

/** How often a secret is rotated by itself, days: as the member that is due most often. 0: only when somebody asks. */
export const rotationDaysOf = (config: Config, secret: string): number => {
  const { senders, signatures, linkKey } = config.rotation;
  const everyDays: Readonly<Record<Overlap, number>> = {
    traffic: senders.everyDays,
    next: signatures.everyDays,
    time: linkKey.everyDays,
    none: 0,
  };
  const due = membersOf(config, secret)
    .filter(({ made }) => made === 'generated')
    .map(({ overlap }) => everyDays[overlap])
    .filter((days) => days > 0);
  return due.length === 0 ? 0 : Math.min(...due);
};
