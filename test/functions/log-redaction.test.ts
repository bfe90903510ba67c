import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROUTES } from '../../functions/incidents/routes.ts';
import { type FunctionDescription, functionsOf } from '../../functions/manifest.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { httpEvent } from './http-event.ts';
import { eventOf, type Route } from './incidents/incidents-world.ts';

// Read when the modules of the handlers are loaded: every line there is then comes where a test can read it.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
  process.env.POWERTOOLS_LOG_LEVEL = 'DEBUG';
});

/** Whatever must not be seen has it: secrets, rows, addresses of webhooks, names of people, what strangers send. */
const MARK = '4711';
const WEBHOOK = `https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-00000000-1111-2222-3333-44444444${MARK}`;
const SECRET = `fake0secret${MARK}fake1secret${MARK}fake`;
const ROW = { email: `private-${MARK}@acme.example`, _claywatch_row_id: `jane-${MARK}@acme.example` };

const config = parseConfig(
  {
    installation: 'acme',
    clay: { apiKey: 'env:SECRET_KEY' },
    observe: { confirmAfterMs: [1] },
    feeds: {
      leads: {
        webhooks: [{ id: 'leads-1', url: 'env:SECRET_URL', authToken: 'env:SECRET_KEY' }],
        relay: { secret: 'env:SECRET_KEY', filters: { email: 'email', duplicatesWithinMinutes: 60 } },
        callbacks: { secret: 'env:SECRET_KEY' },
        submissions: { secret: 'env:SECRET_KEY' },
      },
    },
    status: { secret: 'env:SECRET_KEY' },
    respond: { secret: 'env:SECRET_KEY', linkSecret: 'env:SECRET_KEY' },
    notify: {
      email: [{ address: `team-${MARK}@example.com` }],
      slack: [
        { id: 'chat', channel: 'C0123456789', botToken: 'env:SECRET_KEY', signingSecret: 'env:SECRET_KEY' },
      ],
      webhooks: [{ id: 'bus', url: 'env:SECRET_URL', signingSecrets: ['env:SECRET_KEY'] }],
    },
    metrics: 'all',
  },
  'test',
);

type Fault = 'refuses' | 'hangs-up' | 'babbles' | 'is-gone';

let fault: Fault;
let aws: Server;
let directory: string;
const lines: string[] = [];

/** Everything of AWS, failing, and repeating all that it was told, which is the worst that it could do to a log. */
const failing = () =>
  createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      if (fault === 'hangs-up') return request.socket.destroy();
      const said = `${WEBHOOK} with Bearer ${SECRET} said ${body}`;
      if (fault === 'babbles') return response.writeHead(200).end(`<html>${said}</html>`);
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(
        JSON.stringify({ __type: 'com.amazonaws#ValidationException', message: said, Message: said }),
      );
    });
  });

const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
  httpEvent({ path, feed: 'leads', body, headers: { 'idempotency-key': `import ${MARK}`, ...headers } });
const known = { 'x-claywatch-secret': SECRET };
const bodies = [
  JSON.stringify(ROW),
  JSON.stringify([ROW, `not a row ${MARK}`, { row_id: ROW.email, status: `odd ${MARK}` }]),
  `{"email": "${ROW.email}"`,
  JSON.stringify({ row_id: 'row-1', webhook: `leads ${MARK}`, status: 403, body: WEBHOOK }),
];
const requests = (path: string) => [
  ...bodies.map((body) => post(path, body, known)),
  post(path, bodies[0] ?? '', { 'x-claywatch-secret': `wrong ${SECRET}` }),
  httpEvent({ path, feed: `stranger-${MARK}`, body: bodies[0] ?? '', headers: known }),
  { body: `${MARK}`, headers: null, pathParameters: null },
];
const ask = (route: Route, params: Readonly<Record<string, string>>, body = '') =>
  eventOf({
    route,
    params,
    body,
    headers: { authorization: `Bearer ${SECRET}`, 'x-claywatch-actor': `Ada ${MARK}` },
  });
const record = (body: string, queue: string) => ({
  messageId: 'm-1',
  receiptHandle: `receipt-${MARK}`,
  body,
  attributes: { ApproximateReceiveCount: '1' },
  eventSourceARN: `arn:aws:sqs:eu-central-1:000000000000:acme-notify-${queue}`,
});
const message = {
  id: 'inc-20261121-0a1b2c3d:1:triggered',
  incidentId: 'inc-20261121-0a1b2c3d',
  subject: 'P1',
  emailText: `an e-mail about ${MARK}`,
  smsText: MARK,
  attributes: {},
  bulletin: {
    ...{ id: 'inc-20261121-0a1b2c3d:1:triggered', incidentId: 'inc-20261121-0a1b2c3d', at: 1 },
    ...{ cause: 'webhook.gone', subject: 'leads/leads-1', transition: 'triggered', urgency: 'page' },
    ...{ severity: 'P1', title: `about ${MARK}` },
  },
};

