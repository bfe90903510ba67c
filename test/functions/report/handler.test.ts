import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Context } from 'aws-lambda';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROUTES } from '../../../functions/report/routes.ts';
import { createDynamoCreditStore } from '../../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoIncidentStore } from '../../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoControlStore } from '../../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoRowsLedger } from '../../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoSilenceStore } from '../../../shared/aws/dynamodb/silence-store.ts';
import { createDynamoWatchStore } from '../../../shared/aws/dynamodb/watch-store.ts';
import { systemClock } from '../../../shared/clock.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { recordBalance } from '../../../shared/credits/record.ts';
import { addHold, changeControl } from '../../../shared/relay/control-change.ts';
import { overviewResponse } from '../../../shared/report/overview-shape.ts';
import { relayResponse } from '../../../shared/report/relay-shape.ts';
import { creditSeriesResponse, feedSeriesResponse } from '../../../shared/report/series-shape.ts';
import {
  auditResponse,
  preflightResponse,
  replaysResponse,
  silencesResponse,
} from '../../../shared/report/setup-shape.ts';
import { usageResponse } from '../../../shared/usage/document-shape.ts';
import { type LocalTable, startDynalite } from '../../contract/local-table.ts';
import { opened } from '../../incident/fixtures.ts';
import { type Ask, reportEvent } from './report-event.ts';

// The logger then writes to this process's console, where a test can read it.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
});

const SECRET = 'fake-responder-secret-4711';
const context = { functionName: 'claywatch-report', awsRequestId: 'request-1' } as Context;
const MINUTE = 60_000;

let table: LocalTable;
let sqs: FauxqsServer;
let directory: string;
const logged: string[] = [];

/** A feed with rows, a hold by somebody, an incident, a silence, a run of the watch and a balance. */
const fill = async (): Promise<void> => {
  const now = systemClock.now();
  const ledger = createDynamoRowsLedger({ ...table, clock: systemClock, retainDays: 35 });
  const rowIds = Array.from({ length: 40 }, (_, index) => `row-${index}`);
  await ledger.recordSubmissions(
    'leads',
    rowIds.map((rowId) => ({ rowId, webhook: 'leads-1', at: now - 2 * MINUTE, outcome: 'accepted' })),
  );
  await ledger.recordCallbacks(
    'leads',
    rowIds.slice(0, 30).map((rowId) => ({
      ...{ rowId, at: now - MINUTE, result: 'hit', status: 'SUCCESS', provider: 'Clearbit', credits: 6 },
    })),
  );
  await ledger.fold('leads', now);
  await changeControl(createDynamoControlStore(table), 'leads', (before) =>
    addHold(before, { kind: 'operator', since: now - MINUTE, why: 'We move the table.', by: 'Ada' }),
  );
  await createDynamoIncidentStore(table).write(opened(undefined, now - 5 * MINUTE), null);
  await createDynamoSilenceStore(table).create({
    ...{ id: 'sil-00000001', kind: 'maintenance', from: now - MINUTE, to: now + 60 * MINUTE, by: 'Ben' },
    ...{ reason: 'Planned.', createdAt: now - MINUTE, endedAt: null, match: { feed: 'leads' } },
  });
  await createDynamoWatchStore(table).save({ lastSlot: now - MINUTE, health: {}, version: 1 });
  await recordBalance(
    { at: now - MINUTE, credits: 4_200, actions: null, source: 'api' },
    { store: createDynamoCreditStore(table), now },
  );
};

beforeAll(async () => {
  table = await startDynalite('claywatch');
  sqs = await startFauxqs({ port: 0, logger: false, defaultRegion: 'eu-central-1' });
  directory = await mkdtemp(join(tmpdir(), 'claywatch-report-'));
  const config = parseConfig(
    {
      feeds: {
        leads: {
          webhooks: [
            { id: 'leads-1', url: 'env:ONE', table: 'Leads' },
            { id: 'leads-2', url: 'env:TWO' },
          ],
          tables: { Leads: {} },
          relay: { secret: 'env:SENDER_SECRET' },
          callbacks: { secret: 'env:COLUMN_SECRET' },
        },
        quiet: {},
      },
      respond: { secret: 'env:RESPONDER_SECRET' },
      notify: { email: [{ address: 'ops@example.com' }] },
    },
    'test',
  );
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
  sqs.createQueue('test-rows-leads');
  await fill();
}, 60_000);
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
    RESPONDER_SECRET: SECRET,
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
const start = async () => {
  const { handler } = await import('../../../functions/report/handler.ts');
  return async ({ headers, ...ask }: Ask) => {
    const event = reportEvent({ ...ask, headers: { authorization: `Bearer ${SECRET}`, ...headers } });
    const { statusCode, headers: answered, body, isBase64Encoded } = await handler(event, context);
    const text = isBase64Encoded ? gunzipSync(Buffer.from(body, 'base64')).toString() : body;
    return { status: statusCode, headers: answered, body: text === '' ? null : JSON.parse(text) };
  };
};

