import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyInFragment } from '../../console/src/api/fragment-key.ts';

describe('the key behind the address', () => {
  it('is what the local runtime wrote there', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (key) => {
        expect(keyInFragment(`#key=${encodeURIComponent(key)}`)).toBe(key);
      }),
    );
  });

  it('is none where there is a route, or what cannot be read', () => {
    for (const hash of ['', '#', '#/', '#/incidents/inc-1?key=x', '#key=', '#key=%E0%A4%A', '#key=a&b=c'])
      expect(keyInFragment(hash), hash).toBeNull();
  });
});
