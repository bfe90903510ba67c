import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import type { FeedConfig } from '../../shared/config/schema.ts';
import { type CallbackBody, type CallbackItem, parseCallbackBody } from '../../shared/rows/callback-body.ts';
import type { CallbackRecord } from '../../shared/rows/ledger.ts';

const AT = Date.UTC(2026, 10, 21, 17, 24);

const settingsOf = (callbacks: object = {}): FeedConfig['callbacks'] => {
  const { feeds } = parseConfig({ feeds: { leads: { callbacks } } }, 'test');
  if (!feeds.leads) throw new Error('no feed');
  return feeds.leads.callbacks;
};
const settings = settingsOf();

const read = (body: unknown, contentType = 'application/json', its = settings) =>
  parseCallbackBody(typeof body === 'string' ? body : JSON.stringify(body), contentType, its, AT);

const only = (body: unknown, contentType?: string, its?: FeedConfig['callbacks']): CallbackItem => {
  const parsed = read(body, contentType, its);
  if (parsed.kind !== 'one') throw new Error(`is ${parsed.kind}`);
  return parsed.item;
};
const record = (body: unknown, contentType?: string, its?: FeedConfig['callbacks']) => {
  const item = only(body, contentType, its);
  if (item.kind !== 'callback') throw new Error(`is ${item.kind}`);
  return item.record;
};

describe('a callback', () => {
  it('is read whole', () => {
    const body = {
      row_id: 'row-1',
      status: 'SUCCESS',
      error: null,
      fields: ['work_email'],
      credits: 6,
      actions: 3,
      provider: 'alpha-data',
      column: 'Enrich',
      crm_status: 'SUCCESS',
      work_email: 'jane@example.com',
    };
    expect(record(body)).toEqual({
      rowId: 'row-1',
      at: AT,
      result: 'hit',
      status: 'SUCCESS',
      provider: 'alpha-data',
      column: 'Enrich',
      crm: 'ok',
      credits: 6,
      actions: 3,
    });
  });

  it('needs a row id, and nothing else', () => {
    expect(record({ row_id: 'row-1' })).toEqual({ rowId: 'row-1', at: AT, result: 'hit', status: 'hit' });
    expect(record({ row_id: 17 }).rowId).toBe('17');
  });

  it.each([
    [{}],
    [{ row_id: null }],
    [{ row_id: '' }],
    [{ row_id: '  ' }],
    [{ row_id: 'undefined' }],
    [{ row_id: 'null' }],
    [{ row_id: true }],
    [{ row_id: {} }],
    [{ row_id: ['row-1'] }],
    [{ row_id: 1.5 }],
    [{ row_id: 'ünïcode' }],
    [{ row_id: 'a\nb' }],
    [{ row_id: 'x'.repeat(129) }],
    [{ row_id: '{{Row ID}}' }],
    [{ row_id: '[object Object]' }],
  ])('is malformed when it is %j, and the reason shows no value', (body) => {
    const item = only(body);
    expect(item.kind).toBe('malformed');
    expect(item).toMatchObject({ detail: expect.stringMatching(/^row_id .*\.$/) });
    if ('detail' in item) expect(item.detail).not.toMatch(/ünï|xxx|Row ID/);
  });

  it.each([
    [{ credits: '6' }, { credits: 6 }],
    [{ credits: ' 2.5 ' }, { credits: 2.5 }],
    [{ credits: 0.1 + 0.2 }, { credits: 0.3 }],
    [{ credits: '' }, {}],
    [{ credits: 'undefined' }, {}],
    [{ credits: -4 }, {}],
    [{ credits: 1e300 }, {}],
    [{ credits: '1e3' }, {}],
    [{ credits: '0x10' }, {}],
    [{ actions: '3', credits: null }, { actions: 3 }],
    [{ provider: 'undefined', column: '' }, {}],
    [{ provider: '"alpha-data"' }, { provider: 'alpha-data' }],
    [{ crm_status: 'synced' }, { crm: 'ok' }],
    [{ crm_status: 201 }, { crm: 'ok' }],
    [{ crm_status: '401' }, { crm: 'failed' }],
    [{ crm_status: 'ERROR' }, { crm: 'failed' }],
    [{ crm_status: true }, { crm: 'ok' }],
    [{ crm_status: 'ERROR_RUN_CONDITION_NOT_MET' }, {}],
    [{ crm_status: 'QUEUED' }, {}],
    [{ crm_status: 'purple' }, {}],
  ])('with %j says %j beside its result', (more, expected) => {
    const { rowId, at, result, status, ...rest } = record({ row_id: 'row-1', ...more });
    expect(rest).toEqual(expected);
  });

  it.each([
    ['a byte order mark', `\uFEFF{"row_id":"row-1"}`, 'application/json'],
    ['text/plain', '{"row_id":"row-1"}', 'text/plain;charset=UTF-8'],
    ['no content type', ' {"row_id":"row-1"}\n', ''],
    ['JSON that was quoted', JSON.stringify('{"row_id":"row-1"}'), 'application/json'],
    ['a form', 'row_id=row-1&status=SUCCESS', 'application/x-www-form-urlencoded'],
    [
      'a form with JSON in its field',
      `data=${encodeURIComponent('{"row_id":"row-1"}')}`,
      'application/x-www-form-urlencoded',
    ],
    ['JSON that calls itself a form', '{"row_id":"row-1"}', 'application/x-www-form-urlencoded'],
    ['an id that was quoted', '{"row_id":"\\"row-1\\""}', 'application/json'],
  ])('is understood with %s', (_, body, contentType) => {
    expect(record(body, contentType).rowId).toBe('row-1');
  });

  it.each([
    ['a trailing comma', '{"row_id":"row-1",}'],
    ['single quotes', "{'row_id':'row-1'}"],
    ['an unquoted value', '{"row_id": row-1}'],
    ['half of it', '{"row_id":"ro'],
    ['nothing', ''],
    ['spaces', ' \n '],
    ['a number', '42'],
    ['null', 'null'],
    ['an empty array', '[]'],
    ['a form that does not call itself one', 'row_id=row-1'],
    ['a web page', '<html></html>'],
  ])('is refused with %s, and the reason shows nothing of it', (_, body) => {
    const parsed = read(body);
    expect(parsed).toMatchObject({ kind: 'malformed', detail: expect.stringMatching(/\.$/) });
    expect(JSON.stringify(parsed)).not.toMatch(/row-1|html/);
  });

  it('says where its JSON breaks', () => {
    expect(read('{\n  "row_id": "row-1",\n}')).toMatchObject({
      detail: 'The body is not JSON: line 3, column 1.',
    });
  });

  it('is read under the names of the operator, through objects and through quoted objects', () => {
    const own = settingsOf({
      names: {
        rowId: 'meta.id',
        status: 'cell.status',
        fields: 'data',
        credits: 'cost.total',
        provider: 'a.b',
      },
    });
    const body = {
      meta: '{"id":"row-1"}',
      cell: { status: 'done' },
      data: { email: 'jane@example.com', phone: '' },
      cost: { total: '3' },
      'a.b': 'literal',
    };
    expect(record(body, 'application/json', own)).toEqual({
      rowId: 'row-1',
      at: AT,
      result: 'hit',
      status: 'done',
      credits: 3,
      provider: 'literal',
    });
    expect(only({ row_id: 'row-1' }, 'application/json', own)).toEqual({
      kind: 'malformed',
      detail: 'meta.id is missing.',
    });
  });

  it('takes no name from what every object has', () => {
    const own = settingsOf({ names: { rowId: 'constructor.name' } });
    expect(only({}, 'application/json', own).kind).toBe('malformed');
    expect(only('{"__proto__":{"row_id":"row-1"}}').kind).toBe('malformed');
  });
});

