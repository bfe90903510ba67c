import { fromBase64, hmacSha256, toBase64, utf8 } from '../notify/channels/hmac.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a link is for; one of them is never taken for the other. */
export type LinkPurpose = 'view' | 'acknowledge';

export interface LinkClaim {
  readonly incidentId: string;
  readonly purpose: LinkPurpose;
  /** Epoch s; from then on it is not valid. */
  readonly expiresAt: number;
}

export type LinkCheck =
  | { readonly kind: 'valid'; readonly incidentId: string; readonly expiresAt: number }
  /** It is ours, and its time is over. */
  | { readonly kind: 'expired'; readonly incidentId: string }
  /** Not ours, changed, or for something else: nobody outside learns which. */
  | { readonly kind: 'invalid' };

/** What signs; a key by which others could guess tokens is refused where the key is read. */
export type LinkKey = string;

const PURPOSES: readonly LinkPurpose[] = ['view', 'acknowledge'];
const VERSION = '1';
/** 128 bits: at least half of the hash, as RFC 2104 section 5 asks, and short enough for an SMS. */
const MAC_BYTES = 16;
/** Longer than any that we make. */
const LONGEST_TOKEN = 400;
const PAYLOAD = /^1:(view|acknowledge):([0-9a-z]{1,9}):([!-~]{1,120})$/;
/** What else is signed with the same secret, if anything, is not taken for a link. */
const DOMAIN = 'claywatch link\n';

const encode = (bytes: Bytes): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Null when it is not base64url as we write it: every value has one text, so that a token has no variants. */
const decode = (text: string): Bytes | null => {
  const bytes = fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
  return bytes && encode(bytes) === text ? bytes : null;
};

const macOf = async (key: LinkKey, payload: string): Promise<Bytes> =>
  (await hmacSha256(utf8(key), utf8(DOMAIN + payload))).slice(0, MAC_BYTES);

/** Takes the same time wherever they differ. */
const isSame = (a: Bytes, b: Bytes): boolean =>
  a.length === b.length &&
  a.reduce((difference, byte, index) => difference | (byte ^ (b[index] ?? 0)), 0) === 0;

/**
 * `<claim>.<signature>`, both base64url, at most 400 characters: safe in the path of a URL. The claim can be read by
 * anybody: it holds the id, what the link is for and until when, and nothing else. Throws a RangeError for an id that is
 * none.
 */
export const signLink = async (key: LinkKey, claim: LinkClaim): Promise<string> => {
  const payload = `${VERSION}:${claim.purpose}:${claim.expiresAt.toString(36)}:${claim.incidentId}`;
  if (!PAYLOAD.test(payload)) throw new RangeError('not the id of an incident, or not a time');
  return `${encode(utf8(payload))}.${encode(await macOf(key, payload))}`;
};

/**
 * Whether a token is ours, unchanged, for this purpose and not over at `now` (epoch ms). The signature is compared in
 * constant time and before anything of the claim is believed.
 */
export const verifyLink = async (
  key: LinkKey,
  token: string,
  purpose: LinkPurpose,
  now: number,
): Promise<LinkCheck> => {
  if (token.length > LONGEST_TOKEN) return { kind: 'invalid' };
  const [claim = '', signature = '', ...rest] = token.split('.');
  const payloadBytes = decode(claim);
  const mac = decode(signature);
  if (!payloadBytes || !mac || rest.length > 0) return { kind: 'invalid' };
  const payload = String.fromCharCode(...payloadBytes);
  const isOurs = isSame(mac, await macOf(key, payload));
  const [, given, expires = '', incidentId = ''] = PAYLOAD.exec(payload) ?? [];
  if (!isOurs || !PURPOSES.some((known) => known === given) || given !== purpose) return { kind: 'invalid' };
  const expiresAt = Number.parseInt(expires, 36);
  return now < expiresAt * 1_000 ? { kind: 'valid', incidentId, expiresAt } : { kind: 'expired', incidentId };
};
