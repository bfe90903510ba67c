import type { Clock } from '../../shared/clock.ts';
import { parseSecretReference } from '../../shared/config/secret-reference.ts';
import type { SecretUseLog } from '../../shared/rotate/use.ts';
import { within } from './kept-secrets.ts';
import type { SecretUse } from './senders.ts';

/** How often the use of a version by a sender is written down, ms. */
const NOTED_MS = 15 * 60_000;
/** How long the store is waited for, ms: whoever sends waits as well. */
const WRITE_WITHIN_MS = 250;
/** More senders than that are not told apart: what they call themselves comes from outside. */
const MOST = 500;
const LONGEST_NAME = 120;

export interface UseNotesOptions {
  readonly log: Pick<SecretUseLog, 'note'>;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/**
 * Writes down which version of a secret is in use by whom, so that an old one is revoked once nobody needs it: once in a
 * quarter of an hour for each, whatever goes on. Never rejects, and holds nobody up for long.
 */
export const createUseNotes = ({ log, clock, onFault }: UseNotesOptions) => {
  const noted = new Map<string, number>();

  return async (sender: string, { reference, version }: SecretUse): Promise<void> => {
    if (version === null) return;
    const secret = parseSecretReference(reference).name;
    const name = sender.slice(0, LONGEST_NAME);
    const key = `${secret} ${version} ${name}`;
    const now = clock.now();
    const age = now - (noted.get(key) ?? Number.NEGATIVE_INFINITY);
    if (age >= 0 && age < NOTED_MS) return;
    if (!noted.has(key) && noted.size >= MOST) return;
    noted.set(key, now);
    try {
      await within(WRITE_WITHIN_MS, clock, log.note({ secret, sender: name, version, at: now }));
    } catch (error) {
      // The next request tries again.
      noted.delete(key);
      onFault(error);
    }
  };
};

export type NoteUse = ReturnType<typeof createUseNotes>;
