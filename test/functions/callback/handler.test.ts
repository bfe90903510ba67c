import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDynamoRowsLedger } from '../../../shared/aws/dynamodb/rows/ledger.ts';
import { systemClock } from '../../../shared/clock.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { issueRowIds } from '../../../shared/rows/row-id.ts';
import { type LocalTable, startDynalite } from '../../contract/local-table.ts';
import { httpEvent } from '../http-event.ts';

// The logger then writes to this process's console, where a test can read it.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
});

const SECRET = 'fake-callback-secret-4711';
const context = { functionName: 'claywatch-callback', awsRequestId: 'request-1' } as Context;

let table: LocalTable;
let directory: string;
const logged: string[] = [];

beforeAll(async () => {
  table = await startDynalite('claywatch');
  directory = await mkdtemp(join(tmpdir(), 'claywatch-callback-'));
  const config = parseConfig({ feeds: { leads: { callbacks: { secret: 'env:CALLBACK_SECRET' } } } }, 'test');
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
});
afterAll(async () => {
  await table.close();
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  const { hostname, port, protocol } = (await table.client.config.endpoint?.()) ?? { hostname: '', port: 0 };
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `${protocol}//${hostname}:${port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('CLAYWATCH_CONFIG', join(directory, 'config.json'));
  vi.stubEnv('TABLE_NAME', table.tableName);
  vi.stubEnv('CALLBACK_SECRET', SECRET);
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
  const { handler } = await import('../../../functions/callback/handler.ts');
  return async (body: unknown, secret = SECRET) => {
    const {
      statusCode,
      headers,
      body: answer,
    } = await handler(
      httpEvent({
        path: '/v1/callbacks',
        feed: 'leads',
        headers: { 'x-claywatch-secret': secret },
        body: JSON.stringify(body),
      }),
      context,
    );
    return { status: statusCode, headers, body: JSON.parse(answer) };
  };
};

const totals = async () => {
  const { client, tableName } = table;
  const ledger = createDynamoRowsLedger({ client, tableName, clock: systemClock, retainDays: 35 });
  return (await ledger.fold('leads', systemClock.now())).totals;
};

describe('the callback function', () => {
  it('counts each row once, in the table, however often and at once it comes', async () => {
    const post = await start();
    const rowIds = [...issueRowIds(20, systemClock), 'row-1', 'row-2'];
    const before = await totals();
    const answers = await Promise.all(
      [...rowIds, ...rowIds, ...rowIds].map((row_id) => post({ row_id, status: 'SUCCESS', credits: '6' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ body }) => body.outcome === 'recorded')).toHaveLength(rowIds.length);
    const after = await totals();
    expect(after.calledBack - before.calledBack).toBe(rowIds.length);
    expect(after.credits - before.credits).toBe(rowIds.length * 6);
    expect(logged).toEqual([]);
  });

  it('logs one line of what it does not take, without the secret and without the row', async () => {
    const post = await start();
    await post({ row_id: '', email: 'jane@example.com' });
    await post({ row_id: 'a', email: 'jane@example.com' }, 'wrong-secret-0815');
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'WARN', message: 'not taken', status: 400, feed: 'leads', function_request_id: 'request-1' },
      { level: 'WARN', message: 'not taken', status: 401 },
    ]);
    expect(logged.join()).not.toMatch(/jane|4711|0815/);
    expect(JSON.parse(logged[1] ?? '')).not.toHaveProperty('feed');
  });

  it('answers 429 and never fails when it is deployed wrongly, and says in its log what to do', async () => {
    vi.stubEnv('TABLE_NAME', '');
    const post = await start();
    expect(await post({ row_id: 'a' })).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', error_code: 'environment.invalid', remedy: expect.stringContaining('CDK') },
    ]);
  });

  it('answers 429 when its configuration is not there', async () => {
    vi.stubEnv('CLAYWATCH_CONFIG', join(directory, 'nothing.json'));
    const post = await start();
    expect(await post({ row_id: 'a' })).toMatchObject({ status: 429 });
    expect(logged.join()).toContain('config.not-loadable');
  });

  it('answers 429 when its secret cannot be read from its store, and 401 when there is none', async () => {
    vi.stubEnv('CALLBACK_SECRET', '');
    const post = await start();
    expect(await post({ row_id: 'a' })).toMatchObject({ status: 401 });
    expect(logged.join()).toContain('secret.not-found');
  });

  it('answers 429 when the table does not answer', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://127.0.0.1:9');
    const post = await start();
    expect(await post({ row_id: 'jane@example.com' })).toMatchObject({ status: 429 });
    expect(logged.join()).toMatch(/"level": "ERROR"/);
    expect(logged.join()).not.toContain('jane');
  });
});
