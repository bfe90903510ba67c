import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { webhookPath } from '../../../local/clay/core/surface.ts';
import { FAULT_NAMES, FAULTS, type FaultName } from '../../../local/clay/faults/catalogue.ts';
import type { ParamSpecs } from '../../../local/clay/faults/params.ts';
import { nearestFaults } from '../../../local/clay/faults/switchboard.ts';
import { bodyOf, get, headerOf, send, simulated, statusOf, webhookState, withKey } from './support.ts';

const post = (target: string) => ({ method: 'POST', target, headers: {}, body: '{}' });

/** What each surface answers when nothing is wrong. */
const probes = (clay: ReturnType<typeof simulated>['clay']) => ({
  web: statusOf(get(clay, '/web')),
  mcp: statusOf(clay.handle(post('/v3/mcp'))),
  me: statusOf(get(clay, '/public/v0/me', withKey)),
  balance: statusOf(get(clay, '/public/v0/credits/balance', withKey)),
  webhook: statusOf(send(clay)),
  status: statusOf(get(clay, '/status/api/v1/status.json')),
  connectivity: statusOf(get(clay, '/connectivity')),
  callback: statusOf(get(clay, '/stand-ins/callback')),
  health: statusOf(get(clay, '/stand-ins/health')),
  crm: statusOf(get(clay, '/stand-ins/crm')),
  provider: statusOf(get(clay, '/stand-ins/provider')),
});

const HEALTHY = probes(simulated().clay);

const changedBy = (name: FaultName): Partial<typeof HEALTHY> => {
  const { clay } = simulated();
  clay.faults.on(name);
  const seen = Object.entries(probes(clay));
  return Object.fromEntries(
    seen.filter(([surface, status]) => HEALTHY[surface as keyof typeof HEALTHY] !== status),
  );
};

const API_DOWN = (answer: number | string) => ({
  mcp: answer,
  me: answer,
  balance: answer,
  webhook: answer,
});
const EVERYTHING = (answer: number | string) =>
  Object.fromEntries(Object.keys(HEALTHY).map((surface) => [surface, answer]));

