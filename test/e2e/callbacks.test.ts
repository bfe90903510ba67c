import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../local/aws.ts';
import { DEFAULT_OPTIONS } from '../../local/clay/core/options.ts';
import { type RunningClay, startClay } from '../../local/clay/server/server.ts';
import { freePort } from '../../local/clay-process.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { trialCallback, trialConfig, trialSecrets } from '../../local/trial-config.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { systemClock } from '../../shared/clock.ts';
import { parseConfig } from '../../shared/config/parse.ts';

let stateDir: string;
let clay: RunningClay;
let runtime: Runtime;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'claywatch-e2e-'));
  const httpPort = await freePort();
  const quick = DEFAULT_OPTIONS.tables.map((table) => ({
    ...table,
    providers: table.providers.map((provider) => ({ ...provider, minSeconds: 0, maxSeconds: 0.1 })),
  }));
  clay = await startClay({
    port: 0,
    options: {
      tables: quick,
      callback: {
        ...trialCallback(httpPort),
        header: 'x-callback-secret',
        timeoutMs: 10_000,
        retries: 1,
      },
    },
  });
  runtime = await startRuntime({
    config: parseConfig(trialConfig(clay.urls.base, 'reports'), 'the configuration of the test'),
    stateDir,
    env: trialSecrets(clay.urls.base),
    httpPort,
  });
});

afterEach(async () => {
  await runtime.stop();
  await clay.close();
  await rm(stateDir, { recursive: true, force: true });
});

const totals = async () => {
  const client = createDynamoClient({ ...LOCAL_AWS, endpoint: runtime.endpoints.dynamodb });
  try {
    const ledger = createDynamoRowsLedger({
      client,
      tableName: runtime.tableName,
      clock: systemClock,
      retainDays: 35,
    });
    return (await ledger.fold('leads', systemClock.now())).totals;
  } finally {
    client.destroy();
  }
};

const post = (path: string, header: string, secret: string, body: unknown) =>
  fetch(`${runtime.endpoints.http}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [header]: secret },
    body: JSON.stringify(body),
  });

describe('callbacks, end to end', () => {
  it("arrive from Clay's HTTP API column and are counted, each row once", async () => {
    const webhook = clay.clay.state().webhooks[0]?.id ?? '';
    clay.clay.sampleRows(webhook, 15);
    await expect
      .poll(() => clay.clay.state().callbacks, { timeout: 15_000 })
      .toMatchObject({
        sent: 15,
        delivered: 15,
        outcomes: { 200: 15 },
      });
    expect(await totals()).toMatchObject({ submitted: 0, calledBack: 15, unannounced: 15 });
  });

  it('meet the submissions that a sender reports, in whatever order', async () => {
    const report = { webhook: 'leads-1', row_ids: ['sample-1', 'sample-2', 'sample-3', 'sample-9'] };
    const first = await post('/v1/submissions/leads', 'x-claywatch-secret', 'simulated-submissions-secret', {
      ...report,
      row_ids: report.row_ids.slice(0, 2),
    });
    expect(first.status).toBe(200);
    clay.clay.sampleRows(clay.clay.state().webhooks[0]?.id ?? '', 3);
    await expect.poll(() => clay.clay.state().callbacks.delivered, { timeout: 15_000 }).toBe(3);
    const second = await post(
      '/v1/submissions/leads',
      'x-claywatch-secret',
      'simulated-submissions-secret',
      report,
    );
    expect(await second.json()).toEqual({
      outcomes: [
        { outcome: 'duplicate', row_id: 'sample-1' },
        { outcome: 'duplicate', row_id: 'sample-2' },
        { outcome: 'recorded', row_id: 'sample-3' },
        { outcome: 'recorded', row_id: 'sample-9' },
      ],
    });
    expect(await totals()).toMatchObject({ submitted: 4, calledBack: 3, unannounced: 0 });
  });

  it('are refused with a wrong secret, and nothing of them is in the log', async () => {
    const answers = await Promise.all([
      post('/v1/callbacks/leads', 'x-callback-secret', 'wrong-secret-0815', { row_id: 'jane@example.com' }),
      post('/v1/callbacks/nothing', 'x-callback-secret', 'simulated-callback-secret', { row_id: 'a' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    await expect
      .poll(() => readFile(runtime.logFile, 'utf8').catch(() => ''), { timeout: 5_000 })
      .toContain('"status":401');
    expect(await readFile(runtime.logFile, 'utf8')).not.toMatch(/0815|jane|simulated-callback-secret/);
  });
});
