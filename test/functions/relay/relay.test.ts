import { describe, expect, it } from 'vitest';
import { ClaywatchError } from '../../../shared/errors.ts';
import { placeInId } from '../../../shared/rows/row-id.ts';
import { createIntake, SECRET, START } from '../../support/relay-intake.ts';

const LIMIT = 102_400;
/** What the id adds to a row that is not empty. */
const STAMP = ',"_claywatch_row_id":"cw00000000000000000000"'.length;
const row = { email: 'jane@acme.example', name: 'Jane' };

/** A row that has exactly so many bytes with its row id. */
const rowOfBytes = (bytes: number, filler = 'x') => {
  const empty = Buffer.byteLength(JSON.stringify({ a: '' })) + STAMP;
  const text = filler.repeat(Math.floor((bytes - empty) / Buffer.byteLength(filler)));
  return { a: text + 'x'.repeat(bytes - empty - Buffer.byteLength(text)) };
};
const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;

describe('POST /v1/rows/{feed}', () => {
  it('answers 202 with the id of a row that is in the queue, stamped', async () => {
    const { post, queue, counts } = createIntake();
    const { status, headers, body } = await post(row);
    expect(status).toBe(202);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(placeInId(body.row_id)).toMatchObject({ at: START });
    expect(body).toEqual({
      row_id: body.row_id,
      row_ids: [body.row_id],
      rows: [{ outcome: 'queued', row_id: body.row_id }],
    });
    expect(queue.rows('leads')).toStrictEqual([
      {
        feed: 'leads',
        id: body.row_id,
        json: JSON.stringify({ ...row, _claywatch_row_id: body.row_id }),
        takenAt: START,
        entity: expect.stringMatching(/^[0-9a-f]{24}$/),
        after: 0,
        tries: 0,
        origin: 'sender',
      },
    ]);
    expect(counts.woken).toBe(1);
  });

  it('answers for each row of an array, in their order, and has no row_id for them together', async () => {
    const { post, queue } = createIntake({ required: ['email'] });
    const { status, body } = await post([row, { name: 'nobody' }, { email: 'joe@acme.example' }]);
    expect(status).toBe(202);
    expect(body.rows).toEqual([
      { outcome: 'queued', row_id: body.row_ids[0] },
      { outcome: 'refused', code: 'row.incomplete', detail: 'email is missing or empty.' },
      { outcome: 'queued', row_id: body.row_ids[1] },
    ]);
    expect(body).not.toHaveProperty('row_id');
    expect(queue.rows('leads').map(({ id }) => id)).toEqual(body.row_ids);
  });

  it('issues an id of its own, whatever is there', async () => {
    const { post, queue } = createIntake();
    const { body } = await post({ _claywatch_row_id: 'mine', ...row });
    expect(queue.rows('leads').map(({ json }) => JSON.parse(json))).toEqual([
      { ...row, _claywatch_row_id: body.row_id },
    ]);
    expect(body.row_id).not.toBe('mine');
    expect(queue.rows('leads')[0]?.json).not.toContain('mine');
  });

  it('answers 400 when no row is taken, with every reason, and queues nothing', async () => {
    const { post, queue, counts } = createIntake({ required: ['email'] });
    const { status, headers, body } = await post([{}, [], 'text', null]);
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({ code: 'request.refused', status: 400 });
    expect(body.rows.map(({ code }: { code: string }) => code)).toEqual([
      'row.incomplete',
      'row.not-an-object',
      'row.not-an-object',
      'row.not-an-object',
    ]);
    expect(queue.rows('leads')).toEqual([]);
    expect(counts.woken).toBe(0);
  });

  it('takes a row of exactly the limit, and refuses one byte more with size and limit, uncut', async () => {
    for (const filler of ['x', 'ä', '"', '\u{1f600}']) {
      const { post, queue } = createIntake();
      const fits = await post(filler === '"' ? rowOfBytes(LIMIT) : rowOfBytes(LIMIT, filler));
      expect(fits.status).toBe(202);
      expect(Buffer.byteLength(queue.rows('leads')[0]?.json ?? '')).toBe(LIMIT);
      const over = await post(filler === '"' ? rowOfBytes(LIMIT + 1) : rowOfBytes(LIMIT + 1, filler));
      expect(over).toMatchObject({
        status: 413,
        body: {
          code: 'request.too-large',
          detail: `The row has ${LIMIT + 1} bytes with its row id; at most ${LIMIT} are taken.`,
          rows: [{ outcome: 'refused', code: 'row.too-large', size: LIMIT + 1, limit: LIMIT }],
        },
      });
      expect(queue.rows('leads')).toHaveLength(1);
    }
  });

  it('answers 413 only when size is all that is wrong', async () => {
    const { post } = createIntake();
    const large = rowOfBytes(LIMIT + 1);
    expect((await post([large, large])).status).toBe(413);
    expect((await post([large, 7])).status).toBe(400);
    expect((await post([large, row])).status).toBe(202);
  });

  it('answers 429 with Retry-After when the queue does not answer, and tells why', async () => {
    const fault = new ClaywatchError('queue.unavailable', 'The queue did not answer.', 'Try again.');
    const { post, faults, counts } = createIntake({}, {}, () => ({
      queue: {
        send: async () => {
          throw fault;
        },
      },
    }));
    expect(await post(row)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      body: { code: 'overloaded' },
    });
    expect(faults).toEqual([fault]);
    expect(counts.woken).toBe(0);
  });

  it('answers 202 although waking and remembering fail or hang, once the rows are durable', async () => {
    const fails = async () => {
      throw new Error('no table');
    };
    const { post, queue, faults } = createIntake({ filters: { duplicatesWithinMinutes: 5 } }, {}, (real) => ({
      waker: { wake: () => new Promise<void>(() => undefined) },
      idempotency: { begin: real.idempotency.begin, done: fails },
      seen: { lastTaken: real.seen.lastTaken, taken: fails },
    }));
    const { status } = await post(row, { headers: { 'Idempotency-Key': 'k' } });
    expect(status).toBe(202);
    expect(queue.rows('leads')).toHaveLength(1);
    expect(faults).toHaveLength(2);
  });

  it('does not wait long for a forwarder to be woken', async () => {
    const { post, clock } = createIntake({}, {}, () => ({
      waker: { wake: () => new Promise<void>(() => undefined) },
    }));
    await post(row);
    expect(clock.now() - START).toBeLessThanOrEqual(500);
    expect(clock.pending()).toBe(0);
  });

  it('refuses whoever does not know the secret, and everybody where there is none', async () => {
    const { post, queue } = createIntake();
    for (const parts of [
      { headers: { 'x-claywatch-secret': 'wrong' } },
      { headers: { 'x-claywatch-secret': '' } },
      { feed: 'closed' },
      { feed: 'nowhere' },
      { feed: undefined },
      { feed: '__proto__' },
      { feed: 'constructor' },
    ]) {
      const { status, body } = await post(row, parts);
      expect([status, body.code]).toEqual([401, 'request.unauthorized']);
    }
    expect(queue.rows('leads')).toEqual([]);
  });
});

