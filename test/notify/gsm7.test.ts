import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitGsm7, septets, toGsm7 } from '../../shared/notify/gsm7.ts';
import { hostileText } from './hostile.ts';

describe('the GSM-7 alphabet', () => {
  it('counts a basic character once and an extension character twice', () => {
    expect(septets('@\u00A3$ aZ09_')).toBe(9);
    expect(septets('^{}\\[~]|\u20AC')).toBe(18);
  });

  it('knows no back-tick, curly quote or emoji: any of them would make the message UCS-2', () => {
    for (const text of ['`', '\u2019', '\u{1F600}', '\u00E7', '\n']) expect(septets(text)).toBeNaN();
  });

  it('transliterates what it can, and leaves out the rest', () => {
    expect(toGsm7('Z\u00FCrich \u2014 \u201Cfa\u00E7ade\u201D\u2026 `x`\n\u{1F600}\u9EC4')).toBe(
      'Z\u00FCrich - "facade"... \'x\'',
    );
  });

  it('is all that is left of any text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(septets(toGsm7(text))).not.toBeNaN();
      }),
    );
  });

  it('cuts to a number of septets, never in the middle of an extension character', () => {
    fc.assert(
      fc.property(hostileText, fc.nat(200), (text, max) => {
        const whole = toGsm7(text);
        const fitted = fitGsm7(whole, max);
        expect(septets(fitted)).toBeLessThanOrEqual(max);
        if (septets(whole) <= max) expect(fitted).toBe(whole);
      }),
    );
    expect(fitGsm7('abcdef', 5)).toBe('abc..');
    expect(fitGsm7('a[[[', 5)).toBe('a[..');
  });
});
