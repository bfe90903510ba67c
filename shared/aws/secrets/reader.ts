import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../clock.ts';
import {
  ALSO_VALID,
  memberOf,
  type ParsedSecretReference,
  parseSecretReference,
  type SecretReader,
  type SecretReference,
  type SecretVersion,
} from '../../config/secret-reference.ts';
import { ClaywatchError } from '../../errors.ts';
import type { FetchedVersion } from './fetch.ts';

/** How long a value is kept, ms: a rotated secret is seen within a minute. */
const KEPT_MS = 60_000;
/**
 * How soon the store is asked again because a value was refused, ms. Doubled each time that nothing new is found, up to
 * what it is asked anyway: strangers who send wrong secrets cost next to nothing.
 */
const AGAIN_MS = 3_000;

export interface SecretReaderOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Made at the first `secretsmanager:` reference that is read; default: the SDK's client, loaded only then. */
  readonly secretsManager?: () => SecretsManagerClient | Promise<SecretsManagerClient>;
}

interface Kept<T> {
  readonly at: number;
  readonly value: Promise<T>;
}

/** What is kept of one secret. */
interface Slot {
  current?: Kept<FetchedVersion> | undefined;
  /** The old version that is still accepted during a rotation. */
  old?: Kept<FetchedVersion | null> | undefined;
  hasOld: boolean;
  /** The version that was read last. */
  seen: string | null;
  /** When it was last asked for because of a refusal, and how long not to do so again. */
  again: { readonly at: number; readonly waitMs: number } | undefined;
}

/**
 * Reads `env:` references without any AWS, and `secretsmanager:` references with one call a minute per secret, however
 * many references and concurrent readers share it; during a rotation two. Errors name the reference only.
 */
export const createSecretReader = (options: SecretReaderOptions): SecretReader & Required<SecretReader> => {
  const { env, clock } = options;
  const slots = new Map<string, Slot>();
  let client: Promise<SecretsManagerClient> | undefined;

  const slotOf = (name: string): Slot => {
    const slot = slots.get(name) ?? { hasOld: false, seen: null, again: undefined };
    slots.set(name, slot);
    return slot;
  };
  const ageOf = (kept: { readonly at: number } | undefined): number => {
    const age = clock.now() - (kept?.at ?? Number.NEGATIVE_INFINITY);
    return age >= 0 ? age : Number.POSITIVE_INFINITY;
  };
  // Loaded with the SDK at the first need: a command line that reads only the environment starts without it.
  const fetching = () => {
    client ??= Promise.resolve((options.secretsManager ?? defaultClient)());
    return Promise.all([client, import('./fetch.ts')]);
  };
  /** A failure is not kept: the next reader asks again. */
  const keep = <K extends 'current' | 'old'>(slot: Slot, which: K, value: NonNullable<Slot[K]>['value']) => {
    const entry = { at: clock.now(), value } as NonNullable<Slot[K]>;
    slot[which] = entry;
    value.catch(() => {
      if (slot[which] === entry) slot[which] = undefined;
    });
    return value;
  };

  const fetchCurrent = (name: string, slot: Slot, newerThanMs: number): Promise<FetchedVersion> => {
    if (slot.current && ageOf(slot.current) < newerThanMs) return slot.current.value;
    const value = fetching().then(async ([made, { fetchSecret }]) => {
      const fetched = await fetchSecret(made, name);
      // Another version is good news: whoever was refused may ask again soon.
      if (fetched.version !== slot.seen) slot.again = undefined;
      slot.seen = fetched.version;
      return fetched;
    });
    keep(slot, 'current', value);
    return value;
  };
  const fetchOld = (name: string, slot: Slot, newerThanMs: number): Promise<FetchedVersion | null> => {
    if (slot.old && ageOf(slot.old) < newerThanMs) return slot.old.value;
    const value = fetching().then(async ([made, { fetchStage }]) => {
      const fetched = await fetchStage(made, name, ALSO_VALID);
      slot.hasOld = fetched !== null;
      return fetched;
    });
    keep(slot, 'old', value);
    return value;
  };

  /** How old what is read may be after a refusal, ms. */
  const afterRefusal = (slot: Slot): number => {
    const waitMs = slot.again?.waitMs ?? 0;
    if (ageOf(slot.again) < waitMs) return KEPT_MS;
    slot.again = { at: clock.now(), waitMs: Math.min(KEPT_MS, Math.max(AGAIN_MS, 2 * waitMs)) };
    // What was read this very moment is as fresh as can be.
    return 1;
  };

  const textOf = (reference: SecretReference, parsed: ParsedSecretReference, text: string | undefined) => {
    const value = text?.trim();
    if (!value) throw notFound(reference, parsed);
    return value;
  };
  const readWith = async (reference: SecretReference, newerThanMs: (slot: Slot) => number) => {
    const parsed = parseSecretReference(reference);
    if (parsed.store === 'env') return textOf(reference, parsed, env[parsed.name]);
    const slot = slotOf(parsed.name);
    const { text } = await fetchCurrent(parsed.name, slot, newerThanMs(slot));
    return textOf(reference, parsed, memberOf(parsed, text));
  };

  return {
    read: (reference) => readWith(reference, () => KEPT_MS),
    readAgain: (reference) => readWith(reference, afterRefusal),

    readValid: async (reference, scope) => {
      const parsed = parseSecretReference(reference);
      if (parsed.store === 'env')
        return [{ value: textOf(reference, parsed, env[parsed.name]), version: null }];
      const slot = slotOf(parsed.name);
      const newerThanMs = scope === 'fresh' ? afterRefusal(slot) : KEPT_MS;
      const withOld = scope !== 'known' || slot.hasOld;
      const [current, old] = await Promise.all([
        fetchCurrent(parsed.name, slot, newerThanMs),
        withOld ? fetchOld(parsed.name, slot, newerThanMs) : null,
      ]);
      const value = textOf(reference, parsed, memberOf(parsed, current.text));
      const valid: SecretVersion[] = [{ value, version: current.version }];
      const before = old && old.version !== current.version ? memberOf(parsed, old.text)?.trim() : undefined;
      if (old && before && before !== value) valid.push({ value: before, version: old.version });
      return valid;
    },
  };
};

const defaultClient = async (): Promise<SecretsManagerClient> => {
  const { createSecretsClient } = await import('./client.ts');
  return createSecretsClient();
};

const notFound = (reference: SecretReference, { store, name, key }: ParsedSecretReference): ClaywatchError =>
  store === 'env'
    ? new ClaywatchError(
        'secret.not-found',
        `The secret ${reference} does not exist: the environment variable ${name} is not set, or empty.`,
        `Set ${name} in the environment of this process.`,
      )
    : new ClaywatchError(
        'secret.not-found',
        `The secret ${reference} has no value${key === undefined ? '' : ` under "${key}"`}.`,
        key === undefined
          ? `Put the value into the secret "${name}" in AWS Secrets Manager.`
          : `Make the secret "${name}" in AWS Secrets Manager a JSON object with a text member "${key}".`,
      );
