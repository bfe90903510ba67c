import type { Config } from '../shared/config/schema.ts';
import {
  parseSecretReference,
  SECRET_REFERENCE,
  type SecretReference,
} from '../shared/config/secret-reference.ts';
import { ClaywatchError } from '../shared/errors.ts';

export interface NamedReference {
  /** The key of the configuration, e.g. `feeds.leads.webhooks[0].url`. */
  readonly key: string;
  readonly reference: SecretReference;
}

const isReference = (value: unknown): value is SecretReference =>
  typeof value === 'string' && SECRET_REFERENCE.test(value);

/** JSON of the user's own, in which a text that looks like the name of a secret is none. */
const FREE_JSON = /\.(?:relay\.schema|canary\.row)$/;

/**
 * Every secret that a configuration names, with the key that names it. Found by their look rather than by a list of
 * keys, so that a key that is added to the schema cannot be forgotten here.
 */
export const secretReferencesIn = (value: unknown, key = ''): readonly NamedReference[] => {
  if (isReference(value)) return [{ key, reference: value }];
  if (FREE_JSON.test(key)) return [];
  if (Array.isArray(value)) {
    return value.flatMap((element, index) => secretReferencesIn(element, `${key}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    secretReferencesIn(member, key === '' ? name : `${key}.${name}`),
  );
};

/** The names of the secrets that keys of this form name, each once. */
export const secretNamesAt = (config: Config, key: RegExp): readonly string[] => [
  ...new Set(
    secretReferencesIn(config)
      .filter((named) => key.test(named.key))
      .map(({ reference }) => parseSecretReference(reference).name),
  ),
];

/**
 * The names of the Secrets Manager secrets that a deployment reads, each once. Throws `config.invalid` for `env:`
 * references: on Lambda they would be missing at every run, and a secret written into a function's environment would
 * be readable in the console.
 */
export const deployedSecretsOf = (config: Config): readonly string[] => {
  const named = secretReferencesIn(config);
  const fromEnvironment = named.filter(({ reference }) => parseSecretReference(reference).store === 'env');
  if (fromEnvironment.length > 0) {
    const lines = fromEnvironment.map(({ key, reference }) => `  ${key}: ${reference}`);
    throw new ClaywatchError(
      'config.invalid',
      `A deployed function cannot read secrets from environment variables:\n${lines.join('\n')}`,
      `Name each as "secretsmanager:${config.installation}/NAME#key" instead: a secret below "${config.installation}/" is created empty, any other must exist.`,
    );
  }
  return [...new Set(named.map(({ reference }) => parseSecretReference(reference).name))].sort();
};
