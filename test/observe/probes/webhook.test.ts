import { describe, expect, it } from 'vitest';
import { only, type Reply, rig } from '../scripted-http.ts';

type Check = 'passive' | 'rejected-post' | 'canary';

const config = (check: Check, over: object = {}) => ({
  feeds: { leads: { webhooks: [{ id: 'leads-1', url: 'env:HOOK' as const, check, ...over }] } },
});
const look = (check: Check, reply: Reply, over: object = {}, confirm = true) => {
  const made = rig(config(check, over), () => reply, { confirm });
  return { ...made, seen: () => only(made.run('webhook:leads/leads-1')) };
};
const LIMIT: Reply = { status: 403, body: '{"message":"Record limit reached for webhook"}' };
const BOTH: readonly [Reply, string][] = [
  [{ status: 404 }, 'gone'],
  [{ status: 410 }, 'gone'],
  [LIMIT, 'limit-reached'],
  [
    {
      ...LIMIT,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: 'Record limit reached for webhook',
    },
    'limit-reached',
  ],
  [{ status: 403 }, 'unauthorized'],
  [{ status: 403, body: '{"message":"Forbidden"}' }, 'unauthorized'],
  [{ status: 401 }, 'unauthorized'],
  [{ status: 403, body: '<!DOCTYPE html><title>Just a moment...</title>' }, 'blocked'],
  [{ status: 429, headers: { 'retry-after': '1' }, body: '{"type":"TooManyRequests"}' }, 'rate-limited'],
  [{ status: 500 }, 'server-error'],
  [{ status: 302 }, 'unexpected-answer'],
  [{ failure: 'connection-reset' }, 'connection-reset'],
  [{ afterMs: 99_999 }, 'timed-out'],
];

describe('a webhook that is watched passively', () => {
  it('is not asked at all', () => {
    expect(rig(config('passive'), () => ({})).ids).not.toContain('webhook:leads/leads-1');
  });
});

describe('a POST that Clay refuses before it makes a row', () => {
  it.each<[Reply, string]>([
    ...BOTH,
    [{ status: 400 }, 'accepting'],
    [{ status: 400, afterMs: 3_100 }, 'slow'],
    [{ status: 413 }, 'unexpected-answer'],
    [{ status: 200 }, 'accepting'],
  ])('answered %j, is %s', async (reply, finding) => {
    expect(await look('rejected-post', reply).seen()).toMatchObject({ finding, subject: 'leads/leads-1' });
  });

  it('has no content type and no body', async () => {
    const made = look('rejected-post', { status: 400 });
    await made.seen();
    const [request] = made.requests;
    expect(request).toMatchObject({ method: 'POST', headers: {} });
    expect(request?.body ?? '').toBe('');
  });

  it('that is accepted after all may have made a row, and says so', async () => {
    const seen = await look('rejected-post', { status: 200 }).seen();
    expect(seen.facts.rowMayHaveBeenMade).toBe(true);
    expect(seen.summary).toContain('a row may have been made');
  });
});

describe('a canary', () => {
  it.each<[Reply, string]>([
    ...BOTH,
    [{ status: 200 }, 'accepting'],
    [{ status: 202 }, 'accepting'],
    [{ status: 400 }, 'rejecting'],
    [{ status: 413 }, 'rejecting'],
    [{ status: 200, afterMs: 3_100 }, 'slow'],
  ])('answered %j, is %s', async (reply, finding) => {
    expect((await look('canary', reply).seen()).finding).toBe(finding);
  });

  it('is the configured row, sent as JSON with the token', async () => {
    const made = look(
      'canary',
      {},
      { canary: { row: { email: 'canary@claywatch.invalid' } }, authToken: 'env:TOKEN' },
    );
    await made.seen();
    expect(made.requests[0]).toMatchObject({
      method: 'POST',
      url: 'https://api.clay.example/v3/sources/webhook/pull-in-data-from-a-webhook-fake-2222',
      headers: { 'content-type': 'application/json', 'x-clay-webhook-auth': 'fake-token-1111' },
      body: '{"email":"canary@claywatch.invalid"}',
    });
  });

  it('sends the token in the header that is configured', async () => {
    const made = look('canary', {}, { authToken: 'env:TOKEN', authHeader: 'X-Own-Auth' });
    await made.seen();
    expect(made.requests[0]?.headers).toMatchObject({ 'x-own-auth': 'fake-token-1111' });
  });
});

describe('either', () => {
  it('is sent once when it is a canary, whatever comes back', async () => {
    for (const [reply] of BOTH) {
      const made = look('canary', reply);
      expect((await made.seen()).attempts).toBe(1);
      expect(made.requests).toHaveLength(1);
    }
  });

  it('is sent again after a failure when it makes no row, but not after a row may have been made', async () => {
    const failing = look('rejected-post', { status: 500 });
    expect(await failing.seen()).toMatchObject({ finding: 'server-error', attempts: 3, confirmed: true });
    const accepted = look('rejected-post', { status: 200 });
    expect(await accepted.seen()).toMatchObject({ attempts: 1 });
    expect(accepted.requests).toHaveLength(1);
  });

  it("is believed when it is Clay's own word, and unconfirmed when it may have been bad luck", async () => {
    for (const [reply, finding] of BOTH) {
      const stated = [
        'gone',
        'limit-reached',
        'unauthorized',
        'rate-limited',
        'blocked',
        'unexpected-answer',
      ];
      expect((await look('canary', reply).seen()).confirmed).toBe(stated.includes(finding));
    }
    expect((await look('canary', LIMIT, {}, false).seen()).confirmed).toBe(false);
  });

  it('is not sent to what is not the URL of a webhook, which is never shown', async () => {
    const made = look('canary', {}, { url: 'env:TRUNCATED_HOOK' });
    const seen = await made.seen();
    expect(seen).toMatchObject({ finding: 'not-run', outcome: 'unknown' });
    expect(seen.summary).toMatch(/env:TRUNCATED_HOOK.*copy the whole URL from the table/);
    expect(JSON.stringify(seen)).not.toMatch(/fake-3333|clay\.example/);
    expect(made.requests).toHaveLength(0);
  });

  it.each([
    { url: 'env:MISSING' },
    { url: 'env:FORBIDDEN' },
    { authToken: 'env:MISSING' },
    { authToken: 'env:EMPTY' },
  ])('is not sent without its secrets: %j', async (over) => {
    const made = look('canary', {}, over);
    const seen = await made.seen();
    expect(seen.finding).toBe('not-run');
    expect(seen.summary).toContain(Object.values(over)[0]);
    expect(made.requests).toHaveLength(0);
  });

  it('never shows the URL, its host or the token', async () => {
    for (const [reply] of BOTH) {
      const seen = JSON.stringify(await look('canary', reply, { authToken: 'env:TOKEN' }).seen());
      expect(seen).not.toMatch(/fake-|clay\.example/);
    }
  });
});
