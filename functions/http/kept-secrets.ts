import type { Clock } from '../../shared/clock.ts';
import type { SecretReader, SecretReference } from '../../shared/config/secret-reference.ts';
import { ClaywatchError } from '../../shared/errors.ts';

/** How often the reader is asked, ms; it has a cache of its own, of a minute. */
const ASK_AGAIN_MS = 1_000;
/** How long a value goes on being valid while its store does not answer, ms. Longer would keep a revoked one alive. */
const VALID_UNREAD_MS = 15 * 60_000;

export interface KeptSecretsOptions<T> {
  readonly references: Iterable<SecretReference>;
  readonly secrets: SecretReader;
  readonly clock: Clock;
  /** How long their store is waited for, ms. */
  readonly withinMs: number;
  /** What is kept of a value. */
  readonly keep: (value: string) => T;
  /** Told of a secret that cannot be read; the error names it, not its value. */
  readonly onFault: (error: unknown) => void;
}

interface Known<T> {
  /** Null: it was taken away. */
  readonly value: string | null;
  readonly kept: T | null;
  /** When it was last read, epoch ms. */
  readonly at: number;
}

/**
 * Secrets by which requests are recognised: all of them are read together, whichever is needed, so that no answer and no
 * time tells them apart. One that was taken away is valid no more; one that cannot be reached goes on for a while.
 */
export const createKeptSecrets = <T>(options: KeptSecretsOptions<T>) => {
  const { secrets, clock, withinMs, keep, onFault } = options;
  const references = [...new Set(options.references)];
  const known = new Map<SecretReference, Known<T>>();
  let asked: { readonly at: number; readonly done: Promise<unknown> } | undefined;

  const read = async (reference: SecretReference): Promise<void> => {
    try {
      const value = await within(withinMs, clock, secrets.read(reference));
      const before = known.get(reference);
      const kept = before?.value === value ? before.kept : keep(value);
      known.set(reference, { value, kept, at: clock.now() });
    } catch (error) {
      onFault(error);
      const isGone = error instanceof ClaywatchError && error.code === 'secret.not-found';
      if (isGone) known.set(reference, { value: null, kept: null, at: clock.now() });
    }
  };
  const isInTime = (kept: Known<T> | undefined): boolean =>
    clock.now() - (kept?.at ?? Number.NEGATIVE_INFINITY) < VALID_UNREAD_MS;

  return {
    /** Reads all of them anew, at most once a second; never rejects. */
    refresh: (): Promise<unknown> => {
      const age = clock.now() - (asked?.at ?? Number.NEGATIVE_INFINITY);
      if (asked && age >= 0 && age < ASK_AGAIN_MS) return asked.done;
      asked = { at: clock.now(), done: Promise.all(references.map(read)) };
      return asked.done;
    },
    /** What is kept of one; null: there is none, or it was not read for too long. */
    of: (reference: SecretReference): T | null => {
      const kept = known.get(reference);
      return isInTime(kept) ? (kept?.kept ?? null) : null;
    },
    /** Whether there is one that nobody can tell: whoever is not recognised may still be right. */
    isAnyUnread: (): boolean => references.some((reference) => !isInTime(known.get(reference))),
  };
};

const within = async <T>(ms: number, clock: Clock, work: Promise<T>): Promise<T> => {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then(
    () => {
      throw new Error('the store of secrets did not answer in time');
    },
    () => work,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
};
