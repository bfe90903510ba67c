import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallbackDependencies, callback } from '../../../functions/callback/handler.ts';
import type { HttpEvent } from '../../../functions/http/request.ts';
import { createSenders } from '../../../functions/http/senders.ts';
import { createSecretReader } from '../../../shared/aws/secrets/reader.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { LedgerThrottled } from '../../../shared/rows/ledger.ts';
import { createRecordingLedger } from '../../rows/recording-ledger.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';
import { type EventParts, httpEvent } from '../http-event.ts';

const MAX_BYTES = 2_048;
const SECRET = 'fake-callback-secret';

const setUp = () => {
  const { feeds } = parseConfig(
    {
      feeds: {
        leads: { callbacks: { secret: 'env:LEADS', previousSecret: 'env:LEADS_OLD' } },
        closed: {},
      },
    },
    'test',
  );
  const recording = createRecordingLedger();
  const clock = createVirtualClock(Date.UTC(2026, 10, 21, 17, 24));
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const env = { LEADS: SECRET, LEADS_OLD: 'fake-secret-before' };
  const callbacks = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.callbacks]));
  const dependencies: CallbackDependencies = {
    feeds: callbacks,
    senders: createSenders({ feeds: callbacks, secrets: createSecretReader({ env, clock }), clock, onFault }),
    ledger: recording.ledger,
    clock,
    maxBytes: MAX_BYTES,
    onFault,
  };
  const ask = async (event: HttpEvent) => {
    const { statusCode, headers, body } = await callback(dependencies, event);
    return { status: statusCode, headers, body: JSON.parse(body) };
  };
  const post = (body: unknown, parts: Partial<EventParts> = {}) =>
    ask(
      httpEvent({
        path: '/v1/callbacks',
        feed: 'leads',
        headers: { 'x-claywatch-secret': SECRET },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...parts,
      }),
    );
  return { ...recording, faults, ask, post };
};

