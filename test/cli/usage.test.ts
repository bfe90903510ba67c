import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFile, runCli } from './run-cli.ts';

describe('wrong usage', { timeout: 30_000 }, () => {
  it.each([
    [['triag'], "unknown command 'triag'. (Did you mean triage?)"],
    [['triage', '--jsno'], "unknown option '--jsno'. (Did you mean --json?)"],
    [['triage', '--webhook-check', 'maybe'], 'Allowed choices are none, free, row'],
    [['triage', '--config'], "option '-c, --config <file>' argument missing"],
    [['triage', 'more'], 'too many arguments'],
    [[], 'No command was given'],
  ])('of %j exits 64 and says what was meant', async (args, said) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(64);
    expect(stderr).toContain('error usage.invalid: ');
    expect(stderr).toContain(said);
    expect(stdout).toBe('');
  });

  it('does not repeat a secret that was typed in the wrong place', async () => {
    const secret = 'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-0123456789abcdef';
    const runs = await Promise.all([
      runCli([secret]),
      runCli(['triage', secret]),
      runCli(['triage', `--${secret}`]),
    ]);
    for (const { code, stderr } of runs) {
      expect(code).toBe(64);
      expect(stderr).not.toContain('0123456789abcdef');
    }
  });
});

describe('a configuration that cannot be used', { timeout: 30_000 }, () => {
  it('exits 64 and names the key', async () => {
    const path = await configFile({ schedul: {}, clay: { apiKey: 'hunter2-hunter2' } });
    const { code, stderr, stdout } = await runCli(['triage', '--config', path]);
    expect(code).toBe(64);
    expect(stderr).toContain('error config.invalid: ');
    expect(stderr).toContain('schedul: unknown key; did you mean schedule?');
    expect(stderr).not.toContain('hunter2');
    expect(stdout).toBe('');
  });

  it('is told as JSON on stdout where JSON was asked for', async () => {
    const { code, stderr, stdout } = await runCli(['triage', '--json', '--config', 'absent.json']);
    expect(code).toBe(64);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      exitCode: 64,
      error: { code: 'config.not-found' },
    });
  });

  it('may also be a variable of the environment, whose value is not shown', async () => {
    const { code, stderr } = await runCli(['triage', '--no-config'], {
      env: { CLAY_CALLBACK_URL: 'https://me:not-a-real-password@example.com/' },
    });
    expect(code).toBe(64);
    expect(stderr).toContain('error environment.invalid: CLAY_CALLBACK_URL');
    expect(stderr).not.toContain('not-a-real-password');
  });
});

describe('a webhook check without a webhook', { timeout: 30_000 }, () => {
  it('is said to have nothing to check', async () => {
    const dead = 'http://127.0.0.1:9';
    const path = await configFile({
      clay: { webUrl: dead, apiUrl: dead, statusPageUrl: dead },
      connectivity: { urls: [dead] },
    });
    const { stderr } = await runCli(['triage', '--json', '--config', path, '--webhook-check', 'row']);
    expect(stderr).toBe('no webhook is configured: there is none to check\n');
  });
});

describe('help', { timeout: 30_000 }, () => {
  it.each([[['--help']], [['triage', '--help']], [['help', 'triage']]])(
    'of %j has examples and exits 0',
    async (args) => {
      const { code, stdout } = await runCli(args);
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:');
      expect(stdout).toContain('64 wrong usage');
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  it('tells the version', async () => {
    const { code, stdout } = await runCli(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

/** A Node of the machine that cannot run TypeScript directly, if it has one. */
const oldNode = (process.env.PATH ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'node'))
  .filter((path) => !path.includes('node_modules') && existsSync(path))
  .find(
    (path) =>
      execFileSync(path, ['-p', 'String(Boolean(process.features.typescript))'], {
        encoding: 'utf8',
      }).trim() === 'false',
  );

describe('the starting program', { timeout: 30_000 }, () => {
  it.skipIf(!oldNode)(
    'hands over to the Node that the project brings along, and passes its exit code on',
    async () => {
      const node = oldNode ?? '';
      expect((await runCli(['--version'], { node })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
      expect((await runCli(['triag'], { node })).code).toBe(64);
    },
  );

  it('says what is needed when no Node at hand can run it', async () => {
    const { code, stderr } = await runCli(['--version'], { env: { NODE_OPTIONS: '--no-strip-types' } });
    expect(code).toBe(70);
    expect(stderr).toContain('Claywatch needs Node 22.18 or later');
  });
});
