import type { SecretReader, SecretReference } from '../config/secret-reference.ts';
import type { Seal } from '../relay/queue.ts';
import { createSeal } from './node-seal.ts';

/**
 * A seal whose key is a secret, read at the first use and as often as the reader likes, so that a key that was rotated
 * is used within the reader's minute. Rejects with what the reader throws, and with `rows-key.invalid`.
 */
export const createSecretSeal = ({
  secrets,
  reference,
}: {
  readonly secrets: SecretReader;
  readonly reference: SecretReference;
}): Seal => {
  let made: { readonly text: string; readonly seal: Seal } | undefined;
  const current = async (): Promise<Seal> => {
    const text = await secrets.read(reference);
    if (made?.text !== text) made = { text, seal: createSeal(text) };
    return made.seal;
  };
  return {
    seal: async (text, context) => (await current()).seal(text, context),
    open: async (sealed, context) => (await current()).open(sealed, context),
  };
};
