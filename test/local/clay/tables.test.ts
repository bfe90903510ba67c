import { describe, expect, it } from 'vitest';
import type { Clay } from '../../../local/clay/core/clay.ts';
import type { CallbackOptions, ClayOptions } from '../../../local/clay/core/options.ts';
import type { HttpClient, HttpOutcome, HttpRequest } from '../../../shared/http/port.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import { leadsTable, send, simulated, statusOf, tableState, webhookState } from './support.ts';

const CALLBACK: CallbackOptions = {
  url: 'http://callback.example.com/leads',
  header: 'x-callback-secret',
  secret: 'simulated-callback-secret',
  timeoutMs: 30_000,
  retries: 1,
};
const PROVIDER = {
  name: 'alpha-data',
  hitRate: 1,
  minSeconds: 5,
  maxSeconds: 5,
  credits: 6,
  chargesMiss: false,
  fills: ['work_email'],
};
const SURE: Pick<ClayOptions, 'tables'> = leadsTable({ providers: [PROVIDER] });

const answered = (status: number): HttpOutcome => ({
  kind: 'answer',
  status,
  headers: {},
  body: '',
  truncated: false,
  phases: { totalMs: 1 },
});
const broken = (failure: 'connection-refused' | 'timed-out'): HttpOutcome => ({
  kind: 'failure',
  failure,
  detail: 'E',
  phases: { totalMs: 1 },
});

/** A callback endpoint that gives these answers in turn, the last one for ever. */
const endpoint = (...outcomes: readonly HttpOutcome[]): { http: HttpClient; requests: HttpRequest[] } => {
  const requests: HttpRequest[] = [];
  return {
    requests,
    http: async (request) => {
      requests.push(request);
      return outcomes[Math.min(requests.length, outcomes.length) - 1] ?? answered(200);
    },
  };
};

const bodyAt = (requests: readonly HttpRequest[], index: number): Record<string, unknown> =>
  JSON.parse(requests[index]?.body ?? '{}');

const pass = async (clay: Clay, clock: VirtualClock, http: HttpClient, seconds: number) => {
  await clock.advance(seconds * 1_000);
  await clay.tick(http);
};

