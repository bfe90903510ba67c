import { describe, expect, it } from 'vitest';
import { createAccess } from '../../../functions/http/access.ts';
import { type ReportDependencies, report } from '../../../functions/report/handler.ts';
import { ROUTES } from '../../../functions/report/routes.ts';
import { createSecretReader } from '../../../shared/aws/secrets/reader.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { createReports, type ReportPorts } from '../../../shared/report/read.ts';
import { createMemoryControlStore } from '../../support/memory-control-store.ts';
import { createMemoryCreditStore } from '../../support/memory-credit-store.ts';
import { createMemoryProofLedger } from '../../support/memory-proof.ts';
import { createMemoryReplayJobs } from '../../support/memory-replay-jobs.ts';
import { createMemorySilenceStore } from '../../support/memory-silence-store.ts';
import { createMemoryIncidentStore } from '../../support/memory-store.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';
import { type Ask, reportEvent } from './report-event.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const RESPONDER = 'fake-responder-secret';
const READER = 'fake-reader-secret';

const setUp = (over: Partial<ReportPorts> = {}) => {
  const config = parseConfig(
    {
      feeds: { leads: { webhooks: [{ id: 'leads-1', url: 'env:ONE' }], relay: { secret: 'env:SENDER' } } },
      respond: { secret: 'env:RESPONDER', readOnlySecret: 'env:READER' },
    },
    'test',
  );
  const clock = createVirtualClock(NOW);
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const ports: ReportPorts = {
    incidents: createMemoryIncidentStore(),
    controls: createMemoryControlStore(),
    queue: { depth: async () => ({ waiting: 0, inFlight: 0, delayed: 0 }) },
    pacer: { state: async () => ({ perSecond: 10, slowedSince: null, pausedUntil: null }) },
    rows: { snapshot: async () => null },
    credits: createMemoryCreditStore(),
    watch: { load: async () => ({ lastSlot: NOW - 60_000, health: {} }) },
    silences: createMemorySilenceStore(),
    replays: createMemoryReplayJobs(),
    rotations: { all: async () => [] },
    proof: createMemoryProofLedger(),
    ...over,
  };
  const secrets = createSecretReader({ env: { RESPONDER, READER }, clock });
  const deps: ReportDependencies = {
    access: createAccess({ respond: config.respond, console: config.console, secrets, clock, onFault }),
    reports: createReports(config, ports, clock),
    usage: { source: { store: { kind: 'table', name: 'claywatch' }, config: null }, version: '0.1.0' },
    onFault,
  };
  const ask = async (asked: Ask, secret: string | null = READER) => {
    const headers = { ...(secret && { authorization: `Bearer ${secret}` }), ...asked.headers };
    const answer = await report(deps, reportEvent({ ...asked, headers }));
    return { ...answer, body: answer.body === '' ? null : JSON.parse(answer.body) };
  };
  return { ask, faults, clock };
};

const PARAMS = { feed: 'leads' };
const routes = Object.values(ROUTES);

describe('reports', () => {
  it.each(routes)('%s is for whoever may look, and for nobody else', async (route) => {
    const { ask, faults } = setUp();
    for (const secret of [READER, RESPONDER])
      expect((await ask({ route, params: PARAMS }, secret)).statusCode).toBe(200);
    for (const secret of [null, 'wrong'])
      expect(await ask({ route, params: PARAMS }, secret)).toMatchObject({
        statusCode: 401,
        body: { code: 'request.unauthorized' },
      });
    expect(faults).toEqual([]);
  });

  it.each(routes)('%s is 304 for whoever has it, also a second later', async (route) => {
    const { ask, clock } = setUp();
    const { headers } = await ask({ route, params: PARAMS });
    await clock.advance(1_000);
    const again = await ask({ route, params: PARAMS, headers: { 'if-none-match': headers.etag ?? '' } });
    expect(again).toMatchObject({ statusCode: 304, body: null });
  });

  it('reads nothing for a stranger', async () => {
    let read = 0;
    const active = async () => {
      read += 1;
      return [];
    };
    const { ask } = setUp({ incidents: { ...createMemoryIncidentStore(), active } });
    await ask({ route: ROUTES.overview }, 'wrong');
    expect(read).toBe(0);
  });

  it('knows only feeds of the configuration', async () => {
    const { ask } = setUp();
    for (const feed of ['other', '__proto__', 'constructor', ''])
      expect(await ask({ route: ROUTES.feedSeries, params: { feed } })).toMatchObject({
        statusCode: 404,
        body: { code: 'request.not-found' },
      });
    expect((await ask({ route: 'GET /v1/other' as never })).statusCode).toBe(404);
  });

  it.each([
    [ROUTES.feedSeries, { hours: '0' }],
    [ROUTES.feedSeries, { hours: '25' }],
    [ROUTES.feedSeries, { hours: '1', days: '1' }],
    [ROUTES.feedSeries, { days: '36' }],
    [ROUTES.creditSeries, { days: '1.5' }],
    [ROUTES.creditSeries, { weeks: '1' }],
    [ROUTES.audit, { limit: '201' }],
    [ROUTES.audit, { before: 'yesterday' }],
    [ROUTES.silences, { all: 'perhaps' }],
    [ROUTES.overview, { secret: 'fake-value-4711' }],
  ])('%s with %j is 400 and says how to ask, and nothing of what was sent', async (route, query) => {
    const { ask } = setUp();
    const { statusCode, body } = await ask({ route, params: PARAMS, query });
    expect(statusCode).toBe(400);
    expect(body).toMatchObject({ code: 'request.malformed', detail: expect.stringMatching(/\.$/) });
    expect(JSON.stringify(body)).not.toMatch(/4711|perhaps|yesterday/);
  });

  it('takes hours, days, a page of the trail and all silences', async () => {
    const { ask } = setUp();
    const series = { route: ROUTES.feedSeries, params: PARAMS } as const;
    expect((await ask({ ...series, query: { hours: '6' } })).body).toMatchObject({ step_seconds: 300 });
    expect((await ask({ ...series, query: { days: '35' } })).body).toMatchObject({ step_seconds: 3_600 });
    const before = '2026-11-01T00:00:00+01:00';
    expect((await ask({ route: ROUTES.audit, query: { limit: '5', before } })).statusCode).toBe(200);
    expect((await ask({ route: ROUTES.silences, query: { all: 'true' } })).statusCode).toBe(200);
  });

  it('is 429 with Retry-After when the store does not answer, and shows nothing of why', async () => {
    const active = () => Promise.reject(new Error('fake table name'));
    const { ask, faults } = setUp({ incidents: { ...createMemoryIncidentStore(), active } });
    const answer = await ask({ route: ROUTES.overview });
    expect(answer).toMatchObject({ statusCode: 429, headers: { 'retry-after': '1' } });
    expect(JSON.stringify(answer)).not.toContain('fake table');
    expect(faults).toHaveLength(1);
  });
});