describe('a fault of the simulated Clay', () => {
  it('finds every surface in order before it is on', () => {
    expect(HEALTHY).toEqual({
      web: 200,
      mcp: 401,
      me: 200,
      balance: 200,
      webhook: 200,
      status: 200,
      connectivity: 204,
      callback: 200,
      health: 200,
      crm: 200,
      provider: 200,
    });
  });

  it.each([
    ['own-network-down', EVERYTHING('dns-failed')],
    ['outage', { web: 503, ...API_DOWN(503) }],
    ['web-down', { web: 503 }],
    ['api-5xx', API_DOWN(503)],
    ['api-hang', API_DOWN('timed-out')],
    ['api-reset', API_DOWN('connection-reset')],
    ['api-unreachable', API_DOWN('connection-refused')],
    ['endless-body', EVERYTHING('endless-body')],
    ['intake-5xx', { webhook: 502 }],
    ['intake-hang', { webhook: 'timed-out' }],
    ['webhook-limit', { webhook: 403 }],
    ['webhook-gone', { webhook: 404 }],
    ['webhook-unauthorized', { webhook: 401 }],
    ['webhook-rejecting', { webhook: 400 }],
    ['rate-limit', { webhook: 429 }],
    ['table-full', {}],
    ['auto-run-off', {}],
    ['provider-down', { provider: 503 }],
    ['provider-rate-limited', { provider: 429 }],
    ['crm-token-expired', { crm: 401 }],
    ['key-invalid', { me: 401, balance: 401 }],
    ['key-forbidden', { me: 403, balance: 403 }],
    ['key-rate-limited', { me: 429, balance: 429 }],
    ['payment-required', { me: 402, balance: 402 }],
    ['balance-forbidden', { balance: 403 }],
    ['me-not-found', { me: 404 }],
    ['status-down', { status: 503 }],
    ['callback-down', { callback: 'connection-refused' }],
    ['health-failing', { health: 503 }],
    ['crm-probe-failing', { crm: 503 }],
    ['provider-probe-failing', { provider: 503 }],
  ] as const)('%s changes just %o', (name, expected) => {
    expect(changedBy(name)).toEqual(expected);
  });

  it.each(FAULT_NAMES)('%s leaves nothing behind when it is off', (name) => {
    const { clay } = simulated();
    clay.faults.on(name);
    probes(clay);
    expect(clay.faults.off(name)).toEqual({ kind: 'off', wasOn: true });
    expect(clay.faults.active()).toEqual([]);
    expect(statusOf(get(clay, '/web'))).toBe(200);
  });

  it.each(FAULT_NAMES)('%s takes its own defaults as parameters', (name) => {
    const { clay } = simulated();
    const specs: ParamSpecs = FAULTS[name].params;
    const defaults = Object.fromEntries(Object.entries(specs).map(([key, spec]) => [key, spec.default]));
    expect(clay.faults.set(name, defaults)).toMatchObject({ kind: 'on', fault: { params: defaults } });
  });

  it('touches one surface when it is told which', () => {
    const { clay } = simulated();
    clay.faults.on('api-5xx', { surface: 'me', status: 500 });
    expect(probes(clay)).toEqual({ ...HEALTHY, me: 500 });
  });

  it('touches one webhook when it is told which', () => {
    const { clay } = simulated();
    clay.faults.on('webhook-limit', { webhook: 'leads-1' });
    expect(bodyOf(send(clay))).toMatchObject({ message: 'Record limit reached for webhook' });
    expect(statusOf(send(clay, { webhook: 'leads-2' }))).toBe(200);
  });

  it('leaves an unknown webhook unknown', () => {
    const { clay } = simulated();
    clay.faults.on('webhook-unauthorized');
    expect(statusOf(clay.handle(post(webhookPath('ffffffff-0000-4000-8000-000000000000'))))).toBe(404);
  });

  it('switches itself off after its seconds', async () => {
    const { clay, clock } = simulated();
    clay.faults.on('outage', { forSeconds: 60 });
    await clock.advance(59_999);
    expect(statusOf(get(clay, '/web'))).toBe(503);
    await clock.advance(1);
    expect(statusOf(get(clay, '/web'))).toBe(200);
    expect(clay.faults.active()).toEqual([]);
  });

  it('hits a share of the requests, the same ones for the same seed', () => {
    const run = () => {
      const { clay } = simulated();
      clay.faults.on('web-down', { rate: 0.3 });
      return Array.from({ length: 1_000 }, () => statusOf(get(clay, '/web')));
    };
    const failures = run().filter((status) => status === 503).length;
    expect(failures).toBeGreaterThan(250);
    expect(failures).toBeLessThan(350);
    expect(run()).toEqual(run());
  });

  it('adds its delay to the answer, on top of what is slow already', () => {
    const { clay } = simulated();
    clay.faults.on('api-slow', { delayMs: 4_000 });
    expect(get(clay, '/public/v0/me', withKey).delayMs).toBe(4_000);
    clay.faults.on('key-invalid', { delayMs: 500 });
    expect(get(clay, '/public/v0/me', withKey)).toMatchObject({ status: 401, delayMs: 4_500 });
  });

  it('has its parameters replaced when it is switched on again', () => {
    const { clay } = simulated();
    clay.faults.on('api-5xx', { status: 500 });
    clay.faults.on('api-5xx', { status: 504 });
    expect(clay.faults.active()).toMatchObject([{ name: 'api-5xx', params: { status: 504 } }]);
  });

  it('never fails a surface twice in a row when it is noise', async () => {
    const { clay, clock } = simulated();
    clay.faults.on('noise', { rate: 0.5, apartSeconds: 30 });
    let failures = 0;
    let lastFailedAt = Number.NEGATIVE_INFINITY;
    for (let second = 0; second < 3_600; second += 10) {
      if (statusOf(get(clay, '/web')) !== 200) {
        expect(clock.now() - lastFailedAt).toBeGreaterThanOrEqual(30_000);
        lastFailedAt = clock.now();
        failures += 1;
      }
      await clock.advance(10_000);
    }
    expect(failures).toBeGreaterThan(20);
  });

  it('keeps some of the rows whose senders were left hanging', async () => {
    const { clay, clock } = simulated();
    clay.faults.on('intake-hang', { keptRate: 0.5 });
    for (let row = 0; row < 100; row += 1) {
      expect(statusOf(send(clay))).toBe('timed-out');
      await clock.advance(1_000);
    }
    const accepted = webhookState(clay, 'leads-1')?.accepted ?? 0;
    expect(accepted).toBeGreaterThan(30);
    expect(accepted).toBeLessThan(70);
  });

  it('is described in the README, with its own parameters', async () => {
    const readme = await readFile(new URL('../../../local/clay/README.md', import.meta.url), 'utf8');
    for (const name of FAULT_NAMES) {
      const line = readme.split('\n').find((row) => row.startsWith(`| \`${name}\` `));
      expect(line, name).toContain(FAULTS[name].description);
      const specs: ParamSpecs = FAULTS[name].params;
      for (const [key, spec] of Object.entries(specs)) {
        const common = { rate: 1, delayMs: 0, forSeconds: 0 }[key] === spec.default;
        if (!common) expect(line, name).toContain(`\`${key}=${spec.default}\``);
      }
    }
  });
});

