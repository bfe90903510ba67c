import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ForwardEvent } from '../../../functions/forward/event.ts';
import { handler } from '../../../functions/forward/handler.ts';
import { SIMULATED_WEBHOOK_TOKEN } from '../../../local/clay/core/options.ts';
import { type RunningClay, startClay } from '../../../local/clay/server/server.ts';
import { createDynamoControlStore } from '../../../shared/aws/dynamodb/relay/control-store.ts';
import { createDynamoDeadLetters } from '../../../shared/aws/dynamodb/relay/dead-letters.ts';
import { createDynamoRowsLedger } from '../../../shared/aws/dynamodb/rows/ledger.ts';
import { createSqsClient } from '../../../shared/aws/sqs/client.ts';
import { toMessage } from '../../../shared/aws/sqs/row-message.ts';
import { createSqsRowQueue } from '../../../shared/aws/sqs/row-queue.ts';
import { systemClock } from '../../../shared/clock.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { QueuedRow, RowQueue } from '../../../shared/relay/queue.ts';
import { issueRowIds } from '../../../shared/rows/row-id.ts';
import { createSeal } from '../../../shared/seal/node-seal.ts';
import { type LocalTable, startDynalite } from '../../contract/local-table.ts';

// The logger then writes to this process's console, where a test can read it.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
});

const KEY = 'fake-rows-key-4711-fake-rows-key-4711';
const AWS = { region: 'eu-central-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const context = { functionName: 'claywatch-forward', awsRequestId: 'request-1' } as Context;
const seal = createSeal(KEY);

let table: LocalTable;
let sqs: FauxqsServer;
let clay: RunningClay;
let queue: RowQueue;
let directory: string;
let variables: Record<string, string>;
const logged: string[] = [];

const invoke = (event: unknown = { wake: true }) => handler(event as ForwardEvent, context);
const rowsOf = (count: number): readonly QueuedRow[] =>
  issueRowIds(count, systemClock).map((id, index) => ({
    feed: 'leads',
    id,
    json: JSON.stringify({ email: `private-${index}@example.com`, _claywatch_row_id: id }),
    takenAt: systemClock.now(),
    after: 0,
    tries: 0,
    origin: 'sender',
  }));

beforeAll(async () => {
  table = await startDynalite('claywatch');
  sqs = await startFauxqs({ port: 0, logger: false, defaultRegion: AWS.region });
  clay = await startClay({ port: 0 });
  const prefix = sqs.createQueue('test-rows-leads').queueUrl.slice(0, -'leads'.length);
  sqs.createQueue('test-rows-dead');
  const { hostname, port, protocol } = (await table.client.config.endpoint?.()) ?? { hostname: '', port: 0 };
  directory = await mkdtemp(join(tmpdir(), 'claywatch-forward-'));
  const webhooks = [{ id: 'leads-1', url: 'env:LEADS_1', authToken: 'env:TOKEN' }] as const;
  const config = parseConfig(
    {
      feeds: { leads: { relay: { secret: 'env:SENDER' }, webhooks: [...webhooks] } },
      relay: { rowsPerSecond: 10 },
    },
    'test',
  );
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
  const sqsUrl = `http://127.0.0.1:${sqs.port}`;
  variables = {
    CLAYWATCH_CONFIG: join(directory, 'config.json'),
    TABLE_NAME: 'claywatch',
    ROW_QUEUE_PREFIX: prefix,
    DEAD_LETTER_QUEUE: `${prefix}dead`,
    ROWS_KEY: 'env:ROWS_KEY_TEXT',
    ROWS_KEY_TEXT: KEY,
    TOKEN: SIMULATED_WEBHOOK_TOKEN,
    LEADS_1: `${clay.urls.base}${clay.clay.webhookPath('leads-1')}`,
    AWS_ENDPOINT_URL_DYNAMODB: `${protocol}//${hostname}:${port}`,
    AWS_ENDPOINT_URL_SQS: sqsUrl,
    AWS_REGION: AWS.region,
    AWS_ACCESS_KEY_ID: AWS.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: AWS.credentials.secretAccessKey,
  };
  queue = createSqsRowQueue({
    client: createSqsClient({ ...AWS, endpoint: sqsUrl }),
    queueUrlPrefix: prefix,
    seal,
  });
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((text) => void logged.push(String(text)));
}, 60_000);

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all([table.close(), sqs.stop(), clay.close()]);
  await rm(directory, { recursive: true });
});

describe('the handler of forward', () => {
  it('says what its environment lacks, and starts once it is complete', async () => {
    await expect(invoke()).rejects.toMatchObject({ code: 'environment.invalid' });
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    expect(await invoke()).toMatchObject({ answers: {}, faults: 0, stopped: {} });
  });

  it('sends what waits, counts it, and leaves nothing in the queue', async () => {
    await queue.send('leads', rowsOf(15));
    const report = await invoke({ slot: '2026-11-21T17:24:00Z' });
    expect(report).toMatchObject({ answers: { accepted: 15 }, faults: 0, putBack: 0 });
    expect(clay.clay.state().webhooks.find(({ id }) => id === 'leads-1')).toMatchObject({ accepted: 15 });
    expect(await queue.depth('leads')).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
    const ledger = createDynamoRowsLedger({ ...table, clock: systemClock, retainDays: 35 });
    const { webhooks } = await ledger.fold('leads', systemClock.now());
    expect(webhooks).toMatchObject([{ webhook: 'leads-1', accepted: 15, unknown: 0 }]);
    const tally = await createDynamoControlStore(table).tally('leads');
    expect(tally.webhooks['leads-1']).toMatchObject({ streak: 0, lastFailure: null });
  }, 30_000);

  it('sets aside what SQS could not get delivered, and what is no row', async () => {
    const [row] = rowsOf(1);
    if (!row) throw new Error('no row');
    sqs.sendMessage('test-rows-dead', await toMessage(seal, row));
    sqs.sendMessage('test-rows-leads', 'not a row');
    expect(await invoke()).toMatchObject({ deadLetters: 2 });
    const letters = createDynamoDeadLetters({ ...table, seal, clock: systemClock, keepDays: 90 });
    const { letters: found } = await letters.list('leads', { limit: 10 });
    expect(found).toMatchObject([
      { reason: 'undeliverable', fault: 'ours', row: { id: row.id } },
      { reason: 'unreadable', fault: 'ours', row: null },
    ]);
  }, 30_000);

  it('takes a call without an event, and no event of somebody else', async () => {
    expect(await invoke(null)).toMatchObject({ faults: 0 });
    expect(await invoke({})).toMatchObject({ faults: 0 });
    await expect(invoke({ slot: 4711 })).rejects.toMatchObject({ code: 'event.invalid' });
  }, 30_000);

  it('logs numbers, and nothing of rows, webhooks or keys', () => {
    const log = logged.join('\n');
    expect(log).toMatch(/"accepted": ?15/);
    expect(log).not.toMatch(/private-|pull-in-data|fake-rows-key|simulated-webhook-token/);
  });
});
