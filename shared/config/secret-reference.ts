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

/** The member of a secret's text that `#key` names, or the whole text; undefined when there is no such member. */
export const memberOf = ({ key }: Pick<ParsedSecretReference, 'key'>, text: string): string | undefined => {
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

/** The staging label of an old version that is still accepted while a rotation lasts. Taking it off revokes it. */
export const ALSO_VALID = 'CLAYWATCH_ALSO_VALID';

/** A value that a secret has, or had until lately. */
export interface SecretVersion {
  readonly value: string;
  /** Its version in the store: safe to keep and to show. Null where the store knows no versions. */
  readonly version: string | null;
}

/**
 * known: what was read within the minute, and the old version where there was one then · all: both within the minute ·
 * fresh: asked for now, at most every few seconds, because somebody sent a value that is none of those known.
 */
export type ValidScope = 'known' | 'all' | 'fresh';

/** Reads secrets by reference. Throws `secret.not-found` or `secret.forbidden`; never logs a value. */
export interface SecretReader {
  read(reference: SecretReference): Promise<string>;
  /**
   * Everything that is accepted now, the current value first; during a rotation the old one too. Left out by readers
   * that know but one value.
   */
  readValid?(reference: SecretReference, scope: ValidScope): Promise<readonly SecretVersion[]>;
  /**
   * Asks the store now, because whoever the secret is for refused it: at most once every few seconds, and otherwise as
   * `read`. Left out by readers that keep nothing.
   */
  readAgain?(reference: SecretReference): Promise<string>;
}

/** The values that are accepted, by readers of every kind. */
export const readValid = async (
  secrets: SecretReader,
  reference: SecretReference,
  scope: ValidScope,
): Promise<readonly SecretVersion[]> =>
  secrets.readValid
    ? secrets.readValid(reference, scope)
    : [{ value: await secrets.read(reference), version: null }];

/** Another value than the one that was refused; null: there is none, or it cannot be read. */
export const readAnother = async (
  secrets: SecretReader,
  reference: SecretReference,
  refused: string,
): Promise<string | null> => {
  try {
    const value = (await secrets.readAgain?.(reference))?.trim();
    return value === undefined || value === '' || value === refused ? null : value;
  } catch {
    return null;
  }
};
