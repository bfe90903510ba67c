import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { RUNBOOK } from '../../shared/runbook/index.ts';
import { configFile, runCli } from './run-cli.ts';

describe('claywatch explain', { timeout: 30_000 }, () => {
  it('lists every cause', async () => {
    const { stdout, code } = await runCli(['explain']);
    expect(code).toBe(0);
    for (const cause of CAUSE_IDS) expect(stdout).toContain(cause);
  });

  it('shows the runbook of one, with its steps', async () => {
    const { stdout } = await runCli(['explain', 'webhook.limit-reached']);
    const entry = RUNBOOK['webhook.limit-reached'];
    expect(stdout).toContain(entry.title);
    expect(stdout.match(/^ {2}\d\. /gm)).toHaveLength(entry.steps.length);
    const json = JSON.parse((await runCli(['explain', 'webhook.limit-reached', '--json'])).stdout);
    expect(json).toMatchObject({ version: 1, cause: 'webhook.limit-reached', severity: 'P1' });
    expect(json.steps).toHaveLength(entry.steps.length);
  });

  it('refuses what is no cause', async () => {
    expect((await runCli(['explain', 'webhook.limit'])).code).toBe(64);
  });
});

describe('claywatch config', { timeout: 30_000 }, () => {
  it('says that one is in order, and what is in it', async () => {
    const file = await configFile({ feeds: { leads: { webhooks: [{ id: 'leads-1', url: 'env:ONE' }] } } });
    const { stdout, code } = await runCli(['config', 'check', '--config', file, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, feeds: 1, webhooks: 1, secrets: 1 });
  });

  it('says every fault of one that is not', async () => {
    const file = await configFile({
      statusPage: { components: { laeds: {} }, title: '' },
      feeds: { leads: {} },
    });
    const { stderr, code } = await runCli(['config', 'check', '--config', file]);
    expect(code).toBe(64);
    expect(stderr).toContain('statusPage.title');
    const other = await configFile({ statusPage: { components: { laeds: {} } }, feeds: { leads: {} } });
    expect((await runCli(['config', 'check', '--config', other])).stderr).toContain('did you mean leads?');
  });

  it('shows all of it, defaults too', async () => {
    const file = await configFile({ installation: 'acme' });
    const { stdout } = await runCli(['config', 'show', '--config', file]);
    expect(JSON.parse(stdout)).toMatchObject({ installation: 'acme', statusPage: { published: false } });
  });

  it('says where to get one when there is none', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'claywatch-empty-'));
    const { stderr, code } = await runCli(['config', 'check'], { cwd });
    expect([code, stderr]).toEqual([64, expect.stringContaining('claywatch init')]);
  });
});

describe('claywatch open', { timeout: 30_000 }, () => {
  const configured = () =>
    configFile({ respond: { publicUrl: 'https://claywatch.example/' }, statusPage: { published: true } });
  const open = async (...words: readonly string[]) =>
    (await runCli(['open', '--config', await configured(), ...words])).stdout;

  it('says where the console, an incident and the status page are', async () => {
    expect(await open()).toBe('https://claywatch.example/console\n');
    expect(await open('inc-20261103-0a1b2c3d', '--print')).toBe(
      'https://claywatch.example/console#/incidents/inc-20261103-0a1b2c3d\n',
    );
    expect(JSON.parse(await open('--status', '--json'))).toEqual({
      version: 1,
      url: 'https://claywatch.example/status',
    });
  });

  it('says what is missing when there is no address, or no such page', async () => {
    const bare = await configFile({});
    expect((await runCli(['open', '--config', bare])).stderr).toContain('respond.publicUrl');
    const inside = await configFile({ respond: { publicUrl: 'https://claywatch.example' } });
    expect((await runCli(['open', '--config', inside, '--status'])).stderr).toContain('statusPage.published');
    expect((await runCli(['open', '--config', inside, 'x;rm'])).code).toBe(64);
  });
});
