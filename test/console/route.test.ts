import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseOf } from '../../console/src/api/client.ts';
import { hrefOf, PAGES, parseRoute } from '../../console/src/route.ts';

describe('the route', () => {
  it('of no hash is the overview', () => {
    for (const hash of ['', '#', '#/', '#/?a=b']) expect(parseRoute(hash).page).toBe('overview');
  });

  it('of a page that is not there, or of more than a page has, is unknown', () => {
    for (const hash of ['#/nothing', '#/credits/one', '#/feeds/a/b', '#/constructor', '#/overview/x'])
      expect(parseRoute(hash)).toMatchObject({ page: 'unknown', id: null });
  });

  it('reads back what was written, whatever the names', () => {
    const id = fc.string({ minLength: 1, unit: 'grapheme' });
    const query = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(fc.constantFrom('feeds' as const, 'incidents' as const), id, query, (page, name, asked) => {
        expect(parseRoute(hrefOf(page, name, asked))).toEqual({ page, id: name, query: { ...asked } });
      }),
    );
    for (const page of PAGES) expect(parseRoute(hrefOf(page))).toEqual({ page, id: null, query: {} });
  });

  it('survives an escape that is none', () => {
    expect(parseRoute('#/feeds/100%')).toEqual({ page: 'feeds', id: '100%', query: {} });
  });
});

describe('the address of the API', () => {
  it('is beside the page, below whatever stage the endpoint has', () => {
    const origin = 'https://example.test';
    const bases = ['/console', '/console/', '/prod/console', '/prod/console/x', '/'].map((pathname) =>
      baseOf({ origin, pathname }),
    );
    expect(bases).toEqual([
      'https://example.test/',
      'https://example.test/',
      'https://example.test/prod/',
      'https://example.test/prod/',
      'https://example.test/',
    ]);
  });
});