describe('switching faults over HTTP', () => {
  const control = (clay: ReturnType<typeof simulated>['clay'], method: string, target: string, body = '') =>
    clay.handle({ method, target, headers: {}, body });

  it('switches on with parameters, lists, and switches off', () => {
    const { clay } = simulated();
    const params = { surface: 'me', status: 503, rate: 0.02, delayMs: 4_000, forSeconds: 60 };
    const on = control(clay, 'PUT', '/_faults/api-5xx', JSON.stringify(params));
    expect(bodyOf(on)).toMatchObject({ name: 'api-5xx', params });
    const listed = bodyOf(control(clay, 'GET', '/_faults')) as { faults: { name: string; on: unknown }[] };
    expect(listed.faults).toHaveLength(FAULT_NAMES.length);
    expect(listed.faults.filter((fault) => fault.on).map((fault) => fault.name)).toEqual(['api-5xx']);
    expect(bodyOf(control(clay, 'DELETE', '/_faults/api-5xx'))).toEqual({ name: 'api-5xx', wasOn: true });
    expect(bodyOf(control(clay, 'DELETE', '/_faults/api-5xx'))).toEqual({ name: 'api-5xx', wasOn: false });
  });

  it('switches everything off at once', () => {
    const { clay } = simulated();
    clay.faults.on('outage');
    clay.faults.on('noise');
    expect(bodyOf(control(clay, 'DELETE', '/_faults'))).toEqual({ switchedOff: 2 });
  });

  it('answers 404 with the nearest names to an unknown fault', () => {
    const { clay } = simulated();
    const answer = control(clay, 'PUT', '/_faults/outge');
    expect(statusOf(answer)).toBe(404);
    expect(headerOf(answer, 'content-type')).toBe('application/problem+json');
    expect(bodyOf(answer)).toMatchObject({ code: 'fault-unknown', nearest: ['outage'] });
  });

  it.each([
    ['{"surface":"moon"}', /surface: must be one of all, mcp/],
    ['{"status":200}', /status: must be a number from 500 to 599/],
    ['{"status":"503"}', /status: must be a number/],
    ['{"colour":"red"}', /colour: not a parameter of this fault; it takes rate/],
    ['{"toString":1}', /toString: not a parameter/],
    ['[]', /one JSON object/],
    ['{', /one JSON object/],
  ])('answers 400 to the parameters %s, and says what is allowed', (body, detail) => {
    const { clay } = simulated();
    const answer = control(clay, 'PUT', '/_faults/api-5xx', body);
    expect(statusOf(answer)).toBe(400);
    expect((bodyOf(answer) as { detail: string }).detail).toMatch(detail);
    expect(clay.faults.active()).toEqual([]);
  });

  it('is not touched by faults', () => {
    const { clay } = simulated();
    clay.faults.on('own-network-down');
    expect(statusOf(control(clay, 'DELETE', '/_faults'))).toBe(200);
  });

  it('names what it takes when the method is wrong', () => {
    const { clay } = simulated();
    expect(bodyOf(control(clay, 'POST', '/_faults'))).toMatchObject({ detail: 'Use GET or DELETE.' });
  });
});

describe('the simulated Clay under hostile input', () => {
  it('answers every request, whatever its target, headers and body, and faults that are on', () => {
    const target = fc.oneof(
      fc.string().map((text) => `/${text}`),
      fc.string(),
      fc
        .tuple(
          fc.constantFrom('/_faults', '/_rows', '/_tables', '/v3/sources/webhook', '/status/api/v1'),
          fc.string(),
        )
        .map(([path, rest]) => `${path}/${rest}`),
      fc.constantFrom(
        '/_rows',
        '/_credits',
        '/_webhooks',
        '/_tables/leads/run',
        '/_faults/__proto__',
        '/_faults/%',
      ),
    );
    const body = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(
        target,
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'BREW'),
        body,
        fc.constantFrom(...FAULT_NAMES),
        (where, method, content, fault) => {
          const { clay } = simulated();
          clay.faults.on(fault);
          const headers = { 'content-type': 'application/json', ...withKey };
          const answer = clay.handle({ method, target: where, headers, body: content });
          expect(answer.delayMs).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never shows an address of a webhook, a token or a row in its state', () => {
    const { clay } = simulated();
    send(clay, { body: '{"email":"jane.doe@example.com"}' });
    const shown = JSON.stringify(clay.state());
    expect(shown).not.toMatch(/00000000-0000|simulated-webhook-token|simulated-api-key|jane\.doe/);
  });
});

describe('the nearest names', () => {
  it.each([
    ['outge', 'outage'],
    ['limit', 'webhook-limit'],
    ['STATUS-MAJOR', 'status-major'],
    ['api_slow', 'api-slow'],
  ])('of %s include %s', (typed, meant) => {
    expect(nearestFaults(typed)).toContain(meant);
  });

  it('are none for something else altogether', () => {
    expect(nearestFaults('xyzzyxyzzyxyzzyxyzzyxyzzyxyzzy')).toEqual([]);
  });
});
