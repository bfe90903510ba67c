type Bytes = Uint8Array<ArrayBuffer>;

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

const keyFor = (secret: Bytes) =>
  crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);

/** HMAC-SHA256. The secret must not be empty. */
export const hmacSha256 = async (secret: Bytes, data: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.sign('HMAC', await keyFor(secret), data));

/** Compares in constant time; the platform does it. */
export const isHmacSha256 = async (secret: Bytes, data: Bytes, signature: Bytes): Promise<boolean> =>
  crypto.subtle.verify('HMAC', await keyFor(secret), signature, data);

export const toBase64 = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes));

/** The bytes that a text in standard base64 stands for; null when it is none. */
export const fromBase64 = (text: string): Bytes | null => {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    return null;
  }
};

/** The bytes that lower- or upper-case hexadecimal digits stand for; null when it is none. */
export const fromHex = (text: string): Bytes | null =>
  /^(?:[0-9a-f]{2})+$/i.test(text)
    ? Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    : null;
