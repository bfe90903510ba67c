import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClay } from '../../local/clay/server/server.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import { openEndpoint } from '../../local/endpoint.ts';
import { startLambdaEndpoint } from '../../local/lambda-endpoint.ts';
import { startMessaging } from '../../local/messaging.ts';
import { programsOnly } from '../../local/programs-only.ts';
import { openStateDirectory } from '../../local/state-directory.ts';
import { parseConfig } from '../../shared/config/parse.ts';

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** As a browser could: `fetch` sets neither `Host` nor `Sec-Fetch-Site` itself. */
const ask = (endpoint: string, { method = 'POST', path = '/', headers = {}, body = '' }: Asked = {}) =>
  new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const asked = send(new URL(path, endpoint), { method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
      asked.on('error', reject);
      asked.end(body);
    },
  );

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const LIST_TABLES = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.ListTables',
  'x-amz-date': '20261103T120000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=a/20261103/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};

/** Each port that asks nobody for a secret, with what a program may do there. */
const PORTS: Readonly<Record<string, Asked>> = {
  'the table': { headers: LIST_TABLES, body: '{}' },
  'queues and topics': { headers: FORM, body: 'Action=CreateTopic&Name=forged&Version=2010-03-31' },
  functions: { path: '/2015-03-31/functions/notify/invocations', body: '{"Records":[]}' },
  'the simulated Clay': { method: 'GET', path: '/_state' },
};

/** What a page of a stranger's site sends, however it is asked to. */
const PAGES: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['without an origin of its own', { origin: 'null' }],
  ['of another port of this machine', { 'sec-fetch-site': 'same-site' }],
  ['by an image or a form that says no origin', { 'sec-fetch-site': 'cross-site' }],
  ['whose name was pointed at this machine', { host: 'evil.example:4566' }],
  ['whose name looks like one of this machine', { host: 'localhost.evil.example' }],
  ['whose name begins like its address', { host: '127.0.0.1.evil.example:80' }],
];

let dir: string;
const ends: (() => Promise<unknown>)[] = [];
const endpoints: Record<string, string> = {};
const invoked: unknown[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'claywatch-ports-'));
  const dynamodb = await startDynamoDb(join(dir, 'dynamodb'));
  const messaging = await startMessaging({
    config: parseConfig({ installation: 'trial' }, 'test'),
    path: ':memory:',
    visibilitySeconds: 30,
    channels: { queues: [], visibilitySeconds: 30, maxReceives: 5 },
  });
  const lambda = await startLambdaEndpoint({
    notify: { start: (event) => void invoked.push(event), invoke: async (event) => invoked.push(event) },
  });
  const clay = await startClay({ port: 0 });
  ends.push(dynamodb.stop, messaging.stop, lambda.stop, clay.close);
  Object.assign(endpoints, {
    'the table': dynamodb.endpoint,
    'queues and topics': messaging.endpoint,
    functions: lambda.endpoint,
    'the simulated Clay': clay.urls.base,
  });
});
afterAll(async () => {
  await Promise.all(ends.map((end) => end()));
  await rm(dir, { recursive: true, force: true });
});

describe.each(Object.entries(PORTS))('the port of %s', (name, asked) => {
  const at = () => endpoints[name] ?? '';

  it('answers programs of this machine', async () => {
    expect((await ask(at(), asked)).status).toBe(200);
    const { port } = new URL(at());
    expect(
      (await ask(at(), { ...asked, headers: { ...asked.headers, host: `localhost:${port}` } })).status,
    ).toBe(200);
  });

  it.each(PAGES)('does nothing for a web page %s, and lets it read nothing', async (_, headers) => {
    const before = invoked.length;
    const {
      status,
      headers: said,
      body,
    } = await ask(at(), { ...asked, headers: { ...asked.headers, ...headers } });
    expect(status).toBe(403);
    expect(said).not.toHaveProperty('access-control-allow-origin');
    expect(body).toBe('{"message":"This port is for programs of this machine, not for web pages."}');
    expect(invoked).toHaveLength(before);
  });

  it('tells no page that it may ask', async () => {
    const { status, headers } = await ask(at(), {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-amz-target',
      },
    });
    expect(status).toBe(403);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

it('a port that is opened to other machines answers by any name, and still no page', async () => {
  const server = programsOnly(
    createServer((_, response) => response.end('fine')),
    { anyName: true },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await ask(endpoint, { headers: { host: 'clay.internal:7700' } })).toMatchObject({ status: 200 });
  const page = { host: 'clay.internal:7700', origin: 'https://evil.example' };
  expect(await ask(endpoint, { headers: page })).toMatchObject({ status: 403 });
  await new Promise((resolve) => server.close(resolve));
});

it('the port of the endpoint does for a web page what it does for a stranger: nothing without a secret', async () => {
  const config = parseConfig({ feeds: { leads: {} } }, 'test');
  const options = { port: 0, portFile: join(dir, 'http-port'), patience: undefined };
  const endpoint = await openEndpoint(config, options);
  ends.push(endpoint.stop);
  endpoint.serve(async () => ({ statusCode: 401, headers: {}, body: '' }));
  const headers = {
    origin: 'https://evil.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-claywatch-secret',
  };
  // The secret is in a header, for which a browser asks first; nobody says yes.
  const preflight = await ask(endpoint.url, { method: 'OPTIONS', path: '/v1/rows/leads', headers });
  expect(preflight.status).toBe(404);
  expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  const simple = await ask(endpoint.url, {
    path: '/v1/rows/leads',
    headers: { origin: 'https://evil.example' },
  });
  expect(simple.status).toBe(401);
  expect(Object.keys(simple.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

it('what the local runtime keeps can be read by nobody else on the machine', async () => {
  const state = await openStateDirectory(join(dir, 'new', 'state'), false);
  for (const path of [state.dir, state.dynamodb, state.inbox])
    expect((await stat(path)).mode & 0o077).toBe(0);
  state.release();
});
