/**
 * Secrets are named in the configuration, never written into it. `env:NAME` reads an environment variable (CLI and
 * local runtime); `secretsmanager:NAME` or `secretsmanager:NAME#key` reads AWS Secrets Manager, `#key` picking one
 * member of a JSON secret.
 */
export type SecretReference = `env:${string}` | `secretsmanager:${string}`;

export const SECRET_REFERENCE =
  /^(env:[A-Za-z_][A-Za-z0-9_]*|secretsmanager:[A-Za-z0-9/_+=.@-]+(#[A-Za-z0-9_.-]+)?)$/;

export interface ParsedSecretReference {
  readonly store: 'env' | 'secretsmanager';
  readonly name: string;
  /** The member of a JSON secret; only with `secretsmanager`. */
  readonly key?: string;
}

export const parseSecretReference = (reference: SecretReference): ParsedSecretReference => {
  const [store, rest = ''] = reference.split(/:(.*)/s) as ['env' | 'secretsmanager', string];
  const [name = '', key] = rest.split('#');
  return { store, name, ...(key === undefined ? {} : { key }) };
};

/** Reads secrets by reference. Throws `secret.not-found` or `secret.forbidden`; never logs a value. */
export interface SecretReader {
  read(reference: SecretReference): Promise<string>;
}
