import { describe, expect, it } from 'vitest';
import { poolOf, SIMULATED_WEBHOOK_TOKEN } from '../../../local/clay/core/options.ts';
import {
  bodyOf,
  firstWebhook,
  get,
  headerOf,
  leadsTable,
  send,
  simulated,
  statusOf,
  tableState,
  webhookState,
} from './support.ts';

const TOKEN = { 'x-clay-webhook-auth': SIMULATED_WEBHOOK_TOKEN };
const JSON_TYPE = { 'content-type': 'application/json' };

describe('a webhook of the simulated Clay', () => {
  it('makes one row of one object, and counts it', () => {
    const { clay } = simulated();
    expect(statusOf(send(clay))).toBe(200);
    expect(webhookState(clay, 'leads-1')?.accepted).toBe(1);
    expect(tableState(clay, 'leads')?.rows).toBe(1);
  });

  it('makes one row of an array', () => {
    const { clay } = simulated();
    expect(statusOf(send(clay, { body: '[{"a":1},{"a":2},{"a":3}]' }))).toBe(200);
    expect(tableState(clay, 'leads')?.rows).toBe(1);
  });

  it('makes two rows of the same POST sent twice', () => {
    const { clay } = simulated();
    send(clay);
    send(clay);
    expect(tableState(clay, 'leads')?.rows).toBe(2);
  });

  it('keeps one row of the same POST sent twice when auto-dedupe is on, and answers 200 both times', () => {
    const { clay } = simulated(leadsTable({ dedupeOn: 'email' }));
    expect([statusOf(send(clay)), statusOf(send(clay))]).toEqual([200, 200]);
    expect(tableState(clay, 'leads')).toMatchObject({ rows: 1, duplicates: 1 });
  });

  it.each([
    ['a wrong token', { headers: { ...JSON_TYPE, 'x-clay-webhook-auth': 'wrong' } }, 401],
    ['no token', { headers: JSON_TYPE }, 401],
    ['no content type', { headers: TOKEN }, 400],
    ['another content type', { headers: { ...TOKEN, 'content-type': 'text/plain' } }, 400],
    ['a body that is not JSON', { body: '{"email":' }, 400],
    ['a body that is no object', { body: '"person"' }, 400],
    ['a body over 100 KB', { body: JSON.stringify({ note: 'x'.repeat(102_400) }) }, 413],
  ])('refuses %s, and makes no row', (_what, sending, status) => {
    const { clay } = simulated();
    expect(statusOf(send(clay, sending))).toBe(status);
    expect(webhookState(clay, 'leads-1')).toMatchObject({ accepted: 0, refused: { [status]: 1 } });
    expect(tableState(clay, 'leads')?.rows).toBe(0);
  });

  it('takes a content type with a charset', () => {
    const { clay } = simulated();
    const headers = { ...TOKEN, 'content-type': 'application/json; charset=utf-8' };
    expect(statusOf(send(clay, { headers }))).toBe(200);
  });

  it('takes a row without a token when it has none', () => {
    const { clay } = simulated(firstWebhook({ token: undefined }));
    expect(statusOf(send(clay, { headers: JSON_TYPE }))).toBe(200);
  });

  it('answers 404 where there is no such webhook', () => {
    const { clay } = simulated();
    const target = '/v3/sources/webhook/pull-in-data-from-a-webhook-ffffffff-0000-4000-8000-000000000000';
    expect(statusOf(clay.handle({ method: 'POST', target, headers: JSON_TYPE, body: '{}' }))).toBe(404);
  });

  it('answers 403 with the limit text after its lifetime submissions, and deleting rows does not help', () => {
    const { clay } = simulated(firstWebhook({ limit: 3, startCount: 1 }));
    expect([statusOf(send(clay)), statusOf(send(clay))]).toEqual([200, 200]);
    const refused = send(clay);
    expect(statusOf(refused)).toBe(403);
    expect(bodyOf(refused)).toMatchObject({ message: 'Record limit reached for webhook' });
    clay.handle({ method: 'DELETE', target: '/_tables/leads/rows', headers: {}, body: '' });
    expect(tableState(clay, 'leads')?.running).toBe(2);
    expect(statusOf(send(clay))).toBe(403);
    expect(webhookState(clay, 'leads-1')?.accepted).toBe(3);
  });

  it('leaves another webhook of the same table alone when one is used up', () => {
    const { clay } = simulated(firstWebhook({ limit: 1 }));
    send(clay);
    expect(statusOf(send(clay))).toBe(403);
    expect(statusOf(send(clay, { webhook: 'leads-2' }))).toBe(200);
  });

  it('has no limit on an auto-delete table', async () => {
    const { clay, clock } = simulated({
      webhooks: [
        {
          id: 'stream-1',
          uuid: '00000000-0000-4000-8000-00000000000a',
          table: 'stream',
          authHeader: 'x-clay-webhook-auth',
          limit: 2,
          startCount: 0,
        },
      ],
    });
    for (let row = 0; row < 5; row += 1) {
      expect(statusOf(send(clay, { webhook: 'stream-1' }))).toBe(200);
      await clock.advance(1_000);
    }
    expect(webhookState(clay, 'stream-1')).toMatchObject({ accepted: 5, limit: null });
  });

  it('drops rows over 20 at once and 10 a second, on all webhooks of the workspace together', async () => {
    const { clay, clock } = simulated();
    const statuses = (count: number, webhook: string) =>
      Array.from({ length: count }, () => statusOf(send(clay, { webhook })));
    expect(statuses(20, 'leads-1').every((status) => status === 200)).toBe(true);
    const refused = send(clay, { webhook: 'accounts-1' });
    expect(statusOf(refused)).toBe(429);
    expect(headerOf(refused, 'retry-after')).toBe('1');
    expect(bodyOf(refused)).toEqual({
      type: 'TooManyRequests',
      message: 'Too many requests. Wait a bit and retry.',
      details: null,
    });
    await clock.advance(1_000);
    const nextSecond = [...statuses(10, 'leads-2'), ...statuses(1, 'accounts-1')];
    expect(nextSecond.filter((status) => status === 200)).toHaveLength(10);
    expect(nextSecond.at(-1)).toBe(429);
  });

  it('recovers from a clock that jumps back', () => {
    const { clay, clock } = simulated();
    for (let row = 0; row < 21; row += 1) send(clay);
    clock.jump(-3_600_000);
    expect(statusOf(send(clay))).toBe(429);
    clock.jump(1_000);
    expect(statusOf(send(clay))).toBe(200);
  });
});

