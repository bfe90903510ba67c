import { describe, expect, it } from 'vitest';
import { SIMULATED_API_KEY } from '../../../local/clay/core/options.ts';
import { bodyOf, get, headerOf, simulated, statusOf, withKey } from './support.ts';

const BALANCE = '/public/v0/credits/balance';

describe('the public API of the simulated Clay', () => {
  it('takes the key in either header', () => {
    const { clay } = simulated();
    expect(statusOf(get(clay, '/public/v0/me', withKey))).toBe(200);
    expect(statusOf(get(clay, '/public/v0/me', { authorization: `Bearer ${SIMULATED_API_KEY}` }))).toBe(200);
  });

  it('takes the key in one header only where it is told to', () => {
    const { clay } = simulated({ apiKeyHeader: 'clay-api-key' });
    expect(statusOf(get(clay, '/public/v0/me', withKey))).toBe(200);
    expect(statusOf(get(clay, '/public/v0/me', { authorization: `Bearer ${SIMULATED_API_KEY}` }))).toBe(401);
  });

  it.each([{}, { 'clay-api-key': 'wrong' }, { authorization: 'Basic simulated-api-key' }])(
    'answers 401 with a message to the headers %o',
    (headers) => {
      const { clay } = simulated();
      const answer = get(clay, '/public/v0/me', headers as Record<string, string>);
      expect(statusOf(answer)).toBe(401);
      expect(bodyOf(answer)).toEqual({ message: 'Invalid API key' });
    },
  );

  it('says whose key it is', () => {
    const { clay } = simulated();
    const answer = get(clay, '/public/v0/me', withKey);
    expect(bodyOf(answer)).toMatchObject({ user: { id: 1_001 }, workspace: { id: 2_002 } });
    expect(headerOf(answer, 'x-ratelimit-remaining')).toBe('599');
  });

  it('has its own rate limit, with Retry-After', async () => {
    const { clay, clock } = simulated({ publicApiPerMinute: 60 });
    for (let request = 0; request < 60; request += 1) get(clay, BALANCE, withKey);
    const refused = get(clay, BALANCE, withKey);
    expect(statusOf(refused)).toBe(429);
    expect(headerOf(refused, 'retry-after')).toBe('1');
    await clock.advance(1_000);
    expect(statusOf(get(clay, BALANCE, withKey))).toBe(200);
  });

  it('shows both meters, and spends nothing by showing them', () => {
    const { clay } = simulated({ credits: 900, actions: 70 });
    get(clay, BALANCE, withKey);
    expect(bodyOf(get(clay, BALANCE, withKey))).toEqual({ balance: 900, action_execution_balance: 70 });
  });

  it.each([
    ['legacy-billing', { balance: 900 }],
    ['camel-case-balance', { balance: 900, actionExecutionBalance: 70 }],
    ['fractional-balance', { balance: 900.75, action_execution_balance: 70 }],
    ['credits-low', { balance: 400, action_execution_balance: 70 }],
    ['credits-zero', { balance: 0, action_execution_balance: 70 }],
    ['actions-low', { balance: 900, action_execution_balance: 70 }],
    ['actions-zero', { balance: 900, action_execution_balance: 0 }],
  ] as const)('shows under %s %o', (fault, expected) => {
    const { clay } = simulated({ credits: 900, actions: 70 });
    clay.faults.on(fault);
    expect(bodyOf(get(clay, BALANCE, withKey))).toEqual(expected);
    clay.faults.off(fault);
    expect(bodyOf(get(clay, BALANCE, withKey))).toEqual({ balance: 900, action_execution_balance: 70 });
  });

  it('shows credits that somebody else spends, and keeps them spent', async () => {
    const { clay, clock } = simulated({ credits: 900, actions: null });
    await clock.advance(600_000);
    clay.faults.on('credits-drain', { perMinute: 100 });
    await clock.advance(120_000);
    expect(bodyOf(get(clay, BALANCE, withKey))).toEqual({ balance: 700 });
    await clock.advance(60_000);
    expect(bodyOf(get(clay, BALANCE, withKey))).toEqual({ balance: 600 });
    clay.faults.off('credits-drain');
    await clock.advance(600_000);
    expect(bodyOf(get(clay, BALANCE, withKey))).toEqual({ balance: 600 });
  });
});