describe('the report function', { timeout: 60_000 }, () => {
  it('answers every report from a real table and a real queue, in its shape', async () => {
    sqs.sendMessage('test-rows-leads', 'sealed');
    const get = await start();
    const read = async <T>(shape: { parse(body: unknown): T }, ask: Ask): Promise<T> => {
      const { status, body } = await get(ask);
      expect(status, ask.route).toBe(200);
      return shape.parse(body);
    };
    const overview = await read(overviewResponse, { route: ROUTES.overview });
    expect(overview).toMatchObject({
      flow: 'stopped',
      sentence: expect.stringContaining(
        'Leads of `leads` wait: Ada holds them (We move the table); 1 row is kept until somebody lets them go.',
      ),
      silences: 1,
    });
    expect(overview.incidents).toHaveLength(1);
    const usage = await read(usageResponse, { route: ROUTES.usage });
    expect(usage.feeds[0]?.rows?.day).toMatchObject({ submitted: 40, calledBack: 30 });
    expect(usage.source).toEqual({ store: { kind: 'table', name: 'claywatch' }, config: null });
    const series = await read(feedSeriesResponse, { route: ROUTES.feedSeries, params: { feed: 'leads' } });
    expect(series.points.reduce((sum, { submitted }) => sum + submitted, 0)).toBe(40);
    const hourly = { route: ROUTES.feedSeries, params: { feed: 'leads' }, query: { days: '7' } } as const;
    expect((await read(feedSeriesResponse, hourly)).points.length).toBeGreaterThan(0);
    expect((await read(creditSeriesResponse, { route: ROUTES.creditSeries })).credits).toHaveLength(1);
    const relay = await read(relayResponse, { route: ROUTES.relay });
    expect(relay.feeds[0]).toMatchObject({
      mode: 'holding',
      rows_waiting: 1,
      holds: [{ by: 'Ada', kind: 'operator' }],
      pool: [
        { webhook: 'leads-1', count: { low: 40 } },
        { webhook: 'leads-2', role: 'standby' },
      ],
    });
    const audit = await read(auditResponse, { route: ROUTES.audit });
    expect(new Set(audit.entries.map(({ what }) => what))).toEqual(new Set(['incident', 'feed', 'silence']));
    expect((await read(silencesResponse, { route: ROUTES.silences })).silences[0]?.state).toBe('in-force');
    expect((await read(replaysResponse, { route: ROUTES.replays })).replays).toEqual([]);
    const { checks } = await read(preflightResponse, { route: ROUTES.preflight });
    expect(checks[0]).toMatchObject({ what: 'The watch', result: 'ready' });
    expect(logged).toEqual([]);
  });

  it('reads the table once for everybody who asks within a second, and answers 304 to whoever has it', async () => {
    const get = await start();
    const { headers } = await get({ route: ROUTES.usage });
    const send = vi.spyOn((await import('@aws-sdk/client-dynamodb')).DynamoDBClient.prototype, 'send');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        get({ route: ROUTES.usage, headers: { 'if-none-match': headers.etag ?? '' } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([304]));
    expect(send.mock.calls.length).toBeLessThan(10);
  });

  it('is 429 when the table is not there, and 401 for a stranger; no secret is logged', async () => {
    vi.stubEnv('TABLE_NAME', 'another-table');
    const get = await start();
    expect(await get({ route: ROUTES.overview })).toMatchObject({
      status: 429,
      body: { code: 'overloaded' },
    });
    expect(
      await get({ route: ROUTES.overview, headers: { authorization: 'Bearer wrong-secret-4712' } }),
    ).toMatchObject({ status: 401 });
    expect(logged.join()).not.toMatch(/471[12]/);
  });

  it('says what it can when the queue does not answer', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://127.0.0.1:9');
    const get = await start();
    const { status, body } = await get({ route: ROUTES.relay });
    expect(status).toBe(200);
    expect(body.feeds[0].rows_waiting).toBeNull();
    expect(logged.join()).toContain('queue.unavailable');
  });

  it('is 429 when its environment is not complete', async () => {
    vi.stubEnv('ROW_QUEUE_PREFIX', undefined);
    const get = await start();
    expect(await get({ route: ROUTES.overview })).toMatchObject({ status: 429 });
    expect(logged.join()).toContain('environment.invalid');
  });
});

describe('a thousand incidents', { timeout: 60_000 }, () => {
  it('leave every answer small and quick to read', async () => {
    const now = systemClock.now();
    const store = createDynamoIncidentStore(table);
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      ...opened({ cause: 'provider.failing', subject: `leads/p${index}` }, now - (index + 10) * MINUTE),
      ...(index >= 150 && { status: 'resolved' as const, resolvedAt: now, pending: [] }),
    }));
    for (let from = 0; from < many.length; from += 50)
      await Promise.all(many.slice(from, from + 50).map((incident) => store.write(incident, null)));
    const get = await start();
    const overview = await get({ route: ROUTES.overview });
    expect(overview.body.incidents).toHaveLength(100);
    expect(overview.body.incidents_more).toBe(51);
    const audit = await get({ route: ROUTES.audit, query: { limit: '200' } });
    expect(audit.body.entries.length).toBeLessThanOrEqual(210);
    expect(audit.body.more).toBe(true);
    for (const { body } of [overview, audit]) expect(JSON.stringify(body).length).toBeLessThan(200_000);
  });
});
