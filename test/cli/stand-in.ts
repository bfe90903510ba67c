import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (response: ServerResponse, seen: Seen) => void;

/** A tiny Clay, own callback endpoint and internet in one, each path as the real one behaves. */
export interface StandIn {
  readonly origin: string;
  readonly webhookUrl: string;
  readonly callbackUrl: string;
  readonly requests: readonly Seen[];
  /** The file content for `--config`: every address of it leads here. */
  readonly config: Record<string, unknown>;
  readonly close: () => Promise<void>;
}

const WEBHOOK_PATH = '/v3/sources/webhook/pull-in-data-from-a-webhook-00000000-aaaa-bbbb-cccc-000000000001';

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

const empty =
  (status: number): Answer =>
  (response) => {
    response.writeHead(status);
    response.end();
  };

/** Rootly's form of a status page on which all is well. */
export const statusPage = (indicator: string, incidents: readonly object[] = []) => ({
  page: { id: 'x', name: 'Clay', url: 'https://status.clay.com', updated_at: new Date().toISOString() },
  status: { indicator, description: 'As seen' },
  incidents,
});

const webhook: Answer = (response, { headers }) =>
  headers['content-type']?.includes('json')
    ? json(200, { success: true })(response, undefined as never)
    : json(400, { message: 'Content-Type must be application/json' })(response, undefined as never);

const HEALTHY: Readonly<Record<string, Answer>> = {
  'GET /': (response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>Clay</title>');
  },
  'POST /v3/mcp': json(401, { message: 'Unauthorized' }),
  'GET /public/v0/me': json(200, { user: { id: 1, name: 'Ada' }, workspace: { id: 2 } }),
  'GET /public/v0/credits/balance': json(200, { balance: 20_000.5, action_execution_balance: 9_000 }),
  'GET /api/v1/status.json': json(200, statusPage('none')),
  'GET /api/v1/incidents.json': json(200, []),
  [`POST ${WEBHOOK_PATH}`]: webhook,
  'GET /callback': json(200, { ok: true }),
  'GET /generate_204': empty(204),
};

const read = async (request: IncomingMessage): Promise<Seen> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? '',
    path: (request.url ?? '').split('?')[0] ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
};

/** Starts it; `faults` replace what a path answers, keyed `METHOD /path`; `*` replaces all of them. */
export const startStandIn = async (faults: Readonly<Record<string, Answer>> = {}): Promise<StandIn> => {
  const requests: Seen[] = [];
  const server: Server = createServer((request, response) => {
    void read(request).then((seen) => {
      requests.push(seen);
      const key = `${seen.method} ${seen.path}`;
      const answer = faults[key] ?? faults['*'] ?? HEALTHY[key] ?? json(404, { message: 'Not found' });
      answer(response, seen);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    webhookUrl: `${origin}${WEBHOOK_PATH}`,
    callbackUrl: `${origin}/callback`,
    requests,
    config: {
      clay: {
        webUrl: origin,
        apiUrl: origin,
        publicApiUrl: `${origin}/public/v0`,
        statusPageUrl: origin,
      },
      connectivity: { urls: [`${origin}/generate_204`], timeoutMs: 1_000 },
      observe: { timeoutMs: 2_000, slowAfterMs: 1_500 },
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};

export const WEBHOOK = `POST ${WEBHOOK_PATH}`;