/** What each function is sent; any other function what is none of its events. */
const EVENTS: Readonly<Record<string, readonly unknown[]>> = {
  watch: [{ slot: '2026-11-21T17:24:00Z' }, { slot: SECRET }, { detail: ROW }],
  forward: [{ wake: true }, { slot: { secret: SECRET } }],
  relay: requests('/v1/rows'),
  callback: requests('/v1/callbacks'),
  submissions: requests('/v1/submissions'),
  respond: requests('/v1/status'),
  incidents: [
    ask(ROUTES.list, {}),
    ask(ROUTES.show, { id: 'inc-20261121-0a1b2c3d' }),
    ask(ROUTES.act, { id: 'inc-20261121-0a1b2c3d', action: 'note' }, JSON.stringify({ text: MARK })),
    ask(ROUTES.act, { id: `inc-${MARK}`, action: `resolve-${MARK}` }, `{${MARK}`),
    ask(ROUTES.open, { token: `token-${MARK}` }),
    ask(ROUTES.press, { token: `token-${MARK}` }, `by=Ada+${MARK}`),
    ask(ROUTES.slack, {}, `payload=${MARK}`),
  ],
  rotate: [
    ...['createSecret', 'setSecret', 'testSecret', 'finishSecret'].map((Step) => ({
      Step,
      SecretId: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:acme/clay-AbCdEf',
      ClientRequestToken: '01234567-89ab-cdef-0123-456789abcdef',
    })),
    { Step: `odd ${SECRET}`, SecretId: SECRET, ClientRequestToken: SECRET },
  ],
  notify: [
    {
      Records: [
        record(JSON.stringify({ Message: JSON.stringify(message) }), 'chat'),
        record(JSON.stringify({ Message: JSON.stringify(message) }), 'bus'),
        record(`not ours ${SECRET}`, 'chat'),
      ],
    },
  ],
};
const GARBAGE: readonly unknown[] = [{ secret: SECRET, row: ROW }, `text ${SECRET}`, null];

beforeAll(async () => {
  aws = failing();
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  directory = await mkdtemp(join(tmpdir(), 'claywatch-redaction-'));
});
afterAll(async () => {
  aws.closeAllConnections();
  await new Promise((resolve) => aws.close(resolve));
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  vi.resetModules();
  lines.length = 0;
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((...texts) => void lines.push(texts.map(String).join(' ')));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const deploy = async (file = 'config.json') => {
  const here = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  const endpoint = fault === 'is-gone' ? 'http://127.0.0.1:9' : here;
  // Clay is as broken as AWS is, and says as much.
  const clay = { webUrl: endpoint, apiUrl: endpoint, publicApiUrl: endpoint, statusPageUrl: endpoint };
  const deployed = { ...config, clay: { ...config.clay, ...clay }, connectivity: { urls: [endpoint] } };
  await writeFile(join(directory, 'config.json'), JSON.stringify(deployed));
  await writeFile(join(directory, 'broken.json'), `{"clay": "${SECRET}`);
  for (const [name, value] of Object.entries({
    ...Object.fromEntries(
      ['DYNAMODB', 'SQS', 'SNS', 'LAMBDA', 'SECRETS_MANAGER'].map((one) => [
        `AWS_ENDPOINT_URL_${one}`,
        endpoint,
      ]),
    ),
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_MAX_ATTEMPTS: '1',
    CLAYWATCH_CONFIG: join(directory, file),
    TABLE_NAME: 'acme-state',
    ROW_QUEUE_PREFIX: `${endpoint}/000000000000/acme-rows-`,
    DEAD_LETTER_QUEUE: `${endpoint}/000000000000/acme-rows-dead`,
    ROWS_KEY: 'env:SECRET_KEY',
    FORWARD_FUNCTION: 'acme-forward',
    ALERT_TOPIC_ARN: 'arn:aws:sns:eu-central-1:000000000000:acme-alerts',
    PAGES_TOPIC_ARN: 'arn:aws:sns:eu-central-1:000000000000:acme-pages',
    SECRET_KEY: SECRET,
    SECRET_URL: WEBHOOK,
  }))
    vi.stubEnv(name, value);
};

const functions: readonly FunctionDescription[] = Object.values(functionsOf(config));

/** Everything that leaves a function when it is invoked: its log, what it threw, what it answered a stranger. */
const leavingOf = async ({ name, entry }: FunctionDescription): Promise<string> => {
  const { handler } = (await import(`../../${entry}`)) as {
    handler: (event: unknown, context: Context) => Promise<unknown>;
  };
  const left: string[] = [];
  // Time is up soon, so that what waits for a store is told to end.
  const deadline = Date.now() + 10_000;
  const context = {
    functionName: `acme-${name}`,
    awsRequestId: 'request-1',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  } as Context;
  for (const event of EVENTS[name] ?? GARBAGE)
    try {
      await handler(event, context);
    } catch (error) {
      const { name: kind, message: text, stack, cause } = error as Error;
      left.push(`${kind} ${text} ${stack} ${String(cause)}`);
    }
  return [...lines, ...left].join('\n');
};

describe.each(functions.map((one) => [one.name, one] as const))('the log of %s', (_, description) => {
  it.each(['refuses', 'hangs-up', 'babbles', 'is-gone'] as const)(
    'holds no secret, no row and no address when AWS %s',
    async (how) => {
      fault = how;
      await deploy();
      const left = await leavingOf(description);
      expect(left).not.toMatch(/4711|pull-in-data|acme\.example/);
      expect(left).toMatch(/"level"|Error/);
    },
    60_000,
  );

  it('holds nothing of a configuration that cannot be read', async () => {
    fault = 'refuses';
    await deploy('broken.json');
    expect(await leavingOf(description)).not.toContain(MARK);
  }, 60_000);
});
