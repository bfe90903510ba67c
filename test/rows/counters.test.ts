import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundWords, type Counters, count, countersUnder, nameOf } from '../../shared/rows/counters.ts';

const sumUnder = (counters: Counters, dimension: string, what: string) =>
  countersUnder(counters, dimension)
    .filter(([name]) => name.split('\n')[1] === what)
    .reduce((sum, [, value]) => sum + value, 0);

describe('words from outside', () => {
  it('are bounded: the rarest count as other, and no sum changes', () => {
    const counted = fc.array(
      fc.record({ word: fc.nat({ max: 60 }), what: fc.constantFrom('hit', 'missed', 'credits') }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(counted, fc.nat({ max: 25 }), (events, most) => {
        const counters: Counters = { s: 3 };
        for (const { word, what } of events) count(counters, nameOf('p', `provider-${word}`, what));
        const bounded = boundWords(counters, most);
        const words = new Set(countersUnder(bounded, 'p').map(([name]) => name.split('\n')[0]));
        words.delete('other');
        expect(words.size).toBeLessThanOrEqual(most);
        for (const what of ['hit', 'missed', 'credits'])
          expect(sumUnder(bounded, 'p', what)).toBe(sumUnder(counters, 'p', what));
        expect(bounded.s).toBe(3);
      }),
    );
  });

  it('are kept as they are while they are few', () => {
    const counters = { [nameOf('f', 'ERROR')]: 2, [nameOf('q', 'Work e-mail', 'hit')]: 1, c: 3 };
    expect(boundWords(counters, 20)).toEqual(counters);
    expect(boundWords(counters, 0)).toEqual({
      [nameOf('f', 'other')]: 2,
      [nameOf('q', 'other', 'hit')]: 1,
      c: 3,
    });
  });
});
