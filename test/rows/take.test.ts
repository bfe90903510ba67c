import { describe, expect, it } from 'vitest';
import { emptyFeed } from '../../shared/config/schema.ts';
import { takeCallbacks } from '../../shared/rows/take-callbacks.ts';
import { takeSubmissions } from '../../shared/rows/take-submissions.ts';
import { createRecordingLedger } from './recording-ledger.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const DOWN = new Error('the store is down');

const callbacks = () => {
  const recording = createRecordingLedger();
  const uncounted: unknown[] = [];
  const take = (body: unknown) =>
    takeCallbacks(recording.ledger, {
      feed: 'leads',
      text: typeof body === 'string' ? body : JSON.stringify(body),
      contentType: 'application/json',
      settings: emptyFeed().callbacks,
      at: NOW,
      onUncounted: (error) => uncounted.push(error),
    });
  return { ...recording, uncounted, take };
};

describe('taking callbacks', () => {
  it('records one, and knows it again', async () => {
    const { take, names } = callbacks();
    expect(await take({ row_id: 'a' })).toEqual({ kind: 'one', item: { outcome: 'recorded', rowId: 'a' } });
    expect(await take({ row_id: 'a' })).toEqual({ kind: 'one', item: { outcome: 'duplicate', rowId: 'a' } });
    expect(names()).toEqual(['recordCallbacks', 'recordCallbacks']);
  });

  it('records many in one call, and counts those that are malformed', async () => {
    const { take, calls } = callbacks();
    const body = [
      { row_id: 'a' },
      {},
      { row_id: 'b', status: 'QUEUED' },
      'x',
      { row_id: 'c' },
      { row_id: 'a' },
    ];
    expect(await take(body)).toEqual({
      kind: 'many',
      items: [
        { outcome: 'recorded', rowId: 'a' },
        { outcome: 'malformed', detail: 'row_id is missing.' },
        { outcome: 'not-final', rowId: 'b' },
        { outcome: 'malformed', detail: 'A callback is a JSON object.' },
        { outcome: 'recorded', rowId: 'c' },
        { outcome: 'duplicate', rowId: 'a' },
      ],
    });
    expect(calls).toMatchObject([
      { name: 'recordCallbacks', told: [{ rowId: 'a' }, { rowId: 'c' }, { rowId: 'a' }] },
      { name: 'recordRefused', feed: 'leads', told: 2 },
    ]);
  });

  it('writes nothing for a row that is not through', async () => {
    const { take, names } = callbacks();
    expect(await take({ row_id: 'a', status: 'RUNNING' })).toMatchObject({ item: { outcome: 'not-final' } });
    expect(names()).toEqual([]);
  });

  it.each(['{"row_id":', '[]', JSON.stringify(Array.from({ length: 501 }, () => ({ row_id: 'a' })))])(
    'counts a body that it cannot read as one that was refused',
    async (body) => {
      const { take, calls } = callbacks();
      expect(['malformed', 'too-many']).toContain((await take(body)).kind);
      expect(calls).toMatchObject([{ name: 'recordRefused', told: 1 }]);
    },
  );

  it('fails when a callback could not be recorded, and then counts nothing as malformed: it comes again', async () => {
    const { take, breakOn, mend, names } = callbacks();
    breakOn(DOWN, 'recordCallbacks');
    await expect(take([{ row_id: 'a' }, {}])).rejects.toBe(DOWN);
    expect(names()).toEqual([]);
    mend();
    await take([{ row_id: 'a' }, {}]);
    expect(names()).toEqual(['recordCallbacks', 'recordRefused']);
  });

  it('does not fail for a count of malformed ones that could not be made', async () => {
    const { take, breakOn, uncounted } = callbacks();
    breakOn(DOWN, 'recordRefused');
    expect(await take([{ row_id: 'a' }, {}])).toMatchObject({ items: [{ outcome: 'recorded' }, {}] });
    expect((await take('')).kind).toBe('malformed');
    expect(uncounted).toEqual([DOWN, DOWN]);
  });
});

const submissions = () => {
  const recording = createRecordingLedger();
  const learned = new Map<string, number>();
  const take = (body: unknown, at = NOW) =>
    takeSubmissions(recording.ledger, {
      feed: 'leads',
      text: JSON.stringify(body),
      contentType: 'application/json',
      idempotencyKey: undefined,
      settings: {
        webhooks: ['leads-1', 'leads-2'],
        entity: 'entity',
        hash: () => 'hash',
        retainMs: 86_400_000,
      },
      limitOf: (webhook) => (webhook === 'leads-1' ? 50_000 : null),
      learned,
      at,
    });
  return { ...recording, take };
};

describe('taking reports of submissions', () => {
  it('records rows once, in one call', async () => {
    const { take, names } = submissions();
    const body = { webhook: 'leads-1', row_ids: ['a', '', 'b', 'a'] };
    expect(await take(body)).toMatchObject({
      kind: 'many',
      items: [
        { outcome: 'recorded' },
        { outcome: 'malformed' },
        { outcome: 'recorded' },
        { outcome: 'duplicate' },
      ],
    });
    expect(names()).toEqual(['recordSubmissions']);
    expect(await take({ webhook: 'leads-1', row_id: 'b' })).toEqual({
      kind: 'one',
      item: { outcome: 'duplicate', rowId: 'b' },
    });
  });

  it('records a count once', async () => {
    const { take, calls } = submissions();
    const body = { webhook: 'leads-2', count: 250, idempotency_key: 'run-7' };
    expect(await take(body)).toEqual({ kind: 'count', outcome: 'recorded' });
    expect(await take(body)).toEqual({ kind: 'count', outcome: 'duplicate' });
    expect(calls[0]?.told).toEqual({ webhook: 'leads-2', count: 250, idempotencyKey: 'run-7', at: NOW });
  });

  it('writes nothing when nothing can be understood', async () => {
    const { take, names } = submissions();
    expect(await take({})).toMatchObject({ item: { outcome: 'malformed' } });
    expect(await take({ webhook: 'leads-1', count: 0 })).toMatchObject({ kind: 'malformed' });
    expect(names()).toEqual([]);
  });

  const full = { status: 403, body: 'Record limit reached for webhook' };

  it("takes over Clay's own count when the webhook is full, once in a while", async () => {
    const { take, calls } = submissions();
    for (let second = 0; second < 290; second += 10) {
      expect(await take({ webhook: 'leads-1', refused: full }, NOW + second * 1_000)).toEqual({
        kind: 'refused',
        answer: 'limit-reached',
      });
    }
    expect(calls).toEqual([
      {
        name: 'rebase',
        feed: 'leads',
        told: { webhook: 'leads-1', count: 50_000, at: NOW, why: 'limit-answer' },
      },
    ]);
    await take({ webhook: 'leads-1', refused: full }, NOW + 300_000);
    expect(calls).toHaveLength(2);
  });

  it('takes it over with the next report when it failed', async () => {
    const { take, calls, breakOn, mend } = submissions();
    breakOn(DOWN, 'rebase');
    await expect(take({ webhook: 'leads-1', refused: full })).rejects.toBe(DOWN);
    mend();
    await take({ webhook: 'leads-1', refused: full });
    expect(calls).toHaveLength(1);
  });

  it('learns nothing from any other refusal, nor of a webhook without a limit', async () => {
    const { take, names } = submissions();
    expect(await take({ webhook: 'leads-1', refused: { status: 403, body: 'bad token' } })).toMatchObject({
      answer: 'unauthorized',
    });
    await take({ webhook: 'leads-2', refused: full });
    expect(names()).toEqual([]);
  });
});
