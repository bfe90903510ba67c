import { fromBase64, hmacSha256, isHmacSha256, toBase64, utf8 } from './hmac.ts';

/*
 * Standard Webhooks 1.0.0 (standardwebhooks.com): HMAC-SHA256 over `id.timestamp.payload`, as `v1,<base64>`; several
 * signatures, separated by spaces, while a key is being rotated; five minutes of tolerance both ways.
 */

const PREFIX = 'whsec_';
const TOLERANCE_SECONDS = 300;
/** More are not looked at: a sender has as many keys as it rotates. */
const MOST_SIGNATURES = 20;
const LONGEST_HEADER = 4_096;

/** A key as it is written (`whsec_` and base64) as bytes; null when it is not one. */
export const keyBytes = (secret: string): Uint8Array<ArrayBuffer> | null =>
  fromBase64(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);

const signedContent = (id: string, timestamp: string, payload: string) =>
  utf8(`${id}.${timestamp}.${payload}`);

/** What is sent in `webhook-signature`; null when one of the secrets is not a key. */
export const signWebhook = async (message: {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly payload: string;
  readonly secrets: readonly string[];
}): Promise<string | null> => {
  const keys = message.secrets.map(keyBytes);
  if (keys.length === 0 || keys.includes(null)) return null;
  const content = signedContent(message.id, String(message.timestamp), message.payload);
  const signatures = await Promise.all(keys.flatMap((key) => (key ? [hmacSha256(key, content)] : [])));
  return signatures.map((signature) => `v1,${toBase64(signature)}`).join(' ');
};

export type WebhookVerdict =
  | { readonly kind: 'valid' }
  | {
      readonly kind: 'invalid';
      readonly why: 'incomplete' | 'too-old' | 'too-new' | 'no-matching-signature';
    };

const invalid = (why: Extract<WebhookVerdict, { kind: 'invalid' }>['why']): WebhookVerdict => ({
  kind: 'invalid',
  why,
});

/**
 * For receivers: whether a message is from somebody who has one of the keys. `payload` is the body as it was received,
 * byte for byte: parse it afterwards. Header names in lower case.
 */
export const verifyWebhook = async (
  message: {
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly payload: string;
    readonly secrets: readonly string[];
  },
  now: number,
): Promise<WebhookVerdict> => {
  const {
    'webhook-id': id = '',
    'webhook-timestamp': timestamp = '',
    'webhook-signature': header = '',
  } = message.headers;
  if (id === '' || header === '' || header.length > LONGEST_HEADER || !/^\d{1,12}$/.test(timestamp))
    return invalid('incomplete');
  const age = Math.floor(now / 1_000) - Number(timestamp);
  if (age > TOLERANCE_SECONDS) return invalid('too-old');
  if (age < -TOLERANCE_SECONDS) return invalid('too-new');

  const content = signedContent(id, timestamp, message.payload);
  const signatures = header
    .split(' ')
    .slice(0, MOST_SIGNATURES)
    .flatMap((one) => (one.startsWith('v1,') ? (fromBase64(one.slice('v1,'.length)) ?? []) : []));
  const keys = message.secrets.flatMap((secret) => keyBytes(secret) ?? []);
  const matches = await Promise.all(
    keys.flatMap((key) => signatures.map((signature) => isHmacSha256(key, content, signature))),
  );
  return matches.includes(true) ? { kind: 'valid' } : invalid('no-matching-signature');
};
