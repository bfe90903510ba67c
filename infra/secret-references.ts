import type { Config, EndpointConfig } from '../shared/config/schema.ts';
import { parseSecretReference, type SecretReference } from '../shared/config/secret-reference.ts';
import { ClaywatchError } from '../shared/errors.ts';

export interface NamedReference {
  /** The key of the configuration, e.g. `feeds.leads.webhooks[0].url`. */
  readonly key: string;
  readonly reference: SecretReference;
}

const ofHeaders = (key: string, endpoint: Pick<EndpointConfig, 'headers'> | undefined): NamedReference[] =>
  Object.entries(endpoint?.headers ?? {}).flatMap(([name, header]) =>
    typeof header === 'string' ? [] : [{ key: `${key}.headers.${name}`, reference: header.secret }],
  );

const optional = (key: string, reference: SecretReference | undefined): NamedReference[] =>
  reference === undefined ? [] : [{ key, reference }];

/** Every secret that a configuration names, with the key that names it. */
export const secretReferencesOf = ({ clay, feeds, integration, probes }: Config): NamedReference[] => [
  ...optional('clay.apiKey', clay.apiKey),
  ...Object.entries(feeds).flatMap(([name, { webhooks, callback }]) => [
    ...webhooks.flatMap(({ url, authToken }, index) => [
      { key: `feeds.${name}.webhooks[${index}].url`, reference: url },
      ...optional(`feeds.${name}.webhooks[${index}].authToken`, authToken),
    ]),
    ...ofHeaders(`feeds.${name}.callback`, callback),
  ]),
  ...ofHeaders('integration', integration),
  ...Object.entries(probes).flatMap(([name, probe]) => ofHeaders(`probes.${name}`, probe)),
];

/**
 * The names of the Secrets Manager secrets that a deployment reads, each once. Throws `config.invalid` for `env:`
 * references: on Lambda they would be missing at every run, and a secret written into a function's environment would
 * be readable in the console.
 */
export const deployedSecretsOf = (config: Config): readonly string[] => {
  const parsed = secretReferencesOf(config).map(({ key, reference }) => ({
    key,
    reference,
    ...parseSecretReference(reference),
  }));
  const fromEnvironment = parsed.filter(({ store }) => store === 'env');
  if (fromEnvironment.length > 0) {
    const lines = fromEnvironment.map(({ key, reference }) => `  ${key}: ${reference}`);
    throw new ClaywatchError(
      'config.invalid',
      `A deployed function cannot read environment references:\n${lines.join('\n')}`,
      `Name each as "secretsmanager:${config.installation}/NAME#key" instead; a name below "${config.installation}/" is created empty, any other must exist.`,
    );
  }
  return [...new Set(parsed.map(({ name }) => name))].sort();
};
