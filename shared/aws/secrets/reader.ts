import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../clock.ts';
import {
  type ParsedSecretReference,
  parseSecretReference,
  type SecretReader,
  type SecretReference,
} from '../../config/secret-reference.ts';
import { ClaywatchError } from '../../errors.ts';

/** How long a value is kept, ms: a rotated secret is seen within a minute. */
const KEPT_MS = 60_000;

export interface SecretReaderOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Made at the first `secretsmanager:` reference that is read; default: the SDK's client, loaded only then. */
  readonly secretsManager?: () => SecretsManagerClient | Promise<SecretsManagerClient>;
}

/**
 * Reads `env:` references without any AWS, and `secretsmanager:` references with one call a minute per secret, however
 * many references and concurrent readers share it. Errors name the reference only.
 */
export const createSecretReader = (options: SecretReaderOptions): SecretReader => {
  const { env, clock } = options;
  const kept = new Map<string, { readonly at: number; readonly value: Promise<string> }>();
  let client: Promise<SecretsManagerClient> | undefined;

  const fetchKept = (name: string): Promise<string> => {
    const before = kept.get(name);
    const age = clock.now() - (before?.at ?? Number.NEGATIVE_INFINITY);
    if (before && age >= 0 && age < KEPT_MS) return before.value;
    client ??= Promise.resolve((options.secretsManager ?? defaultClient)());
    // Loaded with the SDK at the first need: a command line that reads only the environment starts without it.
    const value = Promise.all([client, import('./fetch.ts')]).then(([made, { fetchSecret }]) =>
      fetchSecret(made, name),
    );
    const entry = { at: clock.now(), value };
    kept.set(name, entry);
    // A failure is not kept: the next reader asks again.
    value.catch(() => {
      if (kept.get(name) === entry) kept.delete(name);
    });
    return value;
  };

  return {
    read: async (reference) => {
      const parsed = parseSecretReference(reference);
      const text = parsed.store === 'env' ? env[parsed.name] : member(parsed, await fetchKept(parsed.name));
      const value = text?.trim();
      if (!value) throw notFound(reference, parsed);
      return value;
    },
  };
};

/** With limits: without `throwOnRequestTimeout` the SDK only warns of a call that hangs. */
const defaultClient = async (): Promise<SecretsManagerClient> => {
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  return new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
};

/** The member that `#key` names, or the whole text; undefined when there is no such member. */
const member = ({ key }: ParsedSecretReference, text: string): string | undefined => {
  if (key === undefined) return text;
  try {
    const members: unknown = JSON.parse(text);
    if (typeof members !== 'object' || members === null || !Object.hasOwn(members, key)) return undefined;
    const value: unknown = Reflect.get(members, key);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
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
