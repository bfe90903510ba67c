import { openSigned, type Signer, signText } from '../signed/text.ts';

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

const signerOf = (key: LinkKey): Signer => ({ key, domain: DOMAIN, macBytes: MAC_BYTES });

/**
 * `<claim>.<signature>`, both base64url, at most 400 characters: safe in the path of a URL. The claim can be read by
 * anybody: it holds the id, what the link is for and until when, and nothing else. Throws a RangeError for an id that is
 * none.
 */
export const signLink = async (key: LinkKey, claim: LinkClaim): Promise<string> => {
  const payload = `${VERSION}:${claim.purpose}:${claim.expiresAt.toString(36)}:${claim.incidentId}`;
  if (!PAYLOAD.test(payload)) throw new RangeError('not the id of an incident, or not a time');
  return signText(signerOf(key), payload);
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
  const opened = await openSigned([signerOf(key)], token, LONGEST_TOKEN);
  const [, given, expires = '', incidentId = ''] = PAYLOAD.exec(opened?.payload ?? '') ?? [];
  if (!PURPOSES.some((known) => known === given) || given !== purpose) return { kind: 'invalid' };
  const expiresAt = Number.parseInt(expires, 36);
  return now < expiresAt * 1_000 ? { kind: 'valid', incidentId, expiresAt } : { kind: 'expired', incidentId };
};
