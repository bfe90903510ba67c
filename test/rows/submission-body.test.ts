import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSubmissionBody, type SubmissionSettings } from '../../shared/rows/submission-body.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const DAY = 86_400_000;

const settings: SubmissionSettings = {
  webhooks: ['leads-1', 'leads-2'],
  entity: 'person.email',
  hash: (entity) => `hash of ${entity.length}`,
  retainMs: 35 * DAY,
};
const single: SubmissionSettings = { ...settings, webhooks: ['leads-1'] };

const read = (body: unknown, its = settings, idempotencyKey?: string) =>
  parseSubmissionBody(
    typeof body === 'string' ? body : JSON.stringify(body),
    { contentType: 'application/json', idempotencyKey, at: NOW },
    its,
  );

const accepted = (rowId: string, more: object = {}) => ({
  kind: 'submission',
  record: { rowId, webhook: 'leads-1', at: NOW, outcome: 'accepted', ...more },
});

describe('a submission', () => {
  it('names its row and its webhook', () => {
    expect(read({ row_id: 'row-1', webhook: 'leads-2' })).toEqual({
      kind: 'one',
      item: accepted('row-1', { webhook: 'leads-2' }),
    });
  });

  it('may leave out the webhook where the feed has one only', () => {
    expect(read({ row_id: 'row-1' }, single)).toEqual({ kind: 'one', item: accepted('row-1') });
    expect(read({ row_id: 'row-1' })).toMatchObject({ item: { detail: expect.stringContaining('several') } });
    expect(read({ row_id: 'row-1' }, { ...settings, webhooks: [] })).toMatchObject({
      item: { detail: expect.stringContaining('no webhook') },
    });
    expect(read({ row_id: 'row-1', webhook: 'toString' })).toMatchObject({
      item: { kind: 'malformed', detail: 'webhook is not one of the feed.' },
    });
  });

  it('may be of unknown outcome, after a timeout; a refused row is none', () => {
    expect(read({ row_id: 'r', outcome: 'unknown' }, single)).toEqual({
      kind: 'one',
      item: accepted('r', { outcome: 'unknown' }),
    });
    expect(read({ row_id: 'r', outcome: 'refused' }, single)).toMatchObject({ item: { kind: 'malformed' } });
  });

  it.each([
    ['2026-11-21T17:20:00Z', Date.UTC(2026, 10, 21, 17, 20)],
    [NOW - 1_000, NOW - 1_000],
    [String(NOW - 1_000), NOW - 1_000],
    [(NOW - 1_000) / 1_000, NOW - 1_000],
    [NOW + 60_000, NOW],
    ['', NOW],
    [null, NOW],
  ])('made at %j is counted at %d', (at, expected) => {
    expect(read({ row_id: 'r', at }, single)).toEqual({ kind: 'one', item: accepted('r', { at: expected }) });
  });

  it.each([[NOW + 600_000], [NOW - 35 * DAY], ['yesterday'], ['1e99'], [0]])(
    'made at %j is malformed',
    (at) => {
      expect(read({ row_id: 'r', at }, single)).toMatchObject({
        item: { kind: 'malformed', detail: expect.stringMatching(/^at is /) },
      });
    },
  );

  it('tells of what it is about a hash only, the same for every spelling', () => {
    const hashed: string[] = [];
    const its = { ...single, hash: (entity: string) => `hash ${hashed.push(entity)}` };
    const body = { row_id: 'r', person: { email: ' Jane@Example.com ' } };
    expect(read(body, its)).toEqual({ kind: 'one', item: accepted('r', { entity: 'hash 1' }) });
    expect(hashed).toEqual(['jane@example.com']);
    expect(JSON.stringify(read(body, its))).not.toMatch(/jane/i);
  });
});