describe('a table of the simulated Clay', () => {
  it('enriches a row in the time of its provider, then calls back with what it cost', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK });
    const { http, requests } = endpoint(answered(200));
    send(clay, { body: '{"_claywatch_row_id":"row-1","email":"person@example.com"}' });
    await pass(clay, clock, http, 4.9);
    expect(requests).toHaveLength(0);
    await pass(clay, clock, http, 0.1);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: CALLBACK.url,
      timeoutMs: 30_000,
      headers: { 'content-type': 'application/json', 'x-callback-secret': CALLBACK.secret },
    });
    expect(bodyAt(requests, 0)).toEqual({
      row_id: 'row-1',
      status: 'SUCCESS',
      error: null,
      fields: ['work_email'],
      credits: 6,
      actions: 3,
      provider: 'alpha-data',
      crm_status: 'SUCCESS',
    });
    expect(clay.state().meters.spent).toEqual({ credits: 6, actions: 3 });
  });

  it('asks the next provider when the first knows nothing', async () => {
    const first = { ...PROVIDER, hitRate: 0, credits: 4, chargesMiss: true };
    const second = { ...PROVIDER, name: 'beta-data', fills: ['phone'] };
    const { clay, clock } = simulated({ ...leadsTable({ providers: [first, second] }), callback: CALLBACK });
    const { http, requests } = endpoint(answered(200));
    send(clay);
    await pass(clay, clock, http, 10);
    expect(bodyAt(requests, 0)).toMatchObject({ provider: 'beta-data', fields: ['phone'], credits: 10 });
  });

  it('says nothing when it is full: the row is answered 200, and never calls back', async () => {
    const { clay, clock } = simulated({
      ...leadsTable({ providers: [PROVIDER], ceiling: 1 }),
      callback: CALLBACK,
    });
    const { http, requests } = endpoint(answered(200));
    expect([statusOf(send(clay)), statusOf(send(clay))]).toEqual([200, 200]);
    await pass(clay, clock, http, 60);
    expect(requests).toHaveLength(1);
    expect(tableState(clay, 'leads')).toMatchObject({ rows: 1, dropped: 1 });
  });

  it('leaves rows that arrived while auto-run was off until somebody runs them', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK });
    const { http, requests } = endpoint(answered(200));
    clay.faults.on('auto-run-off', { table: 'leads' });
    send(clay);
    clay.faults.off('auto-run-off');
    send(clay);
    await pass(clay, clock, http, 60);
    expect(requests).toHaveLength(1);
    expect(tableState(clay, 'leads')).toMatchObject({ stale: 1, finished: 1 });
    clay.handle({ method: 'POST', target: '/_tables/leads/run', headers: {}, body: '' });
    await pass(clay, clock, http, 60);
    expect(requests).toHaveLength(2);
  });

  it('accepts rows without credits, lets them wait, and runs them after a top-up', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK, credits: 6 });
    const { http, requests } = endpoint(answered(200));
    expect([statusOf(send(clay)), statusOf(send(clay))]).toEqual([200, 200]);
    await pass(clay, clock, http, 60);
    expect(requests).toHaveLength(1);
    expect(tableState(clay, 'leads')?.waitingForCredits).toBe(1);
    clay.handle({ method: 'POST', target: '/_credits', headers: {}, body: '{"credits":100}' });
    await pass(clay, clock, http, 1);
    expect(requests).toHaveLength(2);
    expect(clay.state().meters.credits).toBe(94);
  });

  it('ends rows without credits in an error where it is told to', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK, credits: 0, whenExhausted: 'error' });
    const { http, requests } = endpoint(answered(200));
    send(clay);
    await pass(clay, clock, http, 60);
    expect(bodyAt(requests, 0)).toMatchObject({ status: 'ERROR', error: 'Insufficient credits', credits: 0 });
  });

  it('does not spend actions on legacy billing', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK, actions: null });
    const { http, requests } = endpoint(answered(200));
    send(clay);
    await pass(clay, clock, http, 60);
    expect(requests).toHaveLength(1);
    expect(clay.state().meters).toMatchObject({ actions: null, spent: { actions: 0 } });
  });

  it('makes room again in an auto-delete table', async () => {
    const { clay, clock } = simulated();
    send(clay, { webhook: 'stream-1' });
    expect(tableState(clay, 'stream')?.rows).toBe(1);
    await pass(clay, clock, endpoint().http, 60);
    expect(tableState(clay, 'stream')).toMatchObject({ rows: 0, finished: 1 });
  });

  it('turns a row red whose cell holds more than 8 KB', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK });
    const { http, requests } = endpoint(answered(200));
    send(clay, { body: JSON.stringify({ note: 'x'.repeat(9_000) }) });
    await pass(clay, clock, http, 60);
    expect(bodyAt(requests, 0)).toMatchObject({
      status: 'ERROR',
      error: 'Cell size limit exceeded',
      fields: [],
    });
  });

  it.each([
    ['provider-down', { status: 'ERROR', fields: [], provider: 'alpha-data' }],
    ['provider-rate-limited', { status: 'RATE_LIMITED', error: 'Clay received a 429 error from the API' }],
    ['crm-token-expired', { crm_status: 'ERROR', error: 'Token has expired', status: 'SUCCESS' }],
  ] as const)('reports %s in the callback', async (fault, expected) => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK });
    const { http, requests } = endpoint(answered(200));
    clay.faults.on(fault);
    send(clay);
    await pass(clay, clock, http, 60);
    expect(bodyAt(requests, 0)).toMatchObject(expected);
  });

  it('knows little while the hit rate is low', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK });
    const { http, requests } = endpoint(answered(200));
    clay.faults.on('low-hit-rate', { hitRate: 0 });
    send(clay);
    await pass(clay, clock, http, 60);
    expect(bodyAt(requests, 0)).toMatchObject({ status: 'SUCCESS_NO_DATA', fields: [], error: null });
  });

  it('turns rows away that lack what providers need, or that a run condition skips', async () => {
    const statuses = async (options: Parameters<typeof simulated>[0], poor: boolean) => {
      const { clay, clock } = simulated({ ...options, callback: CALLBACK });
      const { http, requests } = endpoint(answered(200));
      if (poor) clay.faults.on('poor-input', { share: 1 });
      send(clay);
      await pass(clay, clock, http, 60);
      return bodyAt(requests, 0);
    };
    expect(await statuses(SURE, true)).toMatchObject({
      status: 'ERROR_MISSING_INPUT',
      error: 'Some inputs missing',
      credits: 0,
      provider: null,
    });
    expect(await statuses(leadsTable({ skipRate: 1 }), false)).toMatchObject({
      status: 'ERROR_RUN_CONDITION_NOT_MET',
      error: null,
    });
  });

  it('drops a share of the rows silently, while the rest goes on', () => {
    const { clay } = simulated({ intakePerSecond: 10_000, intakeBurst: 10_000 });
    clay.faults.on('silent-loss', { share: 0.1 });
    for (let row = 0; row < 1_000; row += 1) expect(statusOf(send(clay))).toBe(200);
    const dropped = tableState(clay, 'leads')?.dropped ?? 0;
    expect(dropped).toBeGreaterThan(60);
    expect(dropped).toBeLessThan(140);
    expect(webhookState(clay, 'leads-1')?.accepted).toBe(1_000);
  });

  it('takes longer while enrichment is slow', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK });
    const { http, requests } = endpoint(answered(200));
    clay.faults.on('enrichment-slow', { factor: 10 });
    send(clay);
    await pass(clay, clock, http, 49);
    expect(requests).toHaveLength(0);
    await pass(clay, clock, http, 1);
    expect(requests).toHaveLength(1);
  });

  it('stands still during an outage, and catches up afterwards', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK });
    const { http, requests } = endpoint(answered(200));
    send(clay);
    clay.faults.on('outage');
    await pass(clay, clock, http, 600);
    expect(requests).toHaveLength(0);
    clay.faults.off('outage');
    await pass(clay, clock, http, 0);
    expect(requests).toHaveLength(1);
  });
});

