import { describe, expect, it } from 'vitest';
import { only, type Reply, rig } from '../scripted-http.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const CHALLENGE: Reply = {
  status: 403,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: '<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>',
};
const json = (status: number, body: unknown, headers = {}): Reply => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body: JSON.stringify(body),
});
const KEYED = { clay: { apiKey: 'env:KEY' } } as const;

/** The finding of one look, without confirmation. */
const find = async (id: string, reply: Reply, config: Parameters<typeof rig>[0] = KEYED) => {
  const [own] = await rig(config, () => reply, { confirm: false }).run(id);
  if (!own) throw new Error('nothing was seen');
  return own;
};

const TRANSPORT: readonly [Reply, string][] = [
  [{ failure: 'dns-failed' }, 'dns-failed'],
  [{ failure: 'connection-refused' }, 'connection-refused'],
  [{ failure: 'connection-reset' }, 'connection-reset'],
  [{ failure: 'tls-failed' }, 'tls-failed'],
  [{ afterMs: 99_999 }, 'timed-out'],
];

describe('the probe of Clay web', () => {
  it.each<[Reply, string]>([
    ...TRANSPORT,
    [{ status: 200 }, 'up'],
    [{ status: 301, headers: { location: 'https://elsewhere.example/' } }, 'up'],
    [{ status: 200, afterMs: 3_001 }, 'slow'],
    [{ status: 500 }, 'server-error'],
    [{ status: 521 }, 'server-error'],
    [CHALLENGE, 'blocked'],
    [{ ...CHALLENGE, status: 503 }, 'blocked'],
    [{ status: 403, headers: { 'cf-mitigated': 'challenge' } }, 'blocked'],
    [
      {
        status: 403,
        body: '<html><body>Access denied</body></html>',
        headers: { 'content-type': 'text/html' },
      },
      'blocked',
    ],
    [{ status: 404 }, 'unexpected-answer'],
    [{ status: 429 }, 'unexpected-answer'],
  ])('reads %j as %s', async (reply, finding) => {
    expect(await find('clay.web', reply)).toMatchObject({ finding, surface: 'clay-web', subject: 'clay' });
  });

  it('does not follow a redirect', async () => {
    const made = rig({}, () => ({ status: 302, headers: { location: 'http://169.254.169.254/' } }));
    await made.run('clay.web');
    expect(made.requests.map(({ url }) => url)).toEqual(['https://www.clay.com']);
  });
});

describe('the probe of the API host', () => {
  it.each<[Reply, string]>([
    ...TRANSPORT,
    ...[200, 400, 401, 403, 404, 405, 429].map((status): [Reply, string] => [
      json(status, { message: 'x' }),
      'up',
    ]),
    [{ status: 302 }, 'unexpected-answer'],
    [{ status: 418 }, 'unexpected-answer'],
    [{ status: 503 }, 'server-error'],
    [CHALLENGE, 'blocked'],
    [{ status: 401, afterMs: 4_000 }, 'slow'],
  ])('reads %j as %s', async (reply, finding) => {
    expect((await find('clay.api', reply)).finding).toBe(finding);
  });

  it('asks without a key, though there is one', async () => {
    const made = rig(KEYED, () => ({ status: 401 }));
    await made.run('clay.api');
    expect(made.requests[0]).toMatchObject({ method: 'POST', url: 'https://api.clay.com/v3/mcp' });
    expect(JSON.stringify(made.requests)).not.toContain('fake-key');
  });
});

describe('the probe of the API key', () => {
  const ME = { user: { id: 1, name: 'Fake Person' }, workspace: { id: 2 } };

  it.each<[Reply, string]>([
    ...TRANSPORT,
    [json(200, ME), 'authorized'],
    [json(200, { workspace: { id: 2 } }), 'authorized'],
    [json(200, {}), 'unexpected-answer'],
    [json(200, { user: null }), 'unexpected-answer'],
    [{ status: 200, body: '<html>login</html>' }, 'unexpected-answer'],
    [{ status: 302 }, 'unexpected-answer'],
    [{ status: 204 }, 'unexpected-answer'],
    [json(401, { message: 'x' }), 'unauthorized'],
    [json(402, { message: 'x' }), 'payment-required'],
    [json(403, { message: 'x' }), 'forbidden'],
    [{ status: 403 }, 'forbidden'],
    [CHALLENGE, 'blocked'],
    [json(404, { success: false, message: 'deprecated API endpoint' }), 'not-found'],
    [json(429, {}), 'rate-limited'],
    [{ status: 502 }, 'server-error'],
    [{ ...json(200, ME), afterMs: 3_500 }, 'slow'],
  ])('reads %j as %s', async (reply, finding) => {
    expect((await find('clay.key', reply)).finding).toBe(finding);
  });

  it('is there only when a key is configured', () => {
    expect(rig({}, () => ({})).ids).not.toContain('clay.key');
    expect(rig(KEYED, () => ({})).ids).toContain('clay.key');
  });

  it.each([
    ['clay-api-key', { 'clay-api-key': 'fake-key-0000' }],
    ['authorization-bearer', { authorization: 'Bearer fake-key-0000' }],
  ] as const)('sends the key as %s', async (apiKeyHeader, headers) => {
    const made = rig({ clay: { apiKey: 'env:KEY', apiKeyHeader } }, () => json(200, ME));
    await made.run('clay.key');
    expect(made.requests[0]).toMatchObject({ url: 'https://api.clay.com/public/v0/me', headers });
  });

  it.each([
    ['env:MISSING', 'was not found'],
    ['env:FORBIDDEN', 'may not be read'],
    ['env:EMPTY', 'is empty'],
    ['env:TWO_LINES', 'character'],
  ] as const)('does not run with the secret %s, and says which it is', async (apiKey, why) => {
    const made = rig({ clay: { apiKey } }, () => json(200, ME));
    const seen = await only(made.run('clay.key'));
    expect(seen).toMatchObject({ finding: 'not-run', outcome: 'unknown', attempts: 1 });
    expect(seen.summary).toContain(why);
    if (apiKey !== 'env:TWO_LINES') expect(seen.summary).toContain(apiKey);
    expect(made.requests).toHaveLength(0);
  });

  it.each([
    ['120', 120],
    ['Mon, 16 Nov 2026 03:00:30 GMT', 30],
    ['99999999999', 3_600],
    ['soon', undefined],
    ['-5', undefined],
  ])('reads Retry-After %s as %s seconds', async (header, seconds) => {
    const seen = await find('clay.key', { ...json(429, {}, { 'retry-after': header }), afterMs: 0 });
    expect(seen.facts.retryAfterSeconds).toBe(seconds);
  });

  it('does not ask again after a 429, and takes it as it is', async () => {
    const made = rig(KEYED, () => json(429, {}));
    expect(await only(made.run('clay.key'))).toMatchObject({
      finding: 'rate-limited',
      attempts: 1,
      confirmed: true,
    });
    expect(made.requests).toHaveLength(1);
  });

  it('stops asking again when that is answered by a 429', async () => {
    const made = rig(KEYED, (_request, count) => (count === 1 ? { status: 500 } : json(429, {})));
    expect(await only(made.run('clay.key'))).toMatchObject({ finding: 'rate-limited', attempts: 2 });
  });

  it('keeps nothing of who the key belongs to', async () => {
    expect(JSON.stringify(await find('clay.key', json(200, ME)))).not.toContain('Fake Person');
  });
});

