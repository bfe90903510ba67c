import { describe, expect, it } from 'vitest';
import { only, type Reply, rig } from '../scripted-http.ts';

const json = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body) });
const TRANSPORT: readonly [Reply, string][] = [
  [{ failure: 'dns-failed' }, 'dns-failed'],
  [{ failure: 'connection-refused' }, 'connection-refused'],
  [{ failure: 'connection-reset' }, 'connection-reset'],
  [{ failure: 'tls-failed' }, 'tls-failed'],
  [{ afterMs: 99_999 }, 'timed-out'],
];
const URL_WITH_SECRETS = 'https://app.example/hooks/fake-path-token?key=fake-query-token';

/** One look at a probe of kind service with these conditions. */
const service = (reply: Reply, endpoint: object = {}) =>
  only(
    rig({ probes: { shop: { url: URL_WITH_SECRETS, ...endpoint } } }, () => reply, { confirm: false }).run(
      'probe:shop',
    ),
  );

describe('the callback endpoint', () => {
  const look = (reply: Reply, callback: object = {}) =>
    only(
      rig({ feeds: { leads: { callback: { url: URL_WITH_SECRETS, ...callback } } } }, () => reply, {
        confirm: false,
      }).run('callback:leads'),
    );

  it.each<[Reply, string]>([
    ...TRANSPORT,
    ...[200, 204, 302, 400, 401, 403, 405, 429].map((status): [Reply, string] => [{ status }, 'up']),
    [{ status: 404 }, 'not-found'],
    [{ status: 410 }, 'not-found'],
    [{ status: 500 }, 'server-error'],
    [{ status: 200, afterMs: 3_100 }, 'slow'],
  ])('reads %j as %s', async (reply, finding) => {
    expect(await look(reply)).toMatchObject({ finding, surface: 'callback', subject: 'leads' });
  });

  it('is judged by its conditions where there are some', async () => {
    const conditions = ['status == 200'];
    expect((await look({ status: 401 }, { conditions })).finding).toBe('condition-failed');
    expect((await look({ status: 404 }, { conditions })).finding).toBe('not-found');
    expect((await look({ status: 503 }, { conditions: ['status == 503'] })).finding).toBe('up');
  });
});

describe('the integration health endpoint', () => {
  it.each<[Reply, string]>([
    ...TRANSPORT,
    [{ status: 200 }, 'healthy'],
    [{ status: 204 }, 'healthy'],
    [{ status: 302 }, 'condition-failed'],
    [{ status: 404 }, 'condition-failed'],
    [{ status: 429 }, 'condition-failed'],
    [{ status: 503 }, 'server-error'],
    [{ status: 200, afterMs: 3_100 }, 'slow'],
  ])('reads %j as %s', async (reply, finding) => {
    const made = rig({ integration: { url: 'https://app.example/health' } }, () => reply, { confirm: false });
    expect(await only(made.run('integration'))).toMatchObject({ finding, subject: 'integration' });
  });
});

