import type { Config } from '../shared/config/schema.ts';
import { parseSecretReference } from '../shared/config/secret-reference.ts';
import { secretReferencesIn } from '../shared/config/secret-references.ts';
import { ClaywatchError } from '../shared/errors.ts';

export { type NamedReference, secretReferencesIn } from '../shared/config/secret-references.ts';

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
