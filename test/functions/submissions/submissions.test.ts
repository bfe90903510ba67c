import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSenders } from '../../../functions/http/senders.ts';
import { type SubmissionsDependencies, submissions } from '../../../functions/submissions/handler.ts';
import { createSecretReader } from '../../../shared/aws/secrets/reader.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { LedgerThrottled } from '../../../shared/rows/ledger.ts';
import { createRecordingLedger } from '../../rows/recording-ledger.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';
import { type EventParts, httpEvent } from '../http-event.ts';

const SECRET = 'fake-sender-secret';

const setUp = () => {
  const { feeds } = parseConfig({ feeds: { leads: { submissions: { secret: 'env:SENDER' } } } }, 'test');
  const recording = createRecordingLedger();
  const clock = createVirtualClock(Date.UTC(2026, 10, 21, 17, 24));
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const secrets = createSecretReader({ env: { SENDER: SECRET }, clock });
  const senders = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, feed.submissions]));
  const dependencies: SubmissionsDependencies = {
    feeds: {
      leads: {
        webhooks: ['leads-1', 'leads-2'],
        limits: new Map([
          ['leads-1', 50_000],
          ['leads-2', null],
        ]),
        entity: 'entity',
        retainMs: 86_400_000,
        hash: () => 'hash',
      },
    },
    senders: createSenders({ feeds: senders, secrets, clock, onFault }),
    ledger: recording.ledger,
    learned: new Map(),
    clock,
    maxBytes: 65_536,
    onFault,
  };
  const post = async (body: unknown, parts: Partial<EventParts> = {}) => {
    const answer = await submissions(
      dependencies,
      httpEvent({
        path: '/v1/submissions',
        feed: 'leads',
        headers: { 'x-claywatch-secret': SECRET },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...parts,
      }),
    );
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) };
  };
  return { ...recording, faults, post };
};

describe('POST /v1/submissions/{feed}', () => {
  it('takes a row, an array of rows, and a list of row ids', async () => {
    const { post, calls } = setUp();
    expect(await post({ row_id: 'a', webhook: 'leads-1', entity: 'jane@example.com' })).toMatchObject({
      status: 200,
      body: { outcome: 'recorded' },
    });
    expect(await post([{ row_id: 'a', webhook: 'leads-1' }, { webhook: 'leads-1' }])).toMatchObject({
      status: 200,
      body: { outcomes: [{ outcome: 'duplicate', row_id: 'a' }, { outcome: 'malformed' }] },
    });
    expect(await post({ webhook: 'leads-2', row_ids: ['b', 'c'] })).toMatchObject({
      status: 200,
      body: { outcomes: [{ outcome: 'recorded' }, { outcome: 'recorded' }] },
    });
    expect(calls[0]?.told).toEqual([
      {
        rowId: 'a',
        webhook: 'leads-1',
        outcome: 'accepted',
        at: Date.UTC(2026, 10, 21, 17, 24),
        entity: 'hash',
      },
    ]);
    expect(JSON.stringify(calls)).not.toContain('jane');
  });

  it('takes a count, once by its key, from the body or from the header', async () => {
    const { post } = setUp();
    const headers = { 'x-claywatch-secret': SECRET, 'Idempotency-Key': 'run-7' };
    expect(await post({ webhook: 'leads-1', count: 20 }, { headers })).toMatchObject({
      status: 200,
      body: { outcome: 'recorded' },
    });
    expect(await post({ webhook: 'leads-1', count: 20, idempotency_key: 'run-7' })).toMatchObject({
      body: { outcome: 'duplicate' },
    });
    expect(await post({ webhook: 'leads-1', count: 20 })).toMatchObject({
      status: 400,
      body: { code: 'request.malformed', detail: expect.stringContaining('Idempotency-Key') },
    });
  });

  it("takes Clay's refusal, and learns from it that the webhook is full", async () => {
    const { post, calls } = setUp();
    const refused = { status: 403, body: '{"message":"Record limit reached for webhook"}' };
    expect(await post({ webhook: 'leads-1', refused })).toMatchObject({
      status: 200,
      body: { outcome: 'noted', answer: 'limit-reached' },
    });
    expect(calls).toMatchObject([
      { name: 'rebase', told: { webhook: 'leads-1', count: 50_000, why: 'limit-answer' } },
    ]);
    expect(JSON.stringify(calls)).not.toContain('Record limit');
  });

  it('refuses a wrong secret, and a feed that there is not, alike', async () => {
    const { post, names } = setUp();
    const answers = await Promise.all([
      post({ row_id: 'a' }, { headers: { 'x-claywatch-secret': 'wrong' } }),
      post({ row_id: 'a' }, { feed: 'nothing' }),
    ]);
    expect(answers[0]).toMatchObject({ status: 401 });
    expect(answers[1]).toEqual(answers[0]);
    expect(names()).toEqual([]);
  });

  it('answers 429 with Retry-After when the ledger is throttled or fails', async () => {
    const { post, breakOn, faults } = setUp();
    breakOn(new LedgerThrottled(), 'recordSubmissions', 'recordSubmissionCount', 'rebase');
    for (const body of [
      { webhook: 'leads-1', row_id: 'a' },
      { webhook: 'leads-1', count: 1, idempotency_key: 'k' },
      { webhook: 'leads-1', refused: { status: 403, body: 'limit reached' } },
    ]) {
      expect(await post(body)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    }
    expect(faults).toHaveLength(3);
  });

  it('never answers 5xx, whatever a known sender sends', async () => {
    const { post } = setUp();
    const reports = fc
      .record(
        {
          webhook: fc.constantFrom('leads-1', 'leads-2'),
          row_id: fc.jsonValue(),
          row_ids: fc.jsonValue(),
          count: fc.jsonValue(),
          idempotency_key: fc.jsonValue(),
          refused: fc.jsonValue(),
          at: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((body) => JSON.stringify(body));
    await fc.assert(
      fc.asyncProperty(fc.oneof(reports, fc.json(), fc.string({ unit: 'binary' })), async (body) => {
        expect([200, 400]).toContain((await post(body)).status);
      }),
      { numRuns: 500 },
    );
  });
});