describe('a probe that the user named', () => {
  it.each(['crm', 'provider', 'service'] as const)(
    'of kind %s is on that surface, with its findings',
    async (kind) => {
      const look = async (reply: Reply) =>
        only(
          rig({ probes: { hubspot: { url: 'https://crm.example/', kind } } }, () => reply, {
            confirm: false,
          }).run('probe:hubspot'),
        );
      expect(await look({ status: 200 })).toMatchObject({
        surface: kind,
        subject: 'hubspot',
        finding: 'passing',
      });
      expect((await look({ status: 429, headers: { 'retry-after': '7' } })).facts).toMatchObject({
        retryAfterSeconds: 7,
      });
      expect((await look({ status: 429 })).finding).toBe('rate-limited');
      expect((await look({ status: 401 })).finding).toBe('condition-failed');
      expect((await look({ status: 500 })).finding).toBe('server-error');
      for (const [reply, finding] of TRANSPORT) expect((await look(reply)).finding).toBe(finding);
    },
  );

  it('may excuse a 429 or a 503 by a condition on the status', async () => {
    const conditions = ['status == 429 || status == 503'];
    expect((await service({ status: 429 }, { conditions })).finding).toBe('passing');
    expect((await service({ status: 503 }, { conditions })).finding).toBe('passing');
    expect((await service({ status: 500 }, { conditions })).finding).toBe('server-error');
  });

  it('is not passing because a 503 says in its body that all is well', async () => {
    const conditions = ['body.ok == true'];
    expect((await service(json(503, { ok: true }), { conditions })).finding).toBe('server-error');
    expect((await service(json(200, { ok: true }), { conditions })).finding).toBe('passing');
  });

  it('says which condition failed, on what, and keeps texts of the answer to itself', async () => {
    const seen = await service(json(200, { queue: { depth: 5_400 }, owner: 'jane@person.example' }), {
      conditions: ['body.queue.depth < 1000 || body.owner == "nobody"'],
    });
    expect(seen).toMatchObject({
      finding: 'condition-failed',
      facts: {
        status: 200,
        condition: 'body.queue.depth < 1000 || body.owner == "nobody"',
        seen: 'body.queue.depth was 5400, body.owner was a text of 19 characters',
      },
    });
    expect(JSON.stringify(seen)).not.toContain('jane');
  });

  it.each<[string, Reply, string]>([
    ['is not JSON', { body: '<html>' }, 'the body is not JSON'],
    ['is empty', { body: '' }, 'the body is not JSON'],
    ['is too long', { body: '{"ok":true}', truncated: true }, 'the body is longer than what is read of it'],
    ['lacks what is read', json(200, {}), 'the answer lacks what it reads, body.ok was absent'],
    ['is null', json(200, null), 'the answer lacks what it reads, body.ok was absent'],
  ])('fails its condition on a body that %s', async (_what, reply, reason) => {
    expect(await service(reply, { conditions: ['body.ok'] })).toMatchObject({
      finding: 'condition-failed',
      facts: { seen: reason },
    });
  });

  it('does not parse a body that no condition reads', async () => {
    expect((await service({ body: 'not JSON' }, { conditions: ['status == 200'] })).finding).toBe('passing');
  });

  it('can be judged by latency and headers', async () => {
    const conditions = ['latency_ms < 500', 'headers["content-type"].contains("json")'];
    const reply = { headers: { 'content-type': 'application/json' } };
    expect((await service(reply, { conditions })).finding).toBe('passing');
    expect((await service({ ...reply, afterMs: 600 }, { conditions })).facts.seen).toBe('latency_ms was 600');
  });

  it('sends its method and headers, secrets resolved when it runs', async () => {
    const made = rig(
      {
        probes: {
          shop: {
            url: 'https://shop.example/x',
            method: 'HEAD',
            headers: { 'X-Plain': 'a', 'X-Secret': { secret: 'env:TOKEN' } },
          },
        },
      },
      () => ({}),
    );
    await made.run('probe:shop');
    expect(made.requests[0]).toMatchObject({
      method: 'HEAD',
      url: 'https://shop.example/x',
      headers: { 'x-plain': 'a', 'x-secret': 'fake-token-1111' },
    });
  });

  it.each([
    ['env:MISSING', 'env:MISSING'],
    ['env:FORBIDDEN', 'env:FORBIDDEN'],
    ['env:TWO_LINES', 'X-Secret'],
  ] as const)('does not run when the secret %s cannot be used, and says so', async (secret, named) => {
    const seen = await service({}, { headers: { 'X-Secret': { secret } } });
    expect(seen).toMatchObject({ finding: 'not-run', outcome: 'unknown' });
    expect(seen.summary).toContain(named);
    expect(JSON.stringify(seen)).not.toContain('4444');
  });

  it('shows of its URL only the host', async () => {
    for (const reply of [{ status: 200 }, { status: 500 }, { failure: 'dns-failed' } as const]) {
      const text = JSON.stringify(await service(reply));
      expect(text).toContain('app.example');
      expect(text).not.toMatch(/fake-|hooks/);
    }
  });

  it('has time limits of its own', async () => {
    const limits = { timeoutMs: 200, slowAfterMs: 100 };
    expect((await service({ afterMs: 150 }, limits)).finding).toBe('slow');
    expect(await service({ afterMs: 300 }, limits)).toMatchObject({ finding: 'timed-out', durationMs: 200 });
  });

  it('with a condition that cannot be used stops the start, naming where it is', () => {
    const broken = { url: 'https://shop.example/', conditions: ['status == 200', 'statsu == 200'] };
    expect(() => rig({ probes: { shop: broken } }, () => ({}))).toThrow(
      'probes.shop.conditions[1]: the condition "statsu == 200" cannot be used: Unknown variable: statsu',
    );
    expect(() => rig({ feeds: { leads: { callback: broken } } }, () => ({}))).toThrow(
      'feeds.leads.callback.conditions[1]',
    );
  });
});
