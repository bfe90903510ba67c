import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../../../shared/relay/intake/outcome.ts';

describe('docs/relay.md', () => {
  it('lists exactly the codes with which rows are refused', () => {
    const text = readFileSync(new URL('../../../docs/relay.md', import.meta.url), 'utf8');
    const listed = [...text.matchAll(/^\| `(row\.[a-z-]+)` \|/gm)].map(([, code]) => code);
    expect(listed.toSorted()).toEqual(Object.keys(REFUSALS).toSorted());
  });
});
