import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSqsClient } from '../../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../../shared/aws/sqs/row-queue.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { QueuedRow } from '../../../shared/relay/queue.ts';
import { createSeal } from '../../../shared/seal/node-seal.ts';
import { type LocalTable, startDynalite } from '../../contract/local-table.ts';
import { httpEvent } from '../http-event.ts';

// The logger then writes to this process's console, where a test can read it.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
});

const SECRET = 'fake-sender-secret-4711';
const KEY = 'fake-rows-key-4711-fake-rows-key-4711';
const AWS = { region: 'eu-central-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const context = { functionName: 'claywatch-relay', awsRequestId: 'request-1' } as Context;

let table: LocalTable;
let sqs: FauxqsServer;
let lambda: Server;
let invocations: number;
let prefix: string;
let directory: string;
const logged: string[] = [];

beforeAll(async () => {
  table = await startDynalite('claywatch');
  sqs = await startFauxqs({ port: 0, logger: false, defaultRegion: AWS.region });
  lambda = createServer((_, response) => {
    invocations += 1;
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => lambda.listen(0, '127.0.0.1', resolve));
  directory = await mkdtemp(join(tmpdir(), 'claywatch-relay-'));
  const config = parseConfig(
    {
      feeds: {
        leads: {
          relay: { secret: 'env:SENDER_SECRET', filters: { email: 'email', duplicatesWithinMinutes: 60 } },
        },
      },
    },
    'test',
  );
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
});
afterAll(async () => {
  await table.close();
  await sqs.stop();
  lambda.closeAllConnections();
  lambda.close();
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  sqs.purgeAll();
  invocations = 0;
  prefix = sqs.createQueue('test-rows-leads').queueUrl.slice(0, -'leads'.length);
  const { hostname, port, protocol } = (await table.client.config.endpoint?.()) ?? { hostname: '', port: 0 };
  const variables = {
    AWS_ENDPOINT_URL_DYNAMODB: `${protocol}//${hostname}:${port}`,
    AWS_ENDPOINT_URL_SQS: sqs.address,
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`,
    AWS_REGION: AWS.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    CLAYWATCH_CONFIG: join(directory, 'config.json'),
    TABLE_NAME: table.tableName,
    ROW_QUEUE_PREFIX: prefix,
    ROWS_KEY: 'env:TEST_ROWS_KEY',
    TEST_ROWS_KEY: KEY,
    FORWARD_FUNCTION: 'claywatch-forward',
    SENDER_SECRET: SECRET,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  logged.length = 0;
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void logged.push(String(line)));
  }
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A cold start, as on Lambda. */
const start = async () => {
  const { handler } = await import('../../../functions/relay/handler.ts');
  return async (body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const event = httpEvent({
      path: '/v1/rows',
      feed: 'leads',
      headers: { 'x-claywatch-secret': SECRET, ...headers },
      body: JSON.stringify(body),
    });
    const { statusCode, headers: answered, body: answer } = await handler(event, context);
    return { status: statusCode, headers: answered, body: JSON.parse(answer) };
  };
};

const queuedRows = async (): Promise<readonly QueuedRow[]> => {
  const client = createSqsClient({ ...AWS, endpoint: sqs.address });
  const queue = createSqsRowQueue({ client, queueUrlPrefix: prefix, seal: createSeal(KEY) });
  const rows: QueuedRow[] = [];
  for (let more = true; more; ) {
    const received = await queue.receive('leads', { waitSeconds: 0, visibilitySeconds: 60 });
    more = received.rows.length > 0;
    rows.push(...received.rows.map(({ row }) => row));
  }
  client.destroy();
  return rows;
};
const emails = (run: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `${run}-${index}@acme-4711.example` }));

describe('the relay function', () => {
  it('puts every row that it answers 202 into SQS, sealed, and wakes the forwarder', async () => {
    const post = await start();
    const { status, body } = await post(emails('first', 123));
    expect(status).toBe(202);
    const raw = JSON.stringify(sqs.inspectQueue('test-rows-leads')?.messages);
    expect(raw).not.toMatch(/acme|first-|email/);
    const rows = await queuedRows();
    expect(rows.map(({ id }) => id).toSorted()).toEqual(body.row_ids.toSorted());
    expect(rows.map(({ json }) => JSON.parse(json).email).toSorted()).toEqual(
      emails('first', 123)
        .map(({ email }) => email)
        .toSorted(),
    );
    expect(invocations).toBe(1);
  });

  it('answers a repetition by its key as before, from the table, also from a new process', async () => {
    const key = { 'Idempotency-Key': 'import 7/4711' };
    const sent = [...emails('again', 30), { email: 'no address' }];
    const first = await (await start())(sent, key);
    vi.resetModules();
    const post = await start();
    expect(await post(sent, key)).toEqual(first);
    expect(first.body.rows.at(-1)).toMatchObject({ outcome: 'refused', code: 'row.email-invalid' });
    expect(await queuedRows()).toHaveLength(30);
    expect(await post(sent.slice(1), key)).toMatchObject({ status: 409 });
    expect(await post(sent[0])).toMatchObject({ status: 400, body: { rows: [{ code: 'row.duplicate' }] } });
  });

  it('answers 429 when there is no queue, and says in its log why, without anything of the row', async () => {
    sqs.purgeAll();
    const post = await start();
    expect(await post(emails('lost', 1))).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      body: { code: 'overloaded' },
    });
    expect(logged.join('\n')).toContain('queue.unavailable');
    expect(logged.join('\n')).not.toMatch(/acme|lost-|4711/);
    expect(invocations).toBe(0);
  });

  it('answers 429 when rows cannot be sealed, and queues nothing', async () => {
    vi.stubEnv('TEST_ROWS_KEY', 'too short 4711');
    const post = await start();
    expect((await post(emails('open', 1))).status).toBe(429);
    expect(logged.join('\n')).toContain('rows-key.invalid');
    expect(logged.join('\n')).not.toMatch(/acme|open-|4711/);
    expect(sqs.inspectQueue('test-rows-leads')?.messages.ready).toEqual([]);
  });

  it('logs a line for each request, with nothing of its rows but how many and where their ids are found', async () => {
    const post = await start();
    const { body } = await post([...emails('quiet', 3), { email: 'secret 4711' }]);
    await post([{ email: 'secret 4711' }]);
    await post(emails('wrong', 1), { 'x-claywatch-secret': 'wrong-4711' });
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      {
        message: 'rows taken',
        feed: 'leads',
        RowsTaken: 3,
        RowsRefused: 1,
        row_buckets: [body.row_ids[0].slice(0, 19)],
      },
      { message: 'not taken', status: 400, feed: 'leads' },
      { message: 'not taken', status: 401 },
    ]);
    expect(logged.join('\n')).not.toMatch(/acme|secret 4711|wrong|quiet/);
  });
});
