import { describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { type ConfigInput, configSchema } from '../../shared/config/schema.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import { observe } from '../../shared/observe/observe.ts';
import { createProbes } from '../../shared/observe/probes/index.ts';
import { serveHttp } from '../http/hostile-server.ts';

/** Every probe over a real connection: what the scripted network of the other tests leaves out. */
const look = async (config: ConfigInput) => {
  const probes = createProbes(configSchema.parse(config), {
    http: createNodeClient({ version: '0.0.0' }),
    clock: systemClock,
    confirm: false,
    secrets: { read: async () => 'fake-key' },
  });
  return observe(probes, { clock: systemClock, deadlineMs: 10_000 });
};

describe('all probes at once over real connections', () => {
  it('see a healthy Clay, with the phases of every exchange', async () => {
    await using server = await serveHttp((request, response) => {
      const answers: Record<string, readonly [number, string]> = {
        'GET /': [200, '<html></html>'],
        'POST /v3/mcp': [401, '{}'],
        'GET /public/v0/me': [request.headers['clay-api-key'] === 'fake-key' ? 200 : 401, '{"user":{}}'],
        'GET /public/v0/credits/balance': [200, '{"balance":9000,"action_execution_balance":9000}'],
        'GET /api/v1/status.json': [200, '{"status":{"indicator":"none"},"incidents":[]}'],
        'GET /health': [200, '{"queue":{"depth":3}}'],
      };
      const [status, body] = answers[`${request.method} ${request.url}`] ?? [404, ''];
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    const seen = await look({
      connectivity: { urls: [`${server.url}/generate_204`] },
      clay: {
        webUrl: server.url,
        apiUrl: server.url,
        publicApiUrl: `${server.url}/public/v0`,
        statusPageUrl: server.url,
        apiKey: 'env:KEY',
      },
      integration: { url: `${server.url}/health`, conditions: ['body.queue.depth < 10'] },
    });
    expect(seen.map(({ probe, finding }) => `${probe} ${finding}`)).toEqual([
      'connectivity online',
      'clay.web up',
      'clay.api up',
      'clay.status operational',
      'clay.key authorized',
      'clay.balance readable',
      'clay.credits funded',
      'clay.actions funded',
      'integration healthy',
    ]);
    for (const { surface, phases } of seen) {
      if (surface !== 'credits' && surface !== 'actions') expect(phases?.totalMs).toBeGreaterThanOrEqual(0);
    }
  });

  it('see a name that does not resolve and a body that never ends as what they are', async () => {
    await using server = await serveHttp((_request, response) => {
      const drip = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(drip));
    });
    const seen = await look({
      connectivity: { urls: ['http://nonexistent.invalid/'] },
      observe: { timeoutMs: 200 },
      clay: { webUrl: server.url, apiUrl: 'http://nonexistent.invalid', statusPageUrl: server.url },
    });
    expect(seen.map(({ probe, finding }) => `${probe} ${finding}`)).toEqual([
      'connectivity offline',
      'clay.web timed-out',
      'clay.api dns-failed',
      'clay.status unreachable',
    ]);
  });
});
