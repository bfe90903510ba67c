import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SIMULATED_API_KEY, SIMULATED_WEBHOOK_TOKEN } from '../../../local/clay/core/options.ts';
import { createSender } from '../../../local/clay/sender.ts';
import { type RunningClay, type ServerSettings, startClay } from '../../../local/clay/server/server.ts';
import { configSchema } from '../../../shared/config/schema.ts';
import { leadsTable } from './support.ts';

const running: RunningClay[] = [];
const start = async (settings: Partial<ServerSettings> = {}): Promise<RunningClay> => {
  const clay = await startClay({ port: 0, ...settings });
  running.push(clay);
  return clay;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((clay) => clay.close()));
});

const codeOf = async (asked: Promise<unknown>): Promise<unknown> => {
  const error = await asked.then(
    () => undefined,
    (reason: Error) => reason,
  );
  return (error?.cause as { code?: string } | undefined)?.code ?? error?.name;
};

describe('the simulated Clay over HTTP', () => {
  it('serves all of its surfaces on one port', async () => {
    const { urls, clay } = await start();
    const status = async (url: string, init: RequestInit = {}) => (await fetch(url, init)).status;
    expect(await status(urls.web)).toBe(200);
    expect(await status(`${urls.base}/v3/mcp`, { method: 'POST' })).toBe(401);
    const headers = { 'clay-api-key': SIMULATED_API_KEY };
    expect(await (await fetch(`${urls.publicApi}/me`, { headers })).json()).toMatchObject({ user: {} });
    expect(await (await fetch(`${urls.status}/api/v1/status.json`)).json()).toMatchObject({
      status: { indicator: 'none' },
    });
    expect(await status(`${urls.base}/connectivity`)).toBe(204);
    const row = {
      method: 'POST',
      body: '{"email":"person@example.com"}',
      headers: { 'content-type': 'application/json', 'x-clay-webhook-auth': SIMULATED_WEBHOOK_TOKEN },
    };
    expect(await status(`${urls.base}${clay.webhookPath('leads-1')}`, row)).toBe(200);
  });

  it('serves the web application and the status page on ports of their own as well', async () => {
    const { urls } = await start({ webPort: 0, statusPort: 0 });
    expect(new Set([urls.base, urls.web, urls.status]).size).toBe(3);
    expect((await fetch(urls.web)).status).toBe(200);
    expect((await fetch(`${urls.status}/api/v1/status.json`)).status).toBe(200);
    expect((await fetch(`${urls.base}/status/api/v1/status.json`)).status).toBe(200);
  });

  it('hands out a configuration for itself that Claywatch takes, without a secret', async () => {
    const { urls } = await start();
    const text = await (await fetch(`${urls.base}/_config`)).text();
    expect(configSchema.safeParse(JSON.parse(text))).toMatchObject({ success: true });
    expect(text).not.toMatch(/simulated-api-key|simulated-webhook-token|pull-in-data/);
  });

  it('enacts a fault that is switched on over HTTP, until it is switched off', async () => {
    const { urls } = await start();
    await fetch(`${urls.base}/_faults/web-down`, { method: 'PUT', body: '{"status":500}' });
    expect((await fetch(urls.web)).status).toBe(500);
    await fetch(`${urls.base}/_faults/web-down`, { method: 'DELETE' });
    expect((await fetch(urls.web)).status).toBe(200);
  });

  it('resets the connection', async () => {
    const { urls, clay } = await start();
    clay.faults.on('api-reset');
    expect(await codeOf(fetch(`${urls.publicApi}/me`))).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
  });

  it('answers nothing at all when it hangs', async () => {
    const { urls, clay } = await start();
    clay.faults.on('api-hang');
    expect(await codeOf(fetch(`${urls.publicApi}/me`, { signal: AbortSignal.timeout(150) }))).toBe(
      'TimeoutError',
    );
  });

  it('never ends an endless body', async () => {
    const { urls, clay } = await start();
    clay.faults.on('endless-body', { surface: 'web' });
    const answer = await fetch(urls.web);
    let bytes = 0;
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.length;
      if (bytes > 2_000_000) break;
    }
    expect(bytes).toBeGreaterThan(2_000_000);
  });

  it('sends a huge body whole', async () => {
    const { urls, clay } = await start();
    clay.faults.on('huge-body', { surface: 'web', bytes: 3_000_000 });
    expect((await (await fetch(urls.web)).text()).length).toBeGreaterThan(3_000_000);
  });

  it('answers 413 to a row of many megabytes without keeping it', async () => {
    const { urls, clay } = await start();
    const answer = await fetch(`${urls.base}${clay.webhookPath('leads-1')}`, {
      method: 'POST',
      body: JSON.stringify({ note: 'x'.repeat(8_000_000) }),
      headers: { 'content-type': 'application/json', 'x-clay-webhook-auth': SIMULATED_WEBHOOK_TOKEN },
    });
    expect(answer.status).toBe(413);
  });

  it('survives clients that break off in the middle of a request', async () => {
    const { urls } = await start();
    const socket = connect(Number(new URL(urls.base).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /_faults/outage HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"');
    socket.destroy();
    expect((await fetch(urls.web)).status).toBe(200);
  });

  it('enriches rows, and calls back over HTTP with the static secret', async () => {
    const received: { secret: unknown; body: unknown }[] = [];
    const endpoint = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      received.push({ secret: request.headers['x-callback-secret'], body: JSON.parse(body) });
      response.writeHead(202).end();
      endpoint.emit('row');
    }).listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    const { clay } = await start({
      options: {
        ...leadsTable({ providers: [] }),
        callback: {
          url: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`,
          header: 'x-callback-secret',
          secret: 'simulated-secret',
          timeoutMs: 1_000,
          retries: 1,
        },
      },
    });
    const arrived = once(endpoint, 'row');
    clay.sampleRows('leads-1', 1);
    await arrived;
    endpoint.closeAllConnections();
    endpoint.close();
    expect(received).toMatchObject([{ secret: 'simulated-secret', body: { row_id: 'sample-1' } }]);
  });

  it('has a sender of made-up rows that reports those that Clay accepted, again until they are taken', async () => {
    const received: { secret: unknown; body: unknown }[] = [];
    const statuses = [503, 200];
    const endpoint = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      received.push({ secret: request.headers['x-report'], body: JSON.parse(body) });
      response.writeHead(statuses.shift() ?? 200).end();
      endpoint.emit('report');
    }).listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    const { clay } = await start({
      report: {
        url: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`,
        header: 'x-report',
        secret: 'simulated-secret',
      },
    });
    clay.sampleRows('leads-1', 1);
    clay.faults.on('webhook-gone');
    clay.sampleRows('leads-1', 1);
    await once(endpoint, 'report');
    await once(endpoint, 'report');
    endpoint.closeAllConnections();
    endpoint.close();
    const row = {
      row_id: expect.stringMatching(/^sample-\w+-1$/),
      webhook: 'leads-1',
      entity: 'person-1@example.com',
    };
    const report = { secret: 'simulated-secret', body: [row] };
    expect(received).toEqual([report, report]);
  });

  it('has a sender of made-up rows that posts them to a relay, under the same key until they are taken', async () => {
    const received: { key: unknown; secret: unknown; rows: { email: string }[] }[] = [];
    const statuses = [503, 202];
    const endpoint = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { 'idempotency-key': key, 'x-relay': secret } = request.headers;
      received.push({ key, secret, rows: [JSON.parse(body)].flat() });
      response.writeHead(statuses.shift() ?? 202).end();
      if (received.length === 3) endpoint.emit('enough');
    }).listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    const enough = once(endpoint, 'enough');
    const { clay } = await start({
      rowsPerMinute: 1_200,
      relay: {
        url: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`,
        header: 'x-relay',
        secret: 'simulated-secret',
      },
    });
    await enough;
    endpoint.closeAllConnections();
    endpoint.close();
    const [refused, again, next] = received;
    expect(again).toEqual(refused);
    expect(next?.key).not.toBe(again?.key);
    expect(next?.rows.map(({ email }) => email)).not.toContain(again?.rows[0]?.email);
    expect(received.every(({ secret }) => secret === 'simulated-secret')).toBe(true);
    expect(clay.state().webhooks.every(({ accepted }) => accepted === 0)).toBe(true);
  });

  it('says which port is taken, and leaves nothing running', async () => {
    const { urls } = await start();
    const port = Number(new URL(urls.base).port);
    await expect(startClay({ port })).rejects.toMatchObject({
      code: 'local.port-in-use',
      message: `Port ${port} is taken by another program.`,
    });
    await expect(startClay({ port: 0, statusPort: port })).rejects.toMatchObject({
      code: 'local.port-in-use',
    });
  });

  it('ends hanging connections when it closes', async () => {
    const { urls, clay, close } = await startClay({ port: 0 });
    clay.faults.on('api-hang');
    const hanging = codeOf(fetch(`${urls.publicApi}/me`));
    while (!clay.state().requests.me) await new Promise((resolve) => setImmediate(resolve));
    await close();
    expect(await hanging).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(await codeOf(fetch(urls.web))).toBe('ECONNREFUSED');
  });

  it('reports each exchange by surface and outcome, never by address', async () => {
    const seen: unknown[] = [];
    const { urls, clay } = await start({ onExchange: (exchange) => seen.push(exchange) });
    await fetch(`${urls.base}${clay.webhookPath('leads-1')}`, { method: 'POST' });
    await fetch(`${urls.base}/_state`);
    expect(seen).toEqual([{ method: 'POST', surface: 'webhook', outcome: '401' }]);
  });
});

describe('the sender of callbacks', () => {
  const request = { method: 'POST', headers: {}, body: '{}', timeoutMs: 100, maxBodyBytes: 1 } as const;
  const never = new AbortController().signal;

  it('tells a refused connection from one that does not answer in time', async () => {
    const { urls, clay, close } = await startClay({ port: 0 });
    clay.faults.on('callback-down', { mode: 'hang' });
    const url = `${urls.base}/stand-ins/callback`;
    const send = createSender(never);
    expect(await send({ ...request, url })).toMatchObject({ kind: 'failure', failure: 'timed-out' });
    clay.faults.on('callback-down', { mode: 'reset' });
    expect(await send({ ...request, url })).toMatchObject({ kind: 'failure', failure: 'connection-reset' });
    clay.faults.on('callback-down', { mode: '5xx' });
    expect(await send({ ...request, url })).toMatchObject({ kind: 'answer', status: 503 });
    await close();
    expect(await send({ ...request, url })).toMatchObject({ kind: 'failure', failure: 'connection-refused' });
  });

  it('rejects when the simulation closes', async () => {
    const closing = new AbortController();
    closing.abort(new Error('closing'));
    await expect(createSender(closing.signal)({ ...request, url: 'http://127.0.0.1:1/' })).rejects.toThrow(
      'closing',
    );
  });
});