describe('many submissions', () => {
  it('are judged one by one, whether objects or bare row ids', () => {
    expect(read([{ row_id: 'a' }, {}, 'b', 7], single)).toEqual({
      kind: 'many',
      items: [
        accepted('a'),
        { kind: 'malformed', detail: 'row_id is missing.' },
        accepted('b'),
        accepted('7'),
      ],
    });
  });

  it('may share a webhook and a time', () => {
    const body = { webhook: 'leads-1', row_ids: ['a', '', 'b'], at: NOW - 5_000 };
    expect(read(body)).toEqual({
      kind: 'many',
      items: [
        accepted('a', { at: NOW - 5_000 }),
        { kind: 'malformed', detail: 'row_ids[1] is missing.' },
        accepted('b', { at: NOW - 5_000 }),
      ],
    });
    expect(read({ ...body, webhook: 'other' })).toMatchObject({ kind: 'malformed' });
    expect(read({ ...body, row_ids: [] })).toMatchObject({ kind: 'malformed' });
    expect(read({ ...body, row_ids: 'a' })).toMatchObject({ kind: 'malformed' });
  });

  it('are at most 500', () => {
    const rowIds = Array.from({ length: 501 }, (_, index) => `row-${index}`);
    expect(read(rowIds, single).kind).toBe('too-many');
    expect(read({ webhook: 'leads-1', row_ids: rowIds }).kind).toBe('too-many');
    expect(read(rowIds.slice(1), single).kind).toBe('many');
  });
});

describe('a count of submissions', () => {
  const counted = { kind: 'count', webhook: 'leads-1', count: 250, idempotencyKey: 'run-7', at: NOW };

  it('needs a key to count it once by, in the body or in the header', () => {
    expect(read({ count: 250, idempotency_key: 'run-7' }, single)).toEqual(counted);
    expect(read({ count: '250' }, single, 'run-7')).toEqual(counted);
    expect(read({ count: 250 }, single)).toMatchObject({
      kind: 'malformed',
      detail: expect.stringContaining('Idempotency-Key'),
    });
  });

  it.each([0, -1, 1.5, 1_000_001, 'many', null])('of %j is malformed', (count) => {
    expect(read({ count, idempotency_key: 'k' }, single)).toMatchObject({
      kind: 'malformed',
      detail: expect.stringMatching(/^count /),
    });
  });

  it('cannot be of unknown outcome', () => {
    expect(read({ count: 2, idempotency_key: 'k', outcome: 'unknown' }, single).kind).toBe('malformed');
  });
});

describe('a refusal that the sender met', () => {
  it.each([
    [403, { message: 'Record limit reached for webhook' }, 'limit-reached'],
    [403, 'Record limit reached for webhook', 'limit-reached'],
    ['403', undefined, 'unauthorized'],
    [404, 'not found', 'gone'],
    [429, { type: 'TooManyRequests' }, 'rate-limited'],
    [503, '', 'server-error'],
    [413, '', 'refused'],
  ])('with %j and %j is %s', (status, body, answer) => {
    expect(read({ refused: { status, body } }, single)).toEqual({
      kind: 'refused',
      webhook: 'leads-1',
      answer,
      at: NOW,
    });
  });

  it.each([[{}], [null], ['text'], [{ status: 'full' }], [{ status: 200 }], [{ status: 999 }]])(
    'of %j is malformed',
    (refused) => {
      expect(read({ refused }, single).kind).toBe('malformed');
    },
  );

  it('is known by its meaning only', () => {
    const parsed = read({ refused: { status: 403, body: 'jane@example.com: limit reached' } }, single);
    expect(JSON.stringify(parsed)).not.toMatch(/jane/);
  });
});

describe('any report at all', () => {
  it('is read without a fault, and shows nothing of its values', () => {
    const bodies = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc
        .record(
          {
            row_id: fc.jsonValue(),
            webhook: fc.oneof(fc.constantFrom('leads-1', 'leads-2'), fc.jsonValue()),
            at: fc.oneof(fc.integer(), fc.jsonValue()),
            count: fc.jsonValue(),
            row_ids: fc.jsonValue(),
            refused: fc.jsonValue(),
            outcome: fc.jsonValue(),
            person: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((body) => JSON.stringify(body)),
    );
    fc.assert(
      fc.property(bodies, (text) => {
        const parsed = read(text);
        const items = parsed.kind === 'one' ? [parsed.item] : parsed.kind === 'many' ? parsed.items : [];
        for (const item of items) {
          if (item.kind === 'malformed') continue;
          expect(item.record.rowId).toMatch(/^[\x20-\x7e]{1,128}$/);
          expect(item.record.at).toBeLessThanOrEqual(NOW);
          expect(item.record.at).toBeGreaterThan(NOW - settings.retainMs);
        }
      }),
      { numRuns: 500 },
    );
  });
});