describe('the API host of the simulated Clay', () => {
  it('answers 401 at /v3/mcp: a sign of life without a key', () => {
    const { clay } = simulated();
    const answer = clay.handle({ method: 'POST', target: '/v3/mcp', headers: {}, body: '{}' });
    expect(statusOf(answer)).toBe(401);
  });

  it('has no /v1/people/enrich any more', () => {
    const { clay } = simulated();
    const answer = clay.handle({ method: 'POST', target: '/v1/people/enrich', headers: {}, body: '{}' });
    expect(statusOf(answer)).toBe(404);
    expect(bodyOf(answer)).toEqual({ success: false, message: 'deprecated API endpoint' });
  });

  it.each(['/', '/web', '/web/', '/web/login'])('serves the web application at %s', (path) => {
    const { clay } = simulated();
    expect(statusOf(get(clay, path))).toBe(200);
    expect(headerOf(get(clay, path), 'content-type')).toMatch(/^text\/html/);
  });
});

describe('the status page of the simulated Clay', () => {
  const status = (answer: unknown) => answer as { status: { indicator: string }; incidents: unknown[] };
  const STATUS = '/status/api/v1/status.json';
  const INCIDENTS = '/status/api/v1/incidents.json';

  it('is green without a fault', () => {
    const { clay } = simulated();
    expect(bodyOf(get(clay, STATUS))).toMatchObject({
      page: { name: 'Clay', updated_at: '2026-11-18T08:56:00.000Z' },
      status: { indicator: 'none', description: 'All Systems Operational' },
      incidents: [],
    });
  });

  it.each([
    ['status-minor', 'minor', 'minor'],
    ['status-major', 'major', 'major'],
    ['status-maintenance', 'maintenance', 'none'],
    ['status-green-but-incident', 'none', 'major'],
  ] as const)(
    'declares under %s the indicator %s and an incident of impact %s',
    (fault, indicator, impact) => {
      const { clay } = simulated();
      clay.faults.on(fault);
      const body = status(bodyOf(get(clay, STATUS)));
      expect(body.status.indicator).toBe(indicator);
      expect(body.incidents).toMatchObject([
        { impact, started_at: '2026-11-18T09:00:00.000Z', resolved_at: null },
      ]);
      expect(bodyOf(get(clay, INCIDENTS))).toEqual(body.incidents);
    },
  );

  it('serves its incidents in pages', () => {
    const { clay } = simulated();
    clay.faults.on('status-major');
    clay.faults.on('status-minor');
    const page = (query: string) => bodyOf(get(clay, `${INCIDENTS}?${query}`)) as { impact: string }[];
    expect(page('page=1&per_page=1').map(({ impact }) => impact)).toEqual(['major']);
    expect(page('page=2&per_page=1').map(({ impact }) => impact)).toEqual(['minor']);
    expect(page('page=3&per_page=1')).toEqual([]);
    expect(page('page=-1&per_page=x')).toHaveLength(2);
  });

  it('serves them in an envelope where it is told to', () => {
    const { clay } = simulated();
    clay.faults.on('status-envelope');
    clay.faults.on('status-minor');
    expect(bodyOf(get(clay, `${INCIDENTS}?per_page=1`))).toMatchObject({
      page: { name: 'Clay' },
      incidents: [{ impact: 'minor' }],
      pagination: { page: 1, per_page: 1, total_count: 1, total_pages: 1, next_page: null, prev_page: null },
    });
  });

  it('can have changed vendor: the old addresses are gone, the new ones speak Statuspage', () => {
    const { clay } = simulated();
    expect(statusOf(get(clay, '/status/api/v2/summary.json'))).toBe(404);
    clay.faults.on('status-vendor-changed');
    clay.faults.on('status-minor');
    expect(statusOf(get(clay, STATUS))).toBe(404);
    expect(bodyOf(get(clay, '/status/api/v2/summary.json'))).toMatchObject({
      status: { indicator: 'minor' },
      incidents: [{ impact: 'minor' }],
      scheduled_maintenances: [],
    });
    expect(bodyOf(get(clay, '/status/api/v2/status.json'))).toMatchObject({ status: { indicator: 'minor' } });
  });

  it('can be stale', () => {
    const { clay } = simulated();
    clay.faults.on('status-stale', { ageMinutes: 1_440 });
    expect(bodyOf(get(clay, STATUS))).toMatchObject({ page: { updated_at: '2026-11-17T09:00:00.000Z' } });
  });

  it.each([
    ['status-challenge', 403],
    ['status-html', 200],
    ['status-empty', 200],
    ['status-inactive', 401],
    ['status-moved', 301],
    ['status-down', 503],
  ] as const)('answers %s with %i', (fault, expected) => {
    const { clay } = simulated();
    clay.faults.on(fault);
    expect(statusOf(get(clay, STATUS))).toBe(expected);
  });

  it('is not touched by an outage of Clay', () => {
    const { clay } = simulated();
    clay.faults.on('outage');
    expect(statusOf(get(clay, STATUS))).toBe(200);
  });
});