describe('what the simulated Clay took', () => {
  it('is listed by row id and webhook, in the order of arrival; refused rows are not in it', () => {
    const { clay } = simulated();
    const row = (id: string) => ({ body: JSON.stringify({ _claywatch_row_id: id }) });
    send(clay, row('a'));
    send(clay, { ...row('b'), webhook: 'leads-2' });
    send(clay, { ...row('c'), headers: JSON_TYPE });
    send(clay, row('a'));
    send(clay, { body: '{"email":"jane@example.com"}' });
    const rows = [
      { rowId: 'a', webhook: 'leads-1' },
      { rowId: 'b', webhook: 'leads-2' },
      { rowId: 'a', webhook: 'leads-1' },
      { rowId: null, webhook: 'leads-1' },
    ];
    expect(clay.accepted()).toEqual(rows);
    expect(bodyOf(get(clay, '/_rows'))).toEqual({ rows });
  });

  it('begins where a pool says: webhooks with their counts, and tables with the rows of all their webhooks', () => {
    const { clay } = simulated(
      poolOf([
        { id: 'a-1', table: 'a', startCount: 49_999 },
        { id: 'a-2', table: 'a', startCount: 0 },
        { id: 'b-1', table: 'b', startCount: 7 },
      ]),
    );
    expect([send(clay, { webhook: 'a-1' }), send(clay, { webhook: 'a-1' })].map(statusOf)).toEqual([
      200, 403,
    ]);
    expect(webhookState(clay, 'b-1')).toMatchObject({ accepted: 7, table: 'b' });
    expect([tableState(clay, 'a')?.rows, tableState(clay, 'b')?.rows]).toEqual([50_000, 7]);
  });
});
