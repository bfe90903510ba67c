import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long each endpoint takes to answer, ms. */
export interface Delays {
  readonly web: number;
  readonly api: number;
  readonly webhook: number;
  readonly callback: number;
  readonly status: number;
  readonly connectivity: number;
}

export interface Endpoints {
  readonly origin: string;
  readonly webhookUrl: string;
  readonly callbackUrl: string;
  readonly close: () => void;
}

const WEBHOOK = '/v3/sources/webhook/pull-in-data-from-a-webhook-00000000-aaaa-bbbb-cccc-000000000001';

interface Route {
  readonly delay: keyof Delays;
  readonly status: number;
  readonly body: string;
}

/** Everything that the script and Claywatch ask, answered as a healthy Clay answers. */
const ROUTES: Readonly<Record<string, Route>> = {
  '/': { delay: 'web', status: 200, body: '<!doctype html><title>Clay</title>' },
  '/v3/mcp': { delay: 'api', status: 401, body: '{"message":"Unauthorized"}' },
  '/public/v0/me': { delay: 'api', status: 200, body: '{"user":{"id":1,"name":"Ada"},"workspace":{"id":2}}' },
  '/public/v0/credits/balance': {
    delay: 'api',
    status: 200,
    body: '{"balance":20000,"action_execution_balance":9000}',
  },
  '/v1/people/enrich': {
    delay: 'api',
    status: 404,
    body: '{"success":false,"message":"deprecated API endpoint"}',
  },
  [WEBHOOK]: { delay: 'webhook', status: 200, body: '{}' },
  '/callback': { delay: 'callback', status: 200, body: '{"ok":true}' },
  '/api/v1/status.json': {
    delay: 'status',
    status: 200,
    body: '{"page":{"name":"Clay"},"status":{"indicator":"none","description":"All well"},"incidents":[]}',
  },
  '/generate_204': { delay: 'connectivity', status: 204, body: '' },
};

/** Starts them all on one port of this machine. */
export const startEndpoints = async (delays: Delays): Promise<Endpoints> => {
  const server = createServer((request, response) => {
    request.resume();
    const route = ROUTES[(request.url ?? '').split('?')[0] ?? ''];
    const type = route?.delay === 'web' ? 'text/html' : 'application/json';
    setTimeout(
      () => response.writeHead(route?.status ?? 404, { 'content-type': type }).end(route?.body),
      route ? delays[route.delay] : 0,
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    webhookUrl: origin + WEBHOOK,
    callbackUrl: `${origin}/callback`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
