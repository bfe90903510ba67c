import { fromBase64, hmacSha256, toBase64, utf8 } from '../notify/channels/hmac.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What signs, and for what. */
export interface Signer {
  /** One by which others could guess signatures is refused where the key is read. */
  readonly key: string;
  /** What is signed for one purpose is not taken for another, though the key is the same. */
  readonly domain: string;
  /** At least half of the hash, as RFC 2104 section 5 asks: 16 to 32. */
  readonly macBytes: number;
}

export const encodeBytes = (bytes: Bytes): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Null when it is not base64url as we write it: every value has one text, so that a token has no variants. */
export const decodeBytes = (text: string): Bytes | null => {
  const bytes = fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
  return bytes && encodeBytes(bytes) === text ? bytes : null;
};

const textOf = (bytes: Bytes): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
};

const macOf = async ({ key, domain, macBytes }: Signer, payload: string): Promise<Bytes> =>
  (await hmacSha256(utf8(key), utf8(domain + payload))).slice(0, macBytes);

/** Takes the same time wherever they differ. */
const isSame = (a: Bytes, b: Bytes): boolean =>
  a.length === b.length &&
  a.reduce((difference, byte, index) => difference | (byte ^ (b[index] ?? 0)), 0) === 0;

/** `<payload>.<signature>`, both base64url: safe in a path and in a cookie. Anybody can read the payload. */
export const signText = async (signer: Signer, payload: string): Promise<string> =>
  `${encodeBytes(utf8(payload))}.${encodeBytes(await macOf(signer, payload))}`;

/**
 * The payload of a text that one of these signed; null: none of them did, or it was changed. Signatures are compared in
 * constant time, with all of them, and before anything of the payload is believed.
 */
export const openSigned = async (
  signers: readonly Signer[],
  signed: string,
  longest: number,
): Promise<{ readonly payload: string; readonly by: number } | null> => {
  if (signed.length > longest) return null;
  const [first = '', second = '', ...rest] = signed.split('.');
  const bytes = decodeBytes(first);
  const mac = decodeBytes(second);
  const payload = bytes && textOf(bytes);
  if (payload === null || !mac || rest.length > 0) return null;
  const matches = await Promise.all(signers.map(async (signer) => isSame(mac, await macOf(signer, payload))));
  const by = matches.indexOf(true);
  return by === -1 ? null : { payload, by };
};
