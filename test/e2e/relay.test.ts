import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClayProcess, startClayProcess } from '../../local/clay-process.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import {
  TRIAL_POOL,
  TRIAL_RELAY_SECRET,
  trialCallback,
  trialConfig,
  trialSecrets,
} from '../../local/trial-config.ts';
import { parseConfig } from '../../shared/config/parse.ts';

let stateDir: string;
let clay: ClayProcess;
let runtime: Runtime;

const startOn = (dir: string) => {
  const { feeds, ...rest } = trialConfig(clay.url);
  return startRuntime({
    config: parseConfig(
      {
        ...rest,
        feeds: { leads: { ...feeds?.leads, relay: { ...feeds?.leads?.relay, required: ['email'] } } },
        relay: {
          sendTimeoutMs: 2_000,
          breaker: { failures: 3, tryAgainAfterMinutes: 0.1, coolDownMinutes: 0.1 },
          trickle: { rows: 2, rowsPerSecond: 5 },
        },
      },
      'the configuration of the test',
    ),
    stateDir: dir,
    env: trialSecrets(clay.url),
    patience: { headersMs: 2_000, requestMs: 3_000 },
  });
};

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'claywatch-e2e-'));
  clay = await startClayProcess(0, {
    callback: trialCallback(1),
    webhooks: TRIAL_POOL,
    rowsPerMinute: 1,
    credits: 1_000,
  });
  runtime = await startOn(stateDir);
});

afterEach(async () => {
  await runtime.stop();
  await clay.stop();
  await rm(stateDir, { recursive: true, force: true });
});

const SECRET = { 'x-claywatch-secret': TRIAL_RELAY_SECRET };
const JSON_TYPE = { 'content-type': 'application/json' };

const post = (body: string, headers: Readonly<Record<string, string>> = { ...JSON_TYPE, ...SECRET }) =>
  fetch(`${runtime.endpoints.http}/v1/rows/leads`, { method: 'POST', headers, body });

interface Taken {
  readonly row_id?: string;
  readonly row_ids: readonly string[];
}
const postRows = async (rows: object | readonly object[]): Promise<readonly string[]> => {
  const answer = await post(JSON.stringify(rows));
  const taken = (await answer.json()) as Taken;
  expect(answer.status, JSON.stringify(taken)).toBe(202);
  return taken.row_ids;
};
const rowsOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `person-${from + index}@example.org` }));

const atClay = async () => {
  const { rows } = (await (await fetch(`${clay.url}/_rows`)).json()) as {
    readonly rows: readonly { readonly rowId: string; readonly webhook: string }[];
  };
  return rows;
};
const idsAtClay = async () => (await atClay()).map(({ rowId }) => rowId).sort();

const status = async () => {
  const answer = await fetch(`${runtime.endpoints.http}/v1/status`, { headers: SECRET });
  return (await answer.json()) as {
    readonly mode: string;
    readonly feeds: Readonly<Record<string, { readonly waiting: number }>> | readonly { waiting: number }[];
  };
};
const fault = (name: string, method: 'PUT' | 'DELETE') => fetch(`${clay.url}/_faults/${name}`, { method });

// A busy machine is slower; what is waited for is there in a second or two on a quiet one.
describe('the relay, end to end', { timeout: 90_000 }, () => {
  it('takes rows over HTTP and sends each to Clay once, with its id; a restart loses none', async () => {
    const one = await postRows({ email: 'jane@example.org' });
    const many = await postRows(rowsOf(1, 12));
    const ids = [...one, ...many].sort();
    expect(new Set(ids).size).toBe(13);
    await expect.poll(idsAtClay, { timeout: 20_000, interval: 100 }).toEqual(ids);

    // Stopped in the middle: what is not on its way is given back, and the next runtime on the same state sends it.
    const late = await postRows(rowsOf(100, 40));
    await expect
      .poll(async () => (await atClay()).length, { timeout: 20_000, interval: 20 })
      .toBeGreaterThan(16);
    await runtime.stop();
    expect((await atClay()).length).toBeLessThan(53);
    runtime = await startOn(stateDir);
    await expect.poll(idsAtClay, { timeout: 20_000, interval: 100 }).toEqual([...ids, ...late].sort());
    expect((await atClay()).every(({ webhook }) => webhook === 'leads-1')).toBe(true);
    expect(await readFile(runtime.logFile, 'utf8').catch(() => '')).not.toMatch(/example\.org|simulated-/);
  });

  it('keeps rows through an outage, says that it holds them, and sends all of them afterwards', async () => {
    await fault('outage', 'PUT');
    const ids = [...(await postRows(rowsOf(1, 10)))].sort();
    await expect.poll(async () => (await status()).mode, { timeout: 40_000, interval: 200 }).toBe('holding');
    expect(await atClay()).toEqual([]);
    await fault('outage', 'DELETE');
    // Rows go on coming, and each wakes the forwarder; otherwise its schedule would, within a minute.
    const missing = async () => {
      ids.push(...(await postRows(rowsOf(100, 1))));
      const there = new Set(await idsAtClay());
      return ids.slice(0, 10).filter((id) => !there.has(id));
    };
    await expect.poll(missing, { timeout: 60_000, interval: 2_000 }).toEqual([]);
    await expect.poll(idsAtClay, { timeout: 40_000, interval: 200 }).toEqual(ids.toSorted());
  });

  it('takes nothing of hostile requests, and says why', async () => {
    const slow = new Promise<string>((resolve) => {
      let heard = '';
      const socket = connect(Number(new URL(runtime.endpoints.http).port), '127.0.0.1', () =>
        socket.write('POST /v1/rows/leads HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{"email":'),
      );
      socket.on('error', () => undefined);
      socket.setEncoding('utf8').on('data', (text) => {
        heard += text;
      });
      socket.once('close', () => resolve(heard));
    });
    const answers = await Promise.all([
      post('{"email":"a@example.org"}', { ...JSON_TYPE, 'x-claywatch-secret': 'wrong-secret-0815' }),
      post('{"email":"a@example.org"}', JSON_TYPE),
      post('{"email":', { ...JSON_TYPE, ...SECRET }),
      post('{"name":"nobody"}'),
      post(JSON.stringify({ email: 'a@example.org', notes: 'x'.repeat(103_000) })),
      post(JSON.stringify(rowsOf(1, 501))),
      post(`[${'[['.repeat(20_000)}`),
      post('{"email":"a@example.org"}'.padEnd(6_000_000, ' ')),
      fetch(`${runtime.endpoints.http}/v1/rows/nothing`, { method: 'POST', headers: SECRET, body: '{}' }),
      fetch(`${runtime.endpoints.http}/v1/rows/leads`, { headers: SECRET }),
      fetch(`${runtime.endpoints.http}/v1/status`, {
        headers: { 'x-claywatch-secret': 'wrong-secret-0815' },
      }),
    ]);
    expect(answers.map(({ status: code }) => code)).toEqual([
      401, 401, 400, 400, 413, 413, 400, 413, 401, 404, 401,
    ]);
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
    expect((await runtime.relayStatus())?.feeds).toMatchObject([{ feed: 'leads', waiting: 0 }]);
    expect(await atClay()).toEqual([]);
    expect(await readFile(runtime.logFile, 'utf8')).not.toMatch(/0815|example\.org|simulated-/);
  });
});
