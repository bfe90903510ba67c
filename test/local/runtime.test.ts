import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poolOf } from '../../local/clay/core/options.ts';
import { startClay } from '../../local/clay/server/server.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../local/runtime.ts';
import { findRuntime } from '../../local/runtime-file.ts';
import { TRIAL_POOL, trialConfig, trialSecrets } from '../../local/trial-config.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { startWebhook, type WebhookServer } from '../support/webhook-server.ts';

const MINUTE = 60_000;
const KEY = `whsec_${Buffer.from('a fake key of thirty-two bytes!!').toString('base64')}`;

let dir: string;
let clay: Awaited<ReturnType<typeof startClay>>;
let bus: WebhookServer;
let runtime: Runtime;
let faults: string[];
let slot: number;

/** Somebody else's configuration: a mail, a chat channel, and nothing of links. */
const start = async (): Promise<void> => {
  const config = parseConfig(
    {
      ...trialConfig(clay.urls.base, 'reports'),
      observe: { confirmAfterMs: [10, 20] },
      notify: {
        email: [{ address: 'oncall@example.com' }],
        webhooks: [{ id: 'bus', url: 'env:BUS_URL', signingSecrets: ['env:BUS_KEY'] }],
      },
    },
    'the configuration of the test',
  );
  const options: RuntimeOptions = {
    config,
    stateDir: join(dir, 'state'),
    env: { ...trialSecrets(clay.urls.base), BUS_URL: `${bus.url}/hook`, BUS_KEY: KEY },
    onFault: (error, of) => faults.push(`${of}: ${error.message}`),
  };
  runtime = await startRuntime(options);
};

const look = () => {
  slot += MINUTE;
  return runtime.runOnce(slot);
};

const outage = async (): Promise<void> => {
  await fetch(`${clay.urls.base}/_faults/outage`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  await look();
};

const statusOf = async () =>
  (await runtime.incidents.active()).map(({ cause, status }) => `${cause} ${status}`);

/** The links in the last mail. */
const links = (): readonly string[] =>
  runtime.inbox
    .messages()
    .filter(({ protocol }) => protocol === 'email')
    .at(-1)
    ?.text.match(/http:\/\/127\.0\.0\.1:\d+\/i\/\S+/g) ?? [];

beforeEach(async () => {
  faults = [];
  slot = Math.floor((Date.now() - 120 * MINUTE) / MINUTE) * MINUTE;
  dir = await mkdtemp(join(tmpdir(), 'claywatch-runtime-'));
  clay = await startClay({ port: 0, options: poolOf(TRIAL_POOL) });
  bus = await startWebhook(KEY, Date);
  await start();
}, 30_000);
afterEach(async () => {
  await runtime.stop();
  await bus[Symbol.asyncDispose]();
  await clay.close();
  await rm(dir, { recursive: true, force: true });
});

describe('the runtime on this machine', () => {
  it('puts links into mails: opened they change nothing, their button acknowledges', async () => {
    await outage();
    expect(await statusOf()).toEqual(['clay.outage triggered']);
    const pages = await Promise.all(
      links().map(async (url) => {
        const answer = await fetch(url);
        return { url, status: answer.status, text: await answer.text() };
      }),
    );
    const acknowledge = pages.find(({ text }) => text.includes('<button type="submit">Acknowledge'));
    expect(pages.every(({ status }) => status === 200)).toBe(true);
    expect(await statusOf()).toEqual(['clay.outage triggered']);

    const pressed = await fetch(acknowledge?.url ?? '', {
      method: 'POST',
      body: new URLSearchParams({ by: 'Anna' }),
    });
    expect(pressed.status).toBe(200);
    const [incident] = await runtime.incidents.active();
    expect(incident).toMatchObject({
      status: 'acknowledged',
      acknowledgement: { by: { name: 'Anna', via: 'link' } },
    });
    expect(faults).toEqual([]);
  }, 60_000);

  it('lets whoever can read the key act, and nobody else; a link of before works after a restart', async () => {
    await outage();
    const [link = ''] = links();
    const before = runtime.endpoints.http;
    await runtime.stop();
    await start();
    expect(runtime.endpoints.http).toBe(before);
    expect((await fetch(link)).status).toBe(200);

    const file = runtime.respondKeyFile ?? '';
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const ask = (headers: Record<string, string>) =>
      fetch(`${runtime.endpoints.http}/v1/incidents`, { headers });
    const key = (await readFile(file, 'utf8')).trim();
    const listed = await ask({ authorization: `Bearer ${key}` });
    expect(await listed.json()).toMatchObject({ incidents: [{ cause: 'clay.outage' }] });
    expect((await ask({})).status).toBe(401);
    expect(await readFile(join(runtime.stateDir, 'config.json'), 'utf8')).not.toContain(key);
  }, 60_000);

  it('delivers to chat channels, and again until they take it', async () => {
    bus.answer = { status: 503, headers: { 'retry-after': '1' } };
    await outage();
    await expect.poll(() => bus.requests.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(bus.taken).toEqual([]);
    bus.answer = null;
    await expect.poll(() => bus.taken.length, { timeout: 15_000 }).toBe(1);
    expect(bus.taken[0]).toMatchObject({ data: { incident: { cause: 'clay.outage' } } });
    expect(faults).toEqual([]);
  }, 60_000);

  it('tells other programs where its topics are', async () => {
    expect(await findRuntime(runtime.stateDir)).toMatchObject({
      alerts: {
        endpoint: runtime.endpoints.sns,
        topicArn: 'arn:aws:sns:us-east-1:000000000000:trial-alerts',
        pagesTopicArn: 'arn:aws:sns:us-east-1:000000000000:trial-pages',
      },
    });
  });
});
