import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, oneLine, WIDTH, wrap } from '../../shared/notify/text.ts';
import { hostileText } from './hostile.ts';

describe('text by others', () => {
  it('becomes one line of visible characters, never empty and never longer than asked', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 4, max: 400 }), (text, max) => {
        const line = oneLine(text, max);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\u2028\u2029]/u);
        expect(line.isWellFormed()).toBe(true);
        expect([...line].length).toBeLessThanOrEqual(max);
        expect(line.trim()).not.toBe('');
      }),
    );
  });

  it.each([
    [
      'a webhook URL',
      'POST https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-1b9d6bcd answered 403',
    ],
    [
      'a webhook URL without its scheme',
      'api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-1b9d6bcd',
    ],
    ['a bearer token', 'sent Authorization: Bearer 1b9d6bcd.1b9d6bcd and got 401'],
    ['a key', 'key sk-1b9d6bcd1b9d6bcd is wrong'],
    ['the query of a URL', 'GET https://crm.example/health?api_key=1b9d6bcd answered 200'],
    ['a password in a URL', 'GET https://me:1b9d6bcd@crm.example/health answered 200'],
    ['a mail address', 'row of jane.1b9d6bcd@customer.example failed'],
  ])('is shown without %s', (_what, text) => {
    expect(oneLine(text, 300)).not.toContain('1b9d6bcd');
  });

  it('keeps a link to a host that the configuration names, and breaks every other', () => {
    const known = new Set(['status.clay.com']);
    expect(oneLine('see https://status.clay.com/incidents/1', 300, known)).toBe(
      'see https://status.clay.com/incidents/1',
    );
    expect(oneLine('see https://status.clay.com.evil.example/x', 300, known)).toBe(
      'see status[.]clay[.]com[.]evil[.]example/x',
    );
    expect(oneLine('see www.evil.example/x', 300, known)).toBe('see www[.]evil[.]example/x');
    expect(oneLine('see https://status.clay.com@evil.example/x', 300, known)).toBe('see (hidden)');
  });

  it('keeps the words of every alphabet', () => {
    expect(oneLine('M\u00FCller \u9EC4\u8272 \u0416\u0451\u043B\u0442\u044B\u0439', 300)).toBe(
      'M\u00FCller \u9EC4\u8272 \u0416\u0451\u043B\u0442\u044B\u0439',
    );
  });
});

describe('wrapping', () => {
  it('keeps every line within the width, and every later line behind its indent', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const lines = wrap(oneLine(text, 2_000), '  - ', '    ').split('\n');
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(WIDTH);
        for (const line of lines.slice(1)) expect(line).toMatch(/^ {4}\S/);
      }),
    );
  });

  it('loses no word', () => {
    const text =
      'The quick brown fox jumps over the lazy dog, again and again, until the line is longer than wide.';
    expect(wrap(text, '  - ', '    ').split('\n').length).toBe(2);
    expect(wrap(text, '  - ', '    ').replace(/\s+/g, ' ')).toBe(` - ${text}`);
  });
});

describe('ASCII', () => {
  it('keeps letters without their accents, and nothing that is not printable', () => {
    expect(ascii('Z\u00FCrich\u2014\u201Cx\u201D\n\u{1F600}')).toBe('Zurich-"x"');
    fc.assert(fc.property(hostileText, (text) => /^[\x20-\x7e]*$/.test(ascii(text))));
  });
});
