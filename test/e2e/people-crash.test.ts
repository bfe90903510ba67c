import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poolOf } from '../../local/clay/core/options.ts';
import { type RunningClay, startClay } from '../../local/clay/server/server.ts';
import { TRIAL_POOL, trialConfig, trialSecrets } from '../../local/trial-config.ts';
import { type StandIns, startStandIns } from './people-world.ts';
import { type SpawnedRuntime, spawnRuntime } from './spawned.ts';

let dir: string;
let clay: RunningClay;
let standIns: StandIns;
const children: SpawnedRuntime[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'claywatch-people-'));
  clay = await startClay({ port: 0, options: poolOf(TRIAL_POOL) });
  standIns = await startStandIns();
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill('SIGKILL')));
  await standIns[Symbol.asyncDispose]();
  await clay.close();
  await rm(dir, { recursive: true, force: true });
});

const start = async (everySeconds: number): Promise<SpawnedRuntime> => {
  const { base } = clay.urls;
  const { notify, ...rest } = trialConfig(base);
  const config = join(dir, 'config.json');
  await writeFile(
    config,
    JSON.stringify({
      ...rest,
      notify: { ...notify, ...standIns.notify },
      observe: { confirmAfterMs: [10, 20] },
    }),
  );
  const child = spawnRuntime(join(dir, 'state'), ['--config', config, '--every', String(everySeconds)], {
    ...trialSecrets(base),
    ...standIns.secrets,
  });
  children.push(child);
  return child;
};

const fault = (method: 'PUT' | 'DELETE') => fetch(`${clay.urls.base}/_faults/outage`, { method });
const messages = (...runtimes: readonly SpawnedRuntime[]) =>
  runtimes
    .flatMap(({ told }) => told)
    .filter(({ type }) => type === 'message')
    .map(({ protocol, attributes }) => `${protocol} ${(attributes as Record<string, string>).transition}`)
    .sort();
const SOON = { timeout: 60_000, interval: 50 };

describe('a runtime that is killed between a trigger and its delivery', () => {
  it('delivers after its restart what waited for a channel, and tells nobody twice', {
    timeout: 120_000,
  }, async () => {
    const { slack, pagerduty, webhook } = standIns;
    const told = () => webhook.taken.map(({ type }) => type);
    webhook.answer = { status: 429, headers: { 'retry-after': '2' } };
    await fault('PUT');
    const first = await start(3_600);
    await first.when(({ type }) => type === 'run');
    // Put back by the function, so that it waits in the queue and not for whoever died with it.
    await expect
      .poll(() => readFile(join(dir, 'state', 'watch.log'), 'utf8').catch(() => ''), SOON)
      .toMatch(/"again":[1-9]/);
    await expect.poll(() => [slack.messages.length, pagerduty.alerts.length], SOON).toEqual([1, 1]);
    await first.kill('SIGKILL');
    expect(told()).toEqual([]);

    webhook.answer = null;
    const second = await start(1);
    await expect.poll(told, SOON).toEqual(['incident.triggered']);
    await fault('DELETE');
    await expect.poll(told, SOON).toEqual(['incident.triggered', 'incident.resolved']);
    await second.when(
      ({ attributes }) => (attributes as Record<string, string> | undefined)?.transition === 'resolved',
    );
    await expect.poll(() => pagerduty.alerts.map(({ state }) => state), SOON).toEqual(['resolved']);
    const [code] = await second.kill('SIGTERM');
    expect(code).toBe(0);
    expect(messages(first, second)).toEqual([
      'email resolved',
      'email triggered',
      'sms resolved',
      'sms triggered',
    ]);
    expect(slack.messages.filter(({ threadTs }) => threadTs === null)).toHaveLength(1);
  });
});