describe('the probe of the balance', () => {
  const balance = (body: unknown) => rig(KEYED, () => json(200, body)).run('clay.balance');

  it('reads both meters', async () => {
    expect(await balance({ balance: 320.5, action_execution_balance: 90_000 })).toMatchObject([
      { probe: 'clay.balance', surface: 'clay-balance', subject: 'clay-api-key', finding: 'readable' },
      {
        probe: 'clay.credits',
        surface: 'credits',
        subject: 'workspace',
        finding: 'critical',
        facts: { left: 320.5, below: 500 },
      },
      {
        probe: 'clay.actions',
        surface: 'actions',
        subject: 'workspace',
        finding: 'funded',
        facts: { left: 90_000 },
      },
    ]);
  });

  it('reads camelCase, and says nothing of a meter that is absent', async () => {
    expect((await balance({ balance: 1, actionExecutionBalance: 0 })).map((one) => one.finding)).toEqual([
      'readable',
      'critical',
      'exhausted',
    ]);
    for (const body of [{ balance: 9_000 }, { balance: 9_000, action_execution_balance: null }]) {
      expect((await balance(body)).map((one) => one.surface)).toEqual(['clay-balance', 'credits']);
    }
  });

  it.each([
    [5_000, 'funded'],
    [4_999.99, 'low'],
    [1_000, 'low'],
    [999, 'very-low'],
    [499, 'critical'],
    [0.01, 'critical'],
    [0, 'exhausted'],
    [-12, 'exhausted'],
  ])('finds %s credits %s', async (left, finding) => {
    expect((await balance({ balance: left }))[1]).toMatchObject({ finding, confirmed: true });
  });

  it.each([[{}], [{ balance: '12' }], [{ balance: null }], [[]], ['x']])('cannot read %j', async (body) => {
    expect(await balance(body)).toMatchObject([{ finding: 'unexpected-answer', outcome: 'unknown' }]);
  });

  it('cannot read a number beyond all numbers', async () => {
    const made = rig(KEYED, () => ({ status: 200, headers: JSON_TYPE, body: '{"balance":1e999}' }));
    expect(await made.run('clay.balance')).toMatchObject([{ finding: 'unexpected-answer' }]);
  });

  it('reads the meters off a slow answer too', async () => {
    const seen = await rig(KEYED, () => ({ ...json(200, { balance: 9 }), afterMs: 4_000 }), {
      confirm: false,
    }).run('clay.balance');
    expect(seen.map(({ finding }) => finding)).toEqual(['slow', 'critical']);
  });

  it.each([
    [401, 'unauthorized'],
    [402, 'payment-required'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [500, 'server-error'],
  ])('reads %s as %s, with no meters', async (status, finding) => {
    expect(await rig(KEYED, () => json(status, {})).run('clay.balance')).toMatchObject([{ finding }]);
  });
});

describe('the probe of our own network', () => {
  const urls = ['https://a.example/', 'https://b.example/', 'https://c.example/'];

  it('is content with the first answer, whatever it says, and stops waiting for the others', async () => {
    const made = rig({ connectivity: { urls } }, ({ url }) =>
      url.includes('b.example') ? { status: 503, afterMs: 40 } : { afterMs: 90_000 },
    );
    expect(await only(made.run('connectivity'))).toMatchObject({
      finding: 'online',
      subject: 'own-network',
      durationMs: 40,
      facts: { reached: 1, asked: 3 },
    });
    expect(made.clock.pending()).toBe(0);
  });

  it('is offline when nothing answers, and says how', async () => {
    const made = rig({ connectivity: { urls } }, ({ url }) =>
      url.includes('b.example') ? { failure: 'dns-failed' } : { afterMs: 90_000 },
    );
    expect(await only(made.run('connectivity'))).toMatchObject({
      finding: 'offline',
      confirmed: true,
      attempts: 3,
      facts: { reached: 0, asked: 3, failures: 'dns-failed, timed-out' },
    });
    expect(made.requests).toHaveLength(9);
  });
});