describe('the result of a callback', () => {
  it.each([
    [{ status: 'SUCCESS', fields: [] }, 'hit', 'SUCCESS'],
    [{ status: 'SUCCESS_NO_DATA', fields: ['x'] }, 'missed', 'SUCCESS_NO_DATA'],
    [{ status: 'ERROR_RUN_CONDITION_NOT_MET' }, 'skipped', 'ERROR_RUN_CONDITION_NOT_MET'],
    [{ status: 'ERROR', error: 'Token has expired' }, 'failed', 'token-expired'],
    [{ status: 'RATE_LIMITED', error: 'Clay received a 429 error from the API' }, 'failed', 'rate-limited'],
    [{ status: 'SUCCESS', error: 'Token has expired' }, 'hit', 'SUCCESS'],
    [{ status: 'purple' }, 'hit', 'purple'],
    [{ status: 'purple', fields: ['email'] }, 'hit', 'purple'],
    [{ status: 'purple', fields: [] }, 'missed', 'purple'],
    [{ status: 'purple', error: 'Some inputs missing' }, 'failed', 'missing-input'],
    [{ status: 'UNKNOWN', error: 'something' }, 'failed', 'UNKNOWN'],
    [{ status: 'ok', fields: [] }, 'missed', 'ok'],
    [{ status: 'ok' }, 'hit', 'ok'],
    [{ fields: { email: 'a@example.com' } }, 'hit', 'hit'],
    [{ fields: { email: '', phone: null, name: 'undefined' } }, 'missed', 'missed'],
    [{ fields: '["email"]' }, 'hit', 'hit'],
    [{ fields: '[]' }, 'missed', 'missed'],
    [{ fields: 'email, phone' }, 'hit', 'hit'],
    [{ fields: '' }, 'missed', 'missed'],
    [{ fields: null }, 'missed', 'missed'],
    [{ fields: [''] }, 'missed', 'missed'],
    [{ fields: 2 }, 'hit', 'hit'],
    [{ fields: 0 }, 'missed', 'missed'],
    [{ error: '' }, 'hit', 'hit'],
    [{ error: 'undefined' }, 'hit', 'hit'],
    [{ error: 'No error' }, 'hit', 'hit'],
    [{ error: { message: 'Body parse error' } }, 'failed', 'mapping'],
    [{ error: 'Jane Doe was not liked', fields: [] }, 'failed', 'other'],
  ])('of %j is %s, kept as %s', (body, result, status) => {
    expect(record({ row_id: 'row-1', ...body })).toMatchObject({ result, status });
  });

  it.each(['QUEUED', 'RETRY', 'RUNNING', 'AWAITING_CALLBACK', 'RATE_LIMITED', 'pending'])(
    'is none yet while the cell is %s',
    (status) => {
      expect(only({ row_id: 'row-1', status })).toEqual({ kind: 'not-final', rowId: 'row-1' });
    },
  );

  it("goes by the operator's own table first", () => {
    const own = settingsOf({ statuses: { QUEUED: 'failed', purple: 'missed' } });
    expect(record({ row_id: 'r', status: 'QUEUED' }, '', own).result).toBe('failed');
    expect(record({ row_id: 'r', status: 'Purple', fields: ['x'] }, '', own).result).toBe('missed');
  });
});

