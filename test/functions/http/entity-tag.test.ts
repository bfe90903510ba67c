import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tagged } from '../../../functions/http/entity-tag.ts';
import { recentOf } from '../../../functions/http/recent.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

const tagOf = (body: Record<string, unknown>): string => tagged({}, body).headers.etag ?? '';

describe('an answer with an entity tag', () => {
  it('has the same tag as long as it says the same, whenever it was asked for', () => {
    expect(tagOf({ at: '12:00', to: '12:00', rows: 1 })).toBe(tagOf({ at: '12:01', to: '12:01', rows: 1 }));
    expect(tagOf({ at: '12:00', rows: 1 })).not.toBe(tagOf({ at: '12:00', rows: 2 }));
    expect(tagOf({ rows: [{ at: '12:00' }] })).not.toBe(tagOf({ rows: [{ at: '12:01' }] }));
  });

  it.each([
    ['the tag', (tag: string) => tag],
    ['the tag without its weakness', (tag: string) => tag.slice(2)],
    ['a list that has it', (tag: string) => `"other", ${tag}`],
    ['anything', () => '*'],
  ])('is 304 without a body for whoever has %s', (_, header) => {
    const tag = tagOf({ rows: 1 });
    const answer = tagged({ headers: { 'If-None-Match': header(tag) } }, { rows: 1 });
    expect(answer).toMatchObject({ statusCode: 304, body: '', headers: { etag: tag } });
  });

  it('is 200 for whoever has another, and is kept by nobody without asking', () => {
    const answer = tagged({ headers: { 'if-none-match': 'W/"other"' } }, { rows: 1 });
    expect(answer).toMatchObject({
      statusCode: 200,
      body: '{"rows":1}',
      headers: { 'cache-control': 'private, no-cache', 'content-type': 'application/json' },
    });
    expect(answer.isBase64Encoded).toBeUndefined();
  });

  it('is compressed when it is long, for those who take that', () => {
    const body = { text: 'x'.repeat(10_000) };
    const ask = (encoding: string) => tagged({ headers: { 'accept-encoding': encoding } }, body);
    const answer = ask('br, gzip');
    expect(answer).toMatchObject({ isBase64Encoded: true, headers: { 'content-encoding': 'gzip' } });
    expect(JSON.parse(gunzipSync(Buffer.from(answer.body, 'base64')).toString())).toEqual(body);
    for (const encoding of ['', 'br', 'gzip;q=0', 'identity, gzip; q=0.0'])
      expect(ask(encoding).headers).not.toHaveProperty('content-encoding');
    expect(ask('gzip;q=0.5, *;q=0').headers).toHaveProperty('content-encoding');
  });
});

describe('what was read a moment ago', () => {
  it('is shared by all who ask the same within the time; failures and a future that never came are not kept', async () => {
    const clock = createVirtualClock(0);
    const asked: string[] = [];
    let fails = false;
    const read = recentOf(
      async (what: string, how: { readonly limit: number }) => {
        asked.push(`${what} ${how.limit}`);
        if (fails) throw new Error('no answer');
        return asked.length;
      },
      { clock, ms: 1_000 },
    );
    expect(
      await Promise.all([read('a', { limit: 1 }), read('a', { limit: 1 }), read('b', { limit: 1 })]),
    ).toEqual([1, 1, 2]);
    expect(await read('a', { limit: 2 })).toBe(3);
    await clock.advance(1_000);
    fails = true;
    await expect(read('a', { limit: 1 })).rejects.toThrow('no answer');
    fails = false;
    expect(await read('a', { limit: 1 })).toBe(5);
    clock.jump(-3_600_000);
    expect(await read('a', { limit: 1 })).toBe(6);
  });

  it('stays bounded, whatever is asked', async () => {
    const clock = createVirtualClock(0);
    let reads = 0;
    const read = recentOf(async (_: number) => (reads += 1), { clock, ms: 1_000 });
    for (let question = 0; question < 1_000; question += 1) await read(question);
    await read(999);
    expect(reads).toBe(1_000);
    await read(0);
    expect(reads).toBe(1_001);
  });
});