type Headers = Readonly<Record<string, string>>;

describe('hostile input', () => {
  const cases: readonly (readonly [string, string | undefined, number, string, Headers?])[] = [
    ['nothing', undefined, 400, 'request.malformed'],
    ['an empty body', '', 400, 'request.malformed'],
    ['white space', ' \n\t', 400, 'request.malformed'],
    ['half an object', '{"email":"jane@acme.example"', 400, 'request.malformed'],
    ['two objects', '{}{}', 400, 'request.malformed'],
    ['a trailing comma', '[{"a":1},]', 400, 'request.malformed'],
    ['a text', '"{}"', 400, 'request.malformed'],
    ['a number', '7', 400, 'request.malformed'],
    ['null', 'null', 400, 'request.malformed'],
    ['NaN', '{"a":NaN}', 400, 'request.malformed'],
    ['an empty array', '[]', 400, 'request.malformed'],
    ['nested arrays', '[[{"a":1}],[[]]]', 400, 'request.refused'],
    ['an array of nothing', '[null]', 400, 'request.refused'],
    ['501 rows', JSON.stringify(Array(501).fill({ a: 1 })), 413, 'request.too-large'],
    ['65 levels', nested(65), 400, 'request.malformed'],
    ['a row of 65 levels among others', `[{},${nested(65)}]`, 400, 'request.malformed'],
    ['a hundred thousand levels', nested(100_000), 400, 'request.malformed'],
    ['a million brackets', '['.repeat(1_000_000), 400, 'request.malformed'],
    ['a million brackets, closed', '['.repeat(1_000_000) + ']'.repeat(1_000_000), 400, 'request.malformed'],
    ['more bytes than a request may have', `{"a":"${'x'.repeat(5_242_880)}"}`, 413, 'request.too-large'],
    ['a form', 'a=1', 415, 'request.unsupported', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', '{"a":1}', 415, 'request.unsupported', { 'content-type': 'text/plain' }],
    ['no content type', '{"a":1}', 415, 'request.unsupported', { 'content-type': '' }],
    ['a name like it', '{"a":1}', 415, 'request.unsupported', { 'content-type': 'application/jsonp' }],
    [
      'Latin-1',
      '{"a":1}',
      415,
      'request.unsupported',
      { 'content-type': 'application/json; charset=latin1' },
    ],
    ['gzip', '{"a":1}', 415, 'request.unsupported', { 'content-encoding': 'gzip' }],
    ['an empty key', '{"a":1}', 400, 'request.malformed', { 'idempotency-key': '' }],
    ['a long key', '{"a":1}', 400, 'request.malformed', { 'idempotency-key': 'k'.repeat(256) }],
    ['a key of other signs', '{"a":1}', 400, 'request.malformed', { 'idempotency-key': 'schlüssel' }],
    ['a key with a line break', '{"a":1}', 400, 'request.malformed', { 'idempotency-key': 'a\nb' }],
  ];

  it.each(cases.map(([what, body, status, code, headers = {}]) => ({ what, body, status, code, headers })))(
    '$what is refused, queued nowhere and shown to nobody',
    async ({ body, status, code, headers }) => {
      const { send, queue, faults } = createIntake();
      const answer = await send(body, { headers });
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(JSON.stringify(answer.body)).not.toMatch(/jane|acme|xxx/);
      expect(JSON.stringify(answer.body).length).toBeLessThan(1_000);
      expect(queue.rows('leads')).toEqual([]);
      expect(faults).toEqual([]);
    },
  );

  const taken: readonly (readonly [string, string, Headers?])[] = [
    ['a byte order mark', '\uFEFF{"a":1}'],
    ['64 levels', nested(64)],
    ['an empty object', '{}'],
    ['a charset', '{"a":1}', { 'content-type': 'Application/JSON; charset="UTF-8"' }],
    ['a type of JSON', '{"a":1}', { 'content-type': 'application/vnd.acme+json' }],
    ['the longest key', '{"a":1}', { 'idempotency-key': '~'.repeat(255) }],
    ['500 rows', JSON.stringify(Array(500).fill({ a: 1 }))],
    [
      'keys of the prototype',
      '{"__proto__":{"admin":true},"constructor":1,"toString":null,"a":{"__proto__":7}}',
    ],
  ];

  it.each(taken.map(([what, body, headers = {}]) => ({ what, body, headers })))(
    '$what is taken',
    async ({ body, headers }) => {
      const { send, queue } = createIntake();
      const answer = await send(body, { headers });
      expect(answer.status).toBe(202);
      expect(queue.rows('leads')).toHaveLength(answer.body.row_ids.length);
    },
  );

  it('changes nothing by keys of the prototype, and sends them on', async () => {
    const { send, queue } = createIntake({ required: ['admin'] });
    const body = '{"__proto__":{"admin":true},"constructor":1,"admin":"x"}';
    expect((await send('{"__proto__":{"admin":true}}')).body.rows[0].code).toBe('row.incomplete');
    const { body: answer } = await send(body);
    expect(queue.rows('leads')[0]?.json).toBe(`${body.slice(0, -1)},"_claywatch_row_id":"${answer.row_id}"}`);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  it('sends numbers on as they were written, however large', async () => {
    const { send, queue } = createIntake();
    const numbers = '"id":12345678901234567890,"huge":1e400,"small":0.1234567890123456789,"list":[1e-999,2]';
    const { body } = await send(`[{${numbers}},{"plain":1.5e3}]`);
    expect(queue.rows('leads').map(({ json }) => json)).toEqual([
      `{${numbers},"_claywatch_row_id":"${body.row_ids[0]}"}`,
      `{"plain":1.5e3,"_claywatch_row_id":"${body.row_ids[1]}"}`,
    ]);
  });

  it('keeps the last of two keys that are the same', async () => {
    const { send, queue } = createIntake();
    await send('{"a":1,"a":2,"_claywatch_row_id":"x","_claywatch_row_id":"y"}');
    expect(JSON.parse(queue.rows('leads')[0]?.json ?? '')).toMatchObject({ a: 2 });
    expect(queue.rows('leads')[0]?.json).not.toMatch(/"[xy]"/);
  });

  it('reads a body that API Gateway has encoded, and counts its size before', async () => {
    const { post, queue } = createIntake({}, { maxRequestBytes: 1_024 });
    const text = 'ä'.repeat(490);
    expect((await post({ a: text }, { base64: true })).status).toBe(202);
    expect(JSON.parse(queue.rows('leads')[0]?.json ?? '')).toMatchObject({ a: text });
    expect((await post({ a: 'ä'.repeat(520) }, { base64: true })).status).toBe(413);
  });

  it('gives each of 500 rows its own answer, whatever is wrong with it', async () => {
    const { send, queue, clock } = createIntake({
      required: ['email'],
      schema: { type: 'object', properties: { n: { type: 'integer', maximum: 9 } } },
      filters: { email: 'email', domain: 'domain', personalDomains: 'refuse', duplicatesWithinMinutes: 60 },
    });
    const kinds: readonly (readonly [unknown, string])[] = [
      [7, 'row.not-an-object'],
      [{ email: ' ' }, 'row.incomplete'],
      [{ email: 'no address' }, 'row.email-invalid'],
      [{ email: 'a@acme.example', domain: 'https://acme.example/' }, 'row.domain-invalid'],
      [{ email: 'a@gmail.com' }, 'row.personal-domain'],
      [{ email: 'a@acme.example', n: 10 }, 'row.invalid'],
      [{ email: 'a@acme.example', filler: 'x'.repeat(LIMIT) }, 'row.too-large'],
      [{ email: 'seen@acme.example' }, 'row.duplicate'],
    ];
    await send(JSON.stringify({ email: 'seen@acme.example' }));
    await clock.advance(59 * 60_000);
    const rows = Array.from({ length: 500 }, (_, index) => {
      const kind = kinds[index % 10];
      return kind && index < 200 ? kind : ([{ email: `of-${index}@acme.example` }, 'queued'] as const);
    });
    const { status, body } = await send(JSON.stringify(rows.map(([sent]) => sent)));
    expect(status).toBe(202);
    expect(body.rows.map(({ outcome, code }: { outcome: string; code?: string }) => code ?? outcome)).toEqual(
      rows.map(([, code]) => code),
    );
    expect(body.row_ids).toHaveLength(rows.filter(([, code]) => code === 'queued').length);
    expect(queue.rows('leads')).toHaveLength(body.row_ids.length + 1);
    expect(JSON.stringify(body)).not.toMatch(/acme|gmail|no address|seen@/);
  });

  it('leaves the secret out of every answer', async () => {
    const { post } = createIntake();
    expect(JSON.stringify(await post(row))).not.toContain(SECRET);
    expect(
      JSON.stringify(await post(row, { headers: { 'x-claywatch-secret': `${SECRET}x` } })),
    ).not.toContain(SECRET);
  });
});
