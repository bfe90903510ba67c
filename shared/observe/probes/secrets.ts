import type { SecretReader, SecretReference } from '../../config/secret-reference.ts';
import { ClaywatchError } from '../../errors.ts';

export type SecretRead =
  | { readonly kind: 'value'; readonly value: string }
  /** Names the reference, never a value. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a secret for one look; a secret that cannot be read is a value, because the look then does not take place. */
export const readSecret = async (secrets: SecretReader, reference: SecretReference): Promise<SecretRead> => {
  const unreadable = (why: string): SecretRead => ({
    kind: 'unreadable',
    reason: `the secret ${reference} ${why}`,
  });
  try {
    // Values are pasted by people; a line break at the end would make the header impossible.
    const value = (await secrets.read(reference)).trim();
    return value === '' ? unreadable('is empty') : { kind: 'value', value };
  } catch (error) {
    const code = error instanceof ClaywatchError ? error.code : '';
    if (code === 'secret.not-found') return unreadable('was not found');
    if (code === 'secret.forbidden') return unreadable('may not be read by this process');
    return unreadable('could not be read');
  }
};

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** Field values of RFC 9110: no control character, which is also what ends a header early. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export type HeadersRead =
  | { readonly kind: 'value'; readonly value: Readonly<Record<string, string>> }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Resolves configured headers, secrets among them, and refuses what HTTP cannot carry before it is sent. */
export const readHeaders = async (
  secrets: SecretReader,
  headers: Readonly<Record<string, string | { readonly secret: SecretReference }>>,
): Promise<HeadersRead> => {
  const resolved: Record<string, string> = {};
  for (const [name, given] of Object.entries(headers)) {
    const read: SecretRead =
      typeof given === 'string' ? { kind: 'value', value: given } : await readSecret(secrets, given.secret);
    if (read.kind === 'unreadable') return read;
    if (!HEADER_NAME.test(name))
      return { kind: 'unreadable', reason: 'a configured header has an impossible name' };
    if (!HEADER_VALUE.test(read.value)) {
      return { kind: 'unreadable', reason: `the header ${name} has a character that no header can carry` };
    }
    resolved[name.toLowerCase()] = read.value;
  }
  return { kind: 'value', value: resolved };
};
