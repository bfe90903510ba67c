import { describe, expect, it } from 'vitest';
import { createClayHttpClient } from '../../../local/clay/http-client.ts';
import type { HttpRequest } from '../../../shared/http/port.ts';
import { simulated, withKey } from './support.ts';

const BASE = 'http://clay.test';

const prepare = () => {
  const { clay, clock } = simulated();
  const http = createClayHttpClient(clay, clock, BASE);
  const ask = (path: string, more: Partial<HttpRequest> = {}, signal?: AbortSignal) =>
    http(
      {
        method: 'GET',
        url: `${BASE}${path}`,
        timeoutMs: 5_000,
        maxBodyBytes: 1_000,
        headers: withKey,
        ...more,
      },
      signal,
    );
  return { clay, clock, ask };
};

describe('the HTTP client of the simulated Clay, in virtual time', () => {
  it('answers at once when nothing is slow', async () => {
    const { ask } = prepare();
    const outcome = await ask('/public/v0/me');
    expect(outcome).toMatchObject({ kind: 'answer', status: 200, truncated: false, phases: { totalMs: 0 } });
  });

  it('sends header names in any case', async () => {
    const { ask } = prepare();
    const outcome = await ask('/public/v0/me', { headers: { 'Clay-API-Key': withKey['clay-api-key'] } });
    expect(outcome).toMatchObject({ status: 200 });
  });

  it('takes the delay of an answer', async () => {
    const { clay, clock, ask } = prepare();
    clay.faults.on('api-slow', { delayMs: 4_000 });
    const before = clock.now();
    const outcome = await clock.run(ask('/public/v0/me'));
    expect(outcome).toMatchObject({ kind: 'answer', status: 200, phases: { totalMs: 4_000 } });
    expect(clock.now() - before).toBe(4_000);
  });

  it.each([['api-slow', { delayMs: 5_000 }] as const, ['api-hang', {}] as const])(
    'takes the whole timeout under %s, and no longer',
    async (fault, params) => {
      const { clay, clock, ask } = prepare();
      clay.faults.on(fault, params);
      const before = clock.now();
      const outcome = await clock.run(ask('/public/v0/me'));
      expect(outcome).toMatchObject({ kind: 'failure', failure: 'timed-out', phases: { totalMs: 5_000 } });
      expect(clock.now() - before).toBe(5_000);
    },
  );

  it('lets requests wait side by side', async () => {
    const { clay, clock, ask } = prepare();
    clay.faults.on('api-hang');
    const before = clock.now();
    await clock.run(Promise.all([ask('/public/v0/me'), ask('/public/v0/credits/balance'), ask('/v3/mcp')]));
    expect(clock.now() - before).toBe(5_000);
  });

  it.each([
    ['refused', 'connection-refused', 'ECONNREFUSED'],
    ['reset', 'connection-reset', 'ECONNRESET'],
    ['dns', 'dns-failed', 'ENOTFOUND'],
    ['tls', 'tls-failed', 'CERT_HAS_EXPIRED'],
  ] as const)('tells %s apart', async (mode, failure, detail) => {
    const { clay, ask } = prepare();
    clay.faults.on('api-unreachable', { mode });
    expect(await ask('/v3/mcp', { method: 'POST' })).toMatchObject({ kind: 'failure', failure, detail });
  });

  it('reads no more than it is told to of an endless or a huge body', async () => {
    const { clay, ask } = prepare();
    clay.faults.on('endless-body', { surface: 'web' });
    clay.faults.on('huge-body', { surface: 'health' });
    for (const path of ['/web', '/stand-ins/health']) {
      const outcome = await ask(path);
      expect(outcome).toMatchObject({ kind: 'answer', status: 200, truncated: true });
      expect(outcome.kind === 'answer' && outcome.body.length).toBe(1_000);
    }
  });

  it('times out on a body that drips', async () => {
    const { clay, clock, ask } = prepare();
    clay.faults.on('endless-body', { surface: 'web', pace: 'drip' });
    expect(await clock.run(ask('/web'))).toMatchObject({ kind: 'failure', failure: 'timed-out' });
  });

  it.each(['http://elsewhere.example.com/', 'http://clay.test.example.com/', 'not a url'])(
    'does not know the host of %s',
    async (url) => {
      const { ask } = prepare();
      expect(await ask('', { url })).toMatchObject({ kind: 'failure', failure: 'dns-failed' });
    },
  );

  it('reaches the bare address, with or without a query', async () => {
    const { ask } = prepare();
    expect(await ask('')).toMatchObject({ status: 200 });
    expect(await ask('?a=b')).toMatchObject({ status: 200 });
  });

  it('rejects with the reason of the caller who gave up', async () => {
    const { clay, clock, ask } = prepare();
    clay.faults.on('api-hang');
    const giveUp = new AbortController();
    const asked = ask('/public/v0/me', {}, giveUp.signal);
    giveUp.abort(new Error('the run is over'));
    await expect(asked).rejects.toThrow('the run is over');
    await expect(ask('/public/v0/me', {}, giveUp.signal)).rejects.toThrow('the run is over');
    expect(clock.pending()).toBe(0);
  });
});
