import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf } from '../../console/src/ui/wording.ts';

describe('a sentence', () => {
  it('has names between backticks, and times', () => {
    expect(partsOf('Leads of `leads` wait since 2026-11-22T03:54:05Z.')).toEqual([
      { kind: 'text', text: 'Leads of ' },
      { kind: 'name', text: 'leads' },
      { kind: 'text', text: ' wait since ' },
      { kind: 'instant', text: '2026-11-22T03:54:05Z' },
      { kind: 'text', text: '.' },
    ]);
  });

  it('with a lone backtick is text as it is', () => {
    expect(partsOf('a ` b')).toEqual([{ kind: 'text', text: 'a ` b' }]);
    expect(partsOf('')).toEqual([]);
  });

  it('loses nothing', () => {
    const words = fc.array(fc.constantFrom('a', ' ', '`', '``', '2026-11-22T03:54Z', 'T', '<b>'));
    fc.assert(
      fc.property(words, (given) => {
        const sentence = given.join('');
        const again = partsOf(sentence)
          .map(({ kind, text }) => (kind === 'name' ? `\`${text}\`` : text))
          .join('');
        expect(again).toBe(sentence);
      }),
    );
  });
});
