import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ClaywatchError } from '../errors.ts';
import type { Seal } from '../relay/queue.ts';

/*
 * A sealed text is base64 of: form (1 byte) · id of the key (4) · nonce (12) · ciphertext · tag (16).
 * Form and key id are authenticated together with the context.
 */
const PLAIN = 1;
const DEFLATED = 2;
const ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES;

/** DynamoDB charges by the begun KB: a text that is shorter than this, and its names, is in one anyway. */
const COMPRESS_FROM = 512;
/** Opened texts are our own, so this only bounds what a mistake can cost. */
const MAX_OPENED_BYTES = 16 * 1_048_576;
const MIN_KEY_LENGTH = 32;
const CIPHER = 'aes-256-gcm';

interface Key {
  readonly id: Buffer;
  readonly secret: KeyObject;
}

const derived = (text: string, purpose: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', text, 'claywatch', purpose, bytes));

const keyFrom = (text: string): Key => {
  if (text.length < MIN_KEY_LENGTH) {
    throw new ClaywatchError(
      'rows-key.invalid',
      `The key that encrypts rows has fewer than ${MIN_KEY_LENGTH} characters.`,
      'Put 32 random bytes in base64 there, e.g. from: openssl rand -base64 32',
    );
  }
  return { secret: createSecretKey(derived(text, 'rows', 32)), id: derived(text, 'key id', ID_BYTES) };
};

const contextOf = (head: Buffer, context: string): Buffer =>
  Buffer.concat([head.subarray(0, 1 + ID_BYTES), Buffer.from(context, 'utf8')]);

const packed = (text: string): { readonly form: number; readonly bytes: Buffer } => {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length < COMPRESS_FROM) return { form: PLAIN, bytes };
  const deflated = deflateRawSync(bytes, { level: 3 });
  return deflated.length < bytes.length ? { form: DEFLATED, bytes: deflated } : { form: PLAIN, bytes };
};

const unpacked = (form: number, bytes: Buffer): string =>
  (form === DEFLATED ? inflateRawSync(bytes, { maxOutputLength: MAX_OPENED_BYTES }) : bytes).toString('utf8');

/**
 * Seals with AES-256-GCM under a key made of `keyText` by HKDF, whatever text that is, with a random nonce. Several keys
 * may be given, separated by white space: the first seals, and what was sealed with any of them can be opened, so that
 * a new key is put before the old one. A sealed text is at most 4/3 of the text and 44 signs more.
 *
 * Throws `rows-key.invalid` for a key of fewer than 32 characters.
 */
export const createSeal = (keyText: string): Seal => {
  const [key = keyFrom(''), ...others] = keyText.trim().split(/\s+/).map(keyFrom);
  const keys = new Map([...others, key].map((each) => [each.id.toString('hex'), each]));

  return {
    seal: async (text, context) => {
      const { form, bytes } = packed(text);
      const nonce = randomBytes(NONCE_BYTES);
      const head = Buffer.concat([Buffer.of(form), key.id, nonce]);
      const cipher = createCipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(contextOf(head, context));
      const sealed = [head, cipher.update(bytes), cipher.final()];
      return Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64');
    },

    open: async (sealed, context) => {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < HEAD_BYTES + TAG_BYTES) return null;
      const head = bytes.subarray(0, HEAD_BYTES);
      const form = head[0] ?? 0;
      const used = keys.get(head.subarray(1, 1 + ID_BYTES).toString('hex'));
      if (!used || (form !== PLAIN && form !== DEFLATED)) return null;
      const nonce = head.subarray(1 + ID_BYTES);
      const decipher = createDecipheriv(CIPHER, used.secret, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(contextOf(head, context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const opened = decipher.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES));
        return unpacked(form, Buffer.concat([opened, decipher.final()]));
      } catch {
        // A wrong tag: another context, or damage.
        return null;
      }
    },
  };
};
