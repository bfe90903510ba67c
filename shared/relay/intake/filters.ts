import { isObject, type JsonObject } from '../../rows/body.ts';
import { textOf, valueAt } from '../../rows/body-value.ts';
import { addressDomainOf, domainOf } from './address.ts';
import { type Refusal, type RefusalCode, refusal } from './outcome.ts';
import { isPersonalDomain } from './personal-domains.ts';

export interface RowFilters {
  /** Keys; a dot reaches into an object. */
  readonly email?: string | undefined;
  readonly domain?: string | undefined;
  readonly personalDomains: 'take' | 'refuse';
  /** In lower case. */
  readonly morePersonalDomains: ReadonlySet<string>;
}

/** Whether there is something in it; no and 0 are something, and what templates leave behind is nothing. */
const isSomething = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : textOf(value) !== undefined;
};

export const missingKeys = (row: JsonObject, required: readonly string[]): Refusal | null => {
  const missing = required.filter((name) => !isSomething(valueAt(row, name)));
  if (missing.length === 0) return null;
  const verb = missing.length === 1 ? 'is' : 'are';
  return refusal('row.incomplete', `${missing.join(', ')} ${verb} missing or empty.`);
};

interface Rule {
  readonly key: string | undefined;
  readonly read: (text: string) => string | null;
  readonly code: RefusalCode;
  readonly what: string;
}

/** A row that has nothing there passes: that a key must be there is said by `required`. */
export const filtered = (row: JsonObject, filters: RowFilters): Refusal | null => {
  const rules: readonly Rule[] = [
    { key: filters.email, read: addressDomainOf, code: 'row.email-invalid', what: 'an e-mail address' },
    {
      key: filters.domain,
      read: domainOf,
      code: 'row.domain-invalid',
      what: 'the name of an internet domain',
    },
  ];
  for (const { key, read, code, what } of rules) {
    const value = key === undefined ? undefined : valueAt(row, key);
    if (!isSomething(value)) continue;
    const domain = typeof value === 'string' ? read(value.trim()) : null;
    if (domain === null) return refusal(code, `${key} is not ${what}.`);
    if (filters.personalDomains === 'refuse' && isPersonalDomain(domain, filters.morePersonalDomains)) {
      return refusal('row.personal-domain', `${key} is of a provider of free mailboxes.`);
    }
  }
  return null;
};