describe('the HTTP API column of the simulated Clay', () => {
  const outcome = async (retries: number, ...outcomes: readonly HttpOutcome[]) => {
    const { clay, clock } = simulated({ ...SURE, callback: { ...CALLBACK, retries } });
    const { http, requests } = endpoint(...outcomes);
    send(clay);
    await pass(clay, clock, http, 60);
    const { delivered, lost, retried } = clay.state().callbacks;
    return { requests: requests.length, delivered, lost, retried };
  };

  it.each([408, 413, 429])('retries a %i once, at once', async (status) => {
    expect(await outcome(1, answered(status), answered(200))).toEqual({
      requests: 2,
      delivered: 1,
      lost: 0,
      retried: 1,
    });
  });

  it('retries a connection error', async () => {
    expect(await outcome(1, broken('connection-refused'), answered(200))).toMatchObject({ delivered: 1 });
  });

  it.each([400, 401, 404, 500, 502, 503])('loses the callback on a %i, without a retry', async (status) => {
    expect(await outcome(5, answered(status), answered(200))).toEqual({
      requests: 1,
      delivered: 0,
      lost: 1,
      retried: 0,
    });
  });

  it('loses the callback when the endpoint does not answer in time', async () => {
    expect(await outcome(5, broken('timed-out'), answered(200))).toMatchObject({ requests: 1, lost: 1 });
  });

  it('gives up after its retries, of which there are at most five', async () => {
    expect(await outcome(50, answered(429))).toEqual({ requests: 6, delivered: 0, lost: 1, retried: 5 });
  });

  it('never waits longer than 100 seconds', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: { ...CALLBACK, timeoutMs: 300_000 } });
    const { http, requests } = endpoint(answered(200));
    send(clay);
    await pass(clay, clock, http, 60);
    expect(requests[0]?.timeoutMs).toBe(100_000);
  });

  it('sends no callback twice when ticks overlap', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK });
    const { http, requests } = endpoint(answered(200));
    for (let row = 0; row < 5; row += 1) send(clay);
    await clock.advance(60_000);
    await Promise.all([clay.tick(http), clay.tick(http), clay.tick(http)]);
    expect(requests).toHaveLength(5);
  });

  it('keeps to 100 requests a second', async () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK, intakeBurst: 1_000 });
    const { http, requests } = endpoint(answered(200));
    for (let row = 0; row < 150; row += 1) send(clay);
    await pass(clay, clock, http, 60);
    expect(requests).toHaveLength(100);
    expect(clay.nextDueAt()).toBe(clock.now());
    await pass(clay, clock, http, 1);
    expect(requests).toHaveLength(150);
    expect(clay.nextDueAt()).toBeUndefined();
  });

  it('says when there is next something to do', () => {
    const { clay, clock } = simulated({ ...SURE, callback: CALLBACK });
    expect(clay.nextDueAt()).toBeUndefined();
    send(clay);
    expect(clay.nextDueAt()).toBe(clock.now() + 5_000);
  });
});
