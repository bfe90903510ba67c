import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ASKING, type Claim, LEAKS, type Proof, SECTIONS } from '../../docs/security/claims.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CLAIMS: readonly Claim[] = [
  ...ASKING.claims,
  ...LEAKS.flatMap(({ limits }) => limits),
  ...SECTIONS.flatMap(({ claims }) => claims),
];

/** Titles of tests that are run, as they are written: the first argument of `it(…)`, or of `it.each(…)(…)`. */
const TITLE = /(?:\b(?:it|test)|\))\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")/g;
const titlesIn = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(TITLE)].map(([, one = '', other = '']) => (one + other).replaceAll(/\\(.)/g, '$1')),
  );

const isThere = ([file, title]: Proof): boolean =>
  existsSync(resolve(ROOT, file)) && titlesIn(readFileSync(resolve(ROOT, file), 'utf8')).has(title);

describe('docs/security.md', () => {
  it('names a test that is there for every claim', () => {
    const missing = CLAIMS.flatMap(({ proofs }) => proofs).filter((proof) => !isThere(proof));
    expect(missing.map((proof) => proof.join(': '))).toEqual([]);
  });

  it('would notice a test that was renamed, skipped or put elsewhere', () => {
    const [[file, title]] = (CLAIMS[0] as Claim).proofs;
    expect(isThere([file, title])).toBe(true);
    expect(isThere([file, `${title} `])).toBe(false);
    expect(isThere([`${file}.old`, title])).toBe(false);
    expect(titlesIn("it.skip('a', f); it('b', f); it.todo('c'); // it.each([1])('d'").has('a')).toBe(false);
    expect(titlesIn("it('b', f)").has('b')).toBe(true);
  });

  it('claims each thing once', () => {
    const texts = LEAKS.map(({ what }) => what);
    expect(new Set(texts).size).toBe(texts.length);
    expect(CLAIMS.length).toBeGreaterThan(60);
  });
});
