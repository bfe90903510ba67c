import { decodeBytes, encodeBytes, openSigned, type Signer, signText } from '../signed/text.ts';

/** responder: may act · reader: may look and nothing else. */
export type Role = 'responder' | 'reader';

/** By what somebody signed in: a secret of the configuration, or the identity provider. */
export type SignedInBy = 'secret' | 'oidc';

export interface SessionClaim {
  readonly role: Role;
  /** As others read it; one line, at most 80 characters. Of a secret: what they call themselves, and proves nothing. */
  readonly name: string;
  readonly by: SignedInBy;
  /** Epoch s; from then on it is not valid. */
  readonly expiresAt: number;
}

/** A key, and what a session made with it stands on: when either is gone, so is the session. */
export interface SessionKey {
  readonly key: string;
  readonly role: Role;
  readonly by: SignedInBy;
  /** Stands for the secret that was signed in with, or for the provider; nothing of it is in the token. */
  readonly bond: string;
}

export type SessionCheck =
  /** `by`: the place of the key among those given. */
  | { readonly kind: 'valid'; readonly claim: SessionClaim; readonly by: number }
  | { readonly kind: 'expired' }
  /** Not ours, changed, or made with what is no longer valid: nobody outside learns which. */
  | { readonly kind: 'invalid' };

const MAC_BYTES = 32;
const LONGEST_NAME = 80;
/** Longer than any that we make: 80 characters take at most 320 bytes, base64url twice. */
const LONGEST_TOKEN = 800;
const PAYLOAD = /^1:(responder|reader):(secret|oidc):([0-9a-z]{1,9}):([A-Za-z0-9_-]{0,500})$/;
const DOMAIN = 'claywatch session\n';
/** Ends what a session stands on, which is no part of the payload. */
const END_OF_BOND = '\n\n';

const signerOf = ({ key, role, by, bond }: SessionKey): Signer => ({
  key,
  domain: `${DOMAIN}${role}:${by}:${encodeBytes(new TextEncoder().encode(bond))}${END_OF_BOND}`,
  macBytes: MAC_BYTES,
});

/** What a name is shown as: one line, without what steers a terminal or turns the direction of writing. */
export const sessionName = (given: string): string =>
  [
    ...given
      .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  ]
    .slice(0, LONGEST_NAME)
    .join('')
    .trim();

/**
 * `<claim>.<signature>`, at most 800 characters, fit for a cookie. Throws a RangeError for a time that is none, and for a
 * key of another role or way to sign in.
 */
export const signSession = async (key: SessionKey, claim: SessionClaim): Promise<string> => {
  const name = encodeBytes(new TextEncoder().encode(sessionName(claim.name)));
  const payload = `1:${claim.role}:${claim.by}:${claim.expiresAt.toString(36)}:${name}`;
  if (!PAYLOAD.test(payload) || key.role !== claim.role || key.by !== claim.by)
    throw new RangeError('not what this key signs, or not a time');
  return signText(signerOf(key), payload);
};

const nameIn = (text: string): string | null => {
  if (text === '') return '';
  const bytes = decodeBytes(text);
  return bytes && new TextDecoder().decode(bytes);
};

/**
 * Whether a token is ours, unchanged, made with one of these and not over at `now` (epoch ms). The role that it claims
 * must be that of the key: a reader's secret never makes a responder.
 */
export const verifySession = async (
  keys: readonly SessionKey[],
  token: string,
  now: number,
): Promise<SessionCheck> => {
  const opened = await openSigned(keys.map(signerOf), token, LONGEST_TOKEN);
  const [, role, by, expires = '', encoded = ''] = PAYLOAD.exec(opened?.payload ?? '') ?? [];
  const name = nameIn(encoded);
  const key = opened && keys[opened.by];
  if (!opened || !key || name === null || role !== key.role || by !== key.by) return { kind: 'invalid' };
  const expiresAt = Number.parseInt(expires, 36);
  if (now >= expiresAt * 1_000) return { kind: 'expired' };
  return { kind: 'valid', claim: { role: key.role, by: key.by, name, expiresAt }, by: opened.by };
};
