import { SECRET_REFERENCE, type SecretReference } from './secret-reference.ts';

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
