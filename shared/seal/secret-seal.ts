import type { Clock } from '../clock.ts';
import type { SecretReader, SecretReference } from '../config/secret-reference.ts';
import type { Seal } from '../relay/queue.ts';
import { createSeal } from './node-seal.ts';

/**
 * How long a key is used before it is read again, ms. It is never rotated by itself (docs/rotation.md), so that reading
 * it every minute in every process would be the dearest part of the secrets, for nothing.
 */
const KEPT_MS = 15 * 60_000;

/**
 * A seal whose key is a secret. A new key is used for sealing after a quarter of an hour, and for opening as soon as
 * something is met that the known one does not open, as often as the reader asks the store anew for the sake of a
 * refusal. Rejects with what the reader throws, and with `rows-key.invalid`; a key that is known opens, and goes on
 * sealing, while it cannot be read.
 */
export const createSecretSeal = ({
  secrets,
  reference,
  clock,
}: {
  readonly secrets: SecretReader;
  readonly reference: SecretReference;
  readonly clock: Pick<Clock, 'now'>;
}): Seal => {
  let made: { readonly text: string; readonly seal: Seal } | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  const use = (text: string): Seal => {
    if (made?.text !== text) made = { text, seal: createSeal(text) };
    readAt = clock.now();
    return made.seal;
  };
  const current = async (): Promise<Seal> => {
    // A clock that was set back is no reason to keep it longer.
    if (made && Math.abs(clock.now() - readAt) < KEPT_MS) return made.seal;
    return use(await secrets.read(reference));
  };
  /** The key as it is now, if it is another one than that which did not open something. */
  const another = async (): Promise<Seal | null> => {
    const before = made?.text;
    const text = await (secrets.readAgain ?? secrets.read)(reference);
    return text === before ? null : use(text);
  };
  return {
    seal: async (text, context) => (await current()).seal(text, context),
    open: async (sealed, context) => {
      const opened = await (await current()).open(sealed, context);
      if (opened !== null) return opened;
      return (await another())?.open(sealed, context) ?? null;
    },
  };
};
