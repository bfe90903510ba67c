import type { Clock } from '../../shared/clock.ts';
import {
  parseSecretReference,
  readValid,
  type SecretReader,
  type SecretReference,
  type ValidScope,
} from '../../shared/config/secret-reference.ts';
import { ClaywatchError } from '../../shared/errors.ts';

/** How often the reader is asked, ms; it has a cache of its own, of a minute. */
const ASK_AGAIN_MS = 1_000;
/** How often, at most, all of them are asked for because somebody was not recognised, ms; the reader has limits too. */
const MISSED_AGAIN_MS = 2_000;
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

/** One value by which a request may be recognised. */
export interface KeptValue<T> {
  readonly kept: T;
  /** Which version of the secret it is; null: unknown. */
  readonly version: string | null;
}

interface Known<T> {
  /** Empty: it was taken away. */
  readonly values: readonly (KeptValue<T> & { readonly value: string })[];
  /** When it was last read, epoch ms. */
  readonly at: number;
}

/**
 * Secrets by which requests are recognised: all of them are read together, whichever is needed, so that no answer and no
 * time tells them apart. During a rotation two values are valid. One that was taken away is valid no more; one that
 * cannot be reached goes on for a while.
 */
export const createKeptSecrets = <T>(options: KeptSecretsOptions<T>) => {
  const { secrets, clock, withinMs, keep, onFault } = options;
  const references = [...new Set(options.references)];
  const known = new Map<SecretReference, Known<T>>();
  /** What could not be read at the last attempt: asking once more would only take longer. */
  const unread = new Set<SecretReference>();
  const mayHaveChanged = (reference: SecretReference): boolean =>
    secrets.readValid !== undefined &&
    parseSecretReference(reference).store !== 'env' &&
    !unread.has(reference);
  let asked: { readonly at: number; readonly done: Promise<unknown> } | undefined;
  let missed: { readonly at: number; readonly done: Promise<unknown> } | undefined;

  const read = async (reference: SecretReference, scope: ValidScope): Promise<void> => {
    try {
      const valid = await within(withinMs, clock, readValid(secrets, reference, scope));
      const before = known.get(reference)?.values ?? [];
      const values = valid.map(({ value, version }) => ({
        value,
        version,
        kept: before.find((one) => one.value === value)?.kept ?? keep(value),
      }));
      known.set(reference, { values, at: clock.now() });
      unread.delete(reference);
    } catch (error) {
      unread.add(reference);
      onFault(error);
      const isGone = error instanceof ClaywatchError && error.code === 'secret.not-found';
      if (isGone) known.set(reference, { values: [], at: clock.now() });
    }
  };
  const readAll = (scope: ValidScope) => ({
    at: clock.now(),
    done: Promise.all(
      (scope === 'fresh' ? references.filter(mayHaveChanged) : references).map((reference) =>
        read(reference, scope),
      ),
    ),
  });
  const isYoungerThan = (ms: number, last: { readonly at: number } | undefined): boolean => {
    const age = clock.now() - (last?.at ?? Number.NEGATIVE_INFINITY);
    return age >= 0 && age < ms;
  };
  const isInTime = (kept: Known<T> | undefined): boolean =>
    clock.now() - (kept?.at ?? Number.NEGATIVE_INFINITY) < VALID_UNREAD_MS;

  const all = (reference: SecretReference): readonly KeptValue<T>[] => {
    const kept = known.get(reference);
    return isInTime(kept) ? (kept?.values ?? []) : [];
  };

  return {
    /** Reads all of them anew, at most once a second; never rejects. */
    refresh: (): Promise<unknown> => {
      if (!asked || !isYoungerThan(ASK_AGAIN_MS, asked)) asked = readAll('known');
      return asked.done;
    },
    /**
     * For a request that is not recognised: looks whether a secret has changed meanwhile. Seldom, so that a stranger
     * cannot make the store be asked at will; never rejects.
     */
    refreshMissed: (): Promise<unknown> => {
      if (!missed || !isYoungerThan(MISSED_AGAIN_MS, missed)) missed = readAll('fresh');
      return missed.done;
    },
    /** What is kept of one, the current value first; empty: there is none, or it was not read for too long. */
    all,
    /** Whether there is one that nobody can tell: whoever is not recognised may still be right. */
    isAnyUnread: (): boolean => references.some((reference) => !isInTime(known.get(reference))),
  };
};

/** Rejects when it takes longer. */
export const within = async <T>(ms: number, clock: Clock, work: Promise<T>): Promise<T> => {
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
