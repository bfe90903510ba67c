import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { statusResponse } from '../../../functions/respond/response.ts';
import { createDynamoControlStore } from '../../../shared/aws/dynamodb/relay/control-store.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { addHold, changeControl } from '../../../shared/relay/control-change.ts';
import { type LocalTable, startDynalite } from '../../contract/local-table.ts';
import { httpEvent } from '../http-event.ts';

// The logger then writes to this process's console, where a test can read it.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
});

const SECRET = 'fake-sender-secret-4711';
const context = { functionName: 'claywatch-respond', awsRequestId: 'request-1' } as Context;

let table: LocalTable;
let sqs: FauxqsServer;
let directory: string;
const logged: string[] = [];

beforeAll(async () => {
  table = await startDynalite('claywatch');
  sqs = await startFauxqs({ port: 0, logger: false, defaultRegion: 'eu-central-1' });
  directory = await mkdtemp(join(tmpdir(), 'claywatch-respond-'));
  const config = parseConfig(
    {
      feeds: {
        leads: { webhooks: [{ id: 'leads-1', url: 'env:ONE' }], relay: { secret: 'env:SENDER_SECRET' } },
        quiet: {},
      },
    },
    'test',
  );
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
});
afterAll(async () => {
  await table.close();
  await sqs.stop();
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  const prefix = sqs.createQueue('test-rows-leads').queueUrl.slice(0, -'leads'.length);
  const { hostname, port, protocol } = (await table.client.config.endpoint?.()) ?? { hostname: '', port: 0 };
  const variables = {
    AWS_ENDPOINT_URL_DYNAMODB: `${protocol}//${hostname}:${port}`,
    AWS_ENDPOINT_URL_SQS: sqs.address,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    CLAYWATCH_CONFIG: join(directory, 'config.json'),
    TABLE_NAME: table.tableName,
    ROW_QUEUE_PREFIX: prefix,
    SENDER_SECRET: SECRET,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  logged.length = 0;
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((line) => void logged.push(String(line)));
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A cold start, as on Lambda. */
const get = async (headers: Readonly<Record<string, string>> = { 'x-claywatch-secret': SECRET }) => {
  const { handler } = await import('../../../functions/respond/handler.ts');
  const { statusCode, body } = await handler(httpEvent({ path: '/v1/status', headers }), context);
  return { status: statusCode, body: JSON.parse(body) };
};

describe('the respond function', { timeout: 30_000 }, () => {
  it('answers from a real table and a real queue, without a key for rows', async () => {
    const control = createDynamoControlStore(table);
    await changeControl(control, 'leads', (before) =>
      addHold(before, { kind: 'operator', since: Date.now(), why: 'Maintenance.', by: 'jane' }),
    );
    sqs.sendMessage('test-rows-leads', 'sealed');
    const { status, body } = await get();
    expect(status).toBe(200);
    expect(statusResponse.parse(body)).toMatchObject({
      mode: 'holding',
      feeds: [{ feed: 'leads', mode: 'holding', rows_waiting: 1, standbys_left: 1 }],
      incidents: [],
    });
    expect(logged).toEqual([]);
  });

  it('says that it does not know how many rows wait when the queue does not answer', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://127.0.0.1:9');
    const { status, body } = await get();
    expect(status).toBe(200);
    expect(body.feeds[0]).toMatchObject({ rows_waiting: null, mode: 'holding' });
    expect(logged.join()).toContain('queue.unavailable');
  });

  it('is 429 when the table is not there, and 401 for a stranger; no secret is logged', async () => {
    vi.stubEnv('TABLE_NAME', 'another-table');
    expect(await get()).toMatchObject({ status: 429, body: { code: 'overloaded' } });
    expect(await get({ 'x-claywatch-secret': 'wrong-secret-4712' })).toMatchObject({ status: 401 });
    expect(logged.join()).not.toMatch(/471[12]/);
  });

  it('is 429 when its environment is not complete', async () => {
    vi.stubEnv('ROW_QUEUE_PREFIX', undefined);
    expect(await get()).toMatchObject({ status: 429 });
    expect(logged.join()).toContain('environment.invalid');
  });
});
