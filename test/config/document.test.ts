import { describe, expect, it } from 'vitest';
import { renderConfigurationDoc } from '../../shared/config/document.ts';
import { everyKey } from '../../shared/config/keys.ts';
import { parseConfig } from '../../shared/config/parse.ts';

const LEAF_CONFIG = {
  integration: { url: 'https://example.com' },
  feeds: { leads: { webhooks: [{ id: 'a', url: 'env:A' }], callback: { url: 'https://example.com' } } },
  probes: { crm: { url: 'https://example.com' } },
  notify: { email: [{ address: 'a@example.com' }], sms: [{ number: '+4915112345678' }] },
};

/** Every path of a value, names and positions replaced as the documentation writes them. */
const paths = (value: unknown, path = ''): string[] => {
  if (Array.isArray(value)) return value.flatMap((entry) => paths(entry, `${path}[]`));
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, entry]) => {
    const named = path === 'feeds' || path === 'probes' ? '<name>' : key;
    return paths(entry, path ? `${path}.${named}` : named);
  });
};

describe('the documentation of the configuration', () => {
  it('gives every key a meaning', () => {
    expect(everyKey().filter(({ meaning }) => meaning.length < 5)).toEqual([]);
  });

  it('gives every number its unit, save for shares', () => {
    const bare = everyKey().filter(({ allowed, unit }) => /^a (whole )?number/.test(allowed) && !unit);
    expect(bare.map(({ path }) => path)).toEqual(['feeds.<name>.webhooks[].canary.maxShareOfLimitPerYear']);
  });

  it('lists every key that a complete configuration has', () => {
    const listed = new Set(everyKey().map(({ path }) => path));
    const used = paths(parseConfig(LEAF_CONFIG, 'test.json'))
      .map((path) => path.replace(/\[\]$/, '').replace(/\.row\..*/, '.row'))
      .filter((path) => !listed.has(path));
    expect(used).toEqual([]);
  });

  it('has one row per key and shows its default', () => {
    const text = renderConfigurationDoc();
    expect(text).toContain('| `balanceEveryMinutes` | How often the credit balance is read.');
    for (const key of everyKey().filter(({ section }) => !section)) {
      expect(text).toContain(`| \`${key.path.split('.').at(-1)}\` | ${key.meaning.replaceAll('|', '\\|')} |`);
    }
  });
});