describe('a batch of callbacks', () => {
  const good = { row_id: 'row-1', status: 'SUCCESS' };

  it.each([
    [[good, { row_id: '' }, good]],
    [{ rows: [good, {}, good] }],
    [{ rows: JSON.stringify([good, 'text', good]) }],
    [[JSON.stringify(good), null, good]],
  ])('is judged one by one: %j', (body) => {
    const parsed = read(body);
    expect(parsed.kind === 'many' && parsed.items.map(({ kind }) => kind)).toEqual([
      'callback',
      'malformed',
      'callback',
    ]);
  });

  it('has at most 500', () => {
    expect(read(Array.from({ length: 500 }, () => good)).kind).toBe('many');
    expect(read(Array.from({ length: 501 }, () => good)).kind).toBe('too-many');
  });
});

const recordsOf = (parsed: CallbackBody): readonly CallbackRecord[] => {
  const items = parsed.kind === 'one' ? [parsed.item] : parsed.kind === 'many' ? parsed.items : [];
  return items.flatMap((item) => (item.kind === 'callback' ? [item.record] : []));
};

const expectTakeable = ({ rowId, status, provider = 'x', column = 'x', ...amounts }: CallbackRecord) => {
  expect(rowId).toMatch(/^[\x20-\x7e]{1,128}$/);
  for (const word of [status, provider, column]) expect(word).toMatch(/^[\x20-\x7e]{1,64}$/);
  for (const amount of [amounts.credits ?? 0, amounts.actions ?? 0]) {
    expect(amount).toBeGreaterThanOrEqual(0);
    expect(amount).toBeLessThanOrEqual(1_000_000);
  }
};

describe('any body at all', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.json().map((json) => JSON.stringify(json)),
    fc
      .record(
        {
          row_id: fc.anything(),
          status: fc.anything(),
          error: fc.anything(),
          fields: fc.anything(),
          credits: fc.anything(),
          crm_status: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((body) => {
        try {
          return JSON.stringify(body);
        } catch {
          return '';
        }
      }),
  );
  const types = fc.constantFrom('', 'application/json', 'application/x-www-form-urlencoded', 'a/b');

  it('is read without a fault, into records that the ledger takes', () => {
    fc.assert(
      fc.property(texts, types, (text, type) => {
        for (const record of recordsOf(parseCallbackBody(text, type, settings, AT))) expectTakeable(record);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['brackets without end', '['.repeat(262_144)],
    ['objects without end', '{"a":'.repeat(50_000)],
    ['one huge string that is not closed', `{"row_id":"${'é'.repeat(131_000)}`],
    ['one huge text', `{"row_id":"r","status":"${'a@ '.repeat(80_000)}"}`],
    ['backslashes', `{"row_id":"${'\\\\'.repeat(120_000)}`],
    ['a huge error', `{"row_id":"r","error":"${'missing token '.repeat(18_000)}"}`],
    ['quotes in quotes', JSON.stringify(JSON.stringify(JSON.stringify(JSON.stringify({ row_id: 'r' }))))],
  ])('of the largest size does no harm: %s', (_, text) => {
    expect(() => read(text)).not.toThrow();
    expect(() => read(text, 'application/x-www-form-urlencoded')).not.toThrow();
  });
});