describe('POST /v1/callbacks/{feed}', () => {
  it('answers what became of the row, once it is recorded', async () => {
    const { post, calls } = setUp();
    expect(await post({ row_id: 'a', status: 'SUCCESS' })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: { outcome: 'recorded' },
    });
    expect(await post({ row_id: 'a', status: 'SUCCESS' })).toMatchObject({ body: { outcome: 'duplicate' } });
    expect(await post({ row_id: 'b', status: 'QUEUED' })).toMatchObject({
      status: 200,
      body: { outcome: 'not-final' },
    });
    expect(calls[0]).toMatchObject({ name: 'recordCallbacks', feed: 'leads', told: [{ rowId: 'a' }] });
  });

  it('takes a body that API Gateway encoded, and the secret from before', async () => {
    const { post } = setUp();
    const headers = {
      'X-Claywatch-Secret': 'fake-secret-before',
      'content-type': 'application/x-www-form-urlencoded',
    };
    expect(await post('row_id=a&status=SUCCESS', { headers, base64: true })).toMatchObject({
      status: 200,
      body: { outcome: 'recorded' },
    });
  });

  it('answers each of many, 200 when any was taken and 400 when none was', async () => {
    const { post } = setUp();
    expect(await post([{ row_id: 'a' }, { row_id: '' }, { row_id: 'a' }])).toMatchObject({
      status: 200,
      body: {
        outcomes: [
          { outcome: 'recorded', row_id: 'a' },
          { outcome: 'malformed', detail: 'row_id is missing.' },
          { outcome: 'duplicate', row_id: 'a' },
        ],
      },
    });
    expect(await post([{}, 1])).toMatchObject({
      status: 400,
      body: { code: 'request.malformed', outcomes: [{ outcome: 'malformed' }, { outcome: 'malformed' }] },
    });
  });

  it('explains a malformed one as problem details, and counts it', async () => {
    const { post, calls } = setUp();
    expect(await post({ status: 'SUCCESS' })).toEqual({
      status: 400,
      headers: expect.objectContaining({ 'content-type': 'application/problem+json' }),
      body: {
        type: 'urn:claywatch:error:request.malformed',
        title: expect.any(String),
        status: 400,
        code: 'request.malformed',
        detail: 'row_id is missing.',
      },
    });
    expect(calls).toEqual([{ name: 'recordRefused', feed: 'leads', told: 1 }]);
  });

  it.each([
    ['a wrong secret', { headers: { 'x-claywatch-secret': 'wrong' } }],
    ['no secret', { headers: {} }],
    ['a feed that there is not', { feed: 'nothing' }],
    ['a feed without a secret', { feed: 'closed' }],
    ['no feed', { feed: undefined }],
    ['a body that is far too large, and a wrong secret', { headers: {}, body: 'x'.repeat(1_000_000) }],
    ['a body that is no JSON, and a wrong secret', { headers: {}, body: '{' }],
  ])('answers 401 and the same for %s, and writes nothing', async (_, parts) => {
    const { post, names, faults } = setUp();
    const answer = await post({ row_id: 'a' }, parts);
    expect(answer).toEqual({
      status: 401,
      headers: expect.anything(),
      body: {
        type: 'urn:claywatch:error:request.unauthorized',
        title: expect.any(String),
        status: 401,
        code: 'request.unauthorized',
      },
    });
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect([...names(), ...faults]).toEqual([]);
  });

  it('takes at most so many bytes, as they were sent, and counts what is larger as refused', async () => {
    const { post, names } = setUp();
    const body = (bytes: number) => {
      const bare = JSON.stringify({ row_id: 'a', x: '' });
      return bare.replace('""', `"${'x'.repeat(bytes - bare.length)}"`);
    };
    expect((await post(body(MAX_BYTES))).status).toBe(200);
    expect((await post(body(MAX_BYTES), { base64: true })).status).toBe(200);
    expect(names()).toEqual(['recordCallbacks', 'recordCallbacks']);
    for (const base64 of [false, true]) {
      expect(await post(body(MAX_BYTES + 1), { base64 })).toMatchObject({
        status: 413,
        body: { code: 'request.too-large', detail: 'At most 2048 bytes are taken.' },
      });
    }
    expect(names().slice(2)).toEqual(['recordRefused', 'recordRefused']);
  });

  it('does not unpack a body', async () => {
    const { post } = setUp();
    const headers = { 'x-claywatch-secret': SECRET, 'content-encoding': 'gzip' };
    expect(await post('x', { headers })).toMatchObject({
      status: 415,
      body: { code: 'request.unsupported' },
    });
  });

  it.each([
    ['is throttled', new LedgerThrottled()],
    ['fails', new TypeError('jane@example.com is not a function')],
  ])('answers 429 with Retry-After when the ledger %s, and says nothing of why', async (_, error) => {
    const { post, breakOn, mend, faults } = setUp();
    breakOn(error, 'recordCallbacks', 'recordRefused');
    const answer = await post({ row_id: 'a' });
    expect(answer).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1', 'content-type': 'application/problem+json' },
      body: { code: 'overloaded' },
    });
    expect(JSON.stringify(answer)).not.toMatch(/jane|function/);
    expect(faults).toEqual([error]);
    mend();
    expect(await post({ row_id: 'a' })).toMatchObject({ status: 200, body: { outcome: 'recorded' } });
  });

  it('answers a malformed one 400 though it could not be counted', async () => {
    const { post, breakOn, faults } = setUp();
    breakOn(new LedgerThrottled(), 'recordRefused');
    expect((await post('{')).status).toBe(400);
    expect((await post('x'.repeat(MAX_BYTES + 1))).status).toBe(413);
    expect(faults).toHaveLength(2);
  });

  it('never answers 5xx and never throws, whatever is sent', async () => {
    const { ask } = setUp();
    const anyEvent = fc.oneof(
      fc.record(
        {
          body: fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.anything()),
          headers: fc.oneof(
            fc.constant({ 'x-claywatch-secret': SECRET }),
            fc.dictionary(fc.string(), fc.string()),
            fc.anything(),
          ),
          isBase64Encoded: fc.oneof(fc.boolean(), fc.anything()),
          pathParameters: fc.oneof(fc.constant({ feed: 'leads' }), fc.anything()),
        },
        { requiredKeys: [] },
      ),
      fc.anything(),
    );
    await fc.assert(
      fc.asyncProperty(anyEvent, async (event) => {
        const { status } = await ask(event as HttpEvent);
        expect([200, 400, 401, 413, 415, 429]).toContain(status);
      }),
      { numRuns: 500 },
    );
  });

  it('never answers 5xx to a known sender, nor 429 while the ledger works', async () => {
    const { post } = setUp();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 3_000 }), fc.json()),
        fc.boolean(),
        fc.constantFrom('', 'application/json', 'text/plain', 'application/x-www-form-urlencoded'),
        async (body, base64, type) => {
          const headers = { 'x-claywatch-secret': SECRET, 'content-type': type };
          expect([200, 400, 413]).toContain((await post(body, { base64, headers })).status);
        },
      ),
      { numRuns: 500 },
    );
  });
});
