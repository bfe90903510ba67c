import { describe, expect, it } from 'vitest';
import { addressDomainOf, domainOf } from '../../../shared/relay/intake/address.ts';
import { filtered, missingKeys } from '../../../shared/relay/intake/filters.ts';

const personal = {
  personalDomains: 'refuse',
  morePersonalDomains: new Set(['acme-family.example']),
} as const;
const lax = { personalDomains: 'take', morePersonalDomains: new Set<string>() } as const;

describe('an e-mail address', () => {
  it.each([
    'jane@acme.example',
    "o'neil+news@mail.acme.co.uk",
    'j.d_x-1@ACME.example',
    'jürgen@müller.example',
    '用户@例子.公司',
    `${'x'.repeat(64)}@acme.example`,
  ])('is %s', (text) => {
    expect(addressDomainOf(text)).toBe(text.slice(text.indexOf('@') + 1).toLowerCase());
  });

  it.each([
    ...['', 'jane', '@acme.example', 'jane@', 'jane@acme', 'jane@@acme.example', 'jane doe@acme.example'],
    ...['.jane@acme.example', 'jane.@acme.example', 'ja..ne@acme.example', 'jane@acme..example'],
    ...[
      'jane@-acme.example',
      'jane@acme-.example',
      'jane@192.0.2.1',
      'jane@acme.example.',
      '<jane@acme.example>',
    ],
    ...['jane@acme.example, joe@acme.example', 'mailto:jane@acme.example', 'jane@acme.example\n', 'n/a@'],
    ...[
      `${'x'.repeat(65)}@acme.example`,
      `jane@${'x'.repeat(64)}.example`,
      `jane@${'xx.'.repeat(90)}example`,
    ],
  ])('is not %j', (text) => {
    expect(addressDomainOf(text)).toBeNull();
  });
});

describe('the name of a domain', () => {
  it.each(['acme.example', 'WWW.Acme.example', 'xn--mller-kva.example'])('is %s', (text) => {
    expect(domainOf(text)).toBe(text.toLowerCase());
  });
  it.each([
    '',
    'acme',
    'https://acme.example',
    'acme.example/x',
    'acme .example',
    '192.0.2.1',
    '.example',
    'a_b.example',
  ])('is not %j', (text) => {
    expect(domainOf(text)).toBeNull();
  });
});

describe('filters', () => {
  it.each([
    'gmail.com',
    'GoogleMail.com',
    'yahoo.co.uk',
    'yahoo.com.br',
    'hotmail.fr',
    'web.de',
    'qq.com',
    'Acme-Family.example',
  ])('refuse %s as personal, when the feed wants that', (domain) => {
    const row = { email: `jane@${domain}` };
    expect(filtered(row, { ...personal, email: 'email' })).toMatchObject({ code: 'row.personal-domain' });
    expect(filtered({ site: domain }, { ...personal, domain: 'site' })?.detail).toBe(
      'site is of a provider of free mailboxes.',
    );
    expect(filtered(row, { ...lax, email: 'email' })).toBeNull();
  });

  it.each(['gmail.acme.example', 'mygmail.com', 'live.acme.example', 'yahoo.acme'])('take %s', (domain) => {
    expect(filtered({ email: `jane@${domain}` }, { ...personal, email: 'email' })).toBeNull();
  });

  it('look into objects, and let a row pass that has nothing there', () => {
    const filters = { ...lax, email: 'contact.email', domain: 'company.domain' };
    expect(filtered({ contact: { email: 'jane' } }, filters)).toMatchObject({
      code: 'row.email-invalid',
      detail: 'contact.email is not an e-mail address.',
    });
    for (const email of [undefined, null, '', '  ', 'null', 'undefined']) {
      expect(filtered({ contact: { email } }, filters)).toBeNull();
    }
    expect(filtered({ contact: { email: 7 } }, filters)?.code).toBe('row.email-invalid');
    expect(filtered({ contact: { email: { a: 1 } } }, filters)?.code).toBe('row.email-invalid');
    expect(filtered({ company: { domain: 'jane@acme.example' } }, filters)?.code).toBe('row.domain-invalid');
  });

  it('take an address in a time that grows with its length only', () => {
    const row = { email: `${'a.'.repeat(40_000)}@${'b-'.repeat(10_000)}` };
    const before = performance.now();
    expect(filtered(row, { ...lax, email: 'email' })).toMatchObject({ code: 'row.email-invalid' });
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe('keys that a row must have', () => {
  it('have something in them: no and 0 are something', () => {
    const row = {
      a: 0,
      b: false,
      c: 'x',
      d: [0],
      e: { f: 1 },
      g: ' ',
      h: null,
      i: [],
      j: {},
      k: 'undefined',
    };
    expect(missingKeys(row, ['a', 'b', 'c', 'd', 'e', 'e.f'])).toBeNull();
    expect(missingKeys(row, ['a', 'g', 'h', 'i', 'j', 'k', 'nothing', 'e.x'])?.detail).toBe(
      'g, h, i, j, k, nothing, e.x are missing or empty.',
    );
    expect(missingKeys(row, ['toString', '__proto__', 'constructor.name'])?.code).toBe('row.incomplete');
  });
});
