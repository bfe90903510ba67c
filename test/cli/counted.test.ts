import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli as runInProcess } from '../../cli/program.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';
import { configFile, runCli } from './run-cli.ts';

let world: CountedWorld;
beforeAll(async () => {
  world = await startCountedWorld();
  await world.count(120, 100);
});
afterAll(() => world.stop());

const here = (...args: readonly string[]) => runCli([...args, '--state', world.dir]);
const jsonHere = async (...args: readonly string[]) => JSON.parse((await here(...args, '--json')).stdout);
const webhookNow = async (id: string) => {
  const snapshot = await world.rows.snapshot('leads');
  return snapshot?.webhooks.find(({ webhook }) => webhook === id);
};

describe('claywatch usage', { timeout: 60_000 }, () => {
  it('shows what the ledger of a running local runtime counted', async () => {
    const { code, stdout, stderr } = await here('usage');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/leads-1 +█+░+│░+│░+ +36,120 of 50,000 +72 %/);
    expect(stdout).toMatch(/went in +120 +120 +120/);
    expect(stdout).toMatch(/came back +100 +100 +100/);
    expect(stdout).toMatch(/hit rate +75 % +75 %/);
    expect(stdout).toMatch(/Waiting: 20 rows/);
    expect(stdout).toMatch(/Spent by rows in 24 h: 600 credits/);
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it('gives one JSON document, and nothing else on stdout', async () => {
    const document = await jsonHere('usage', 'leads');
    expect(document).toMatchObject({
      version: 1,
      source: { store: { kind: 'local', dir: world.dir } },
      feeds: [
        {
          feed: 'leads',
          counts: { kind: 'current' },
          webhooks: [
            {
              webhook: 'leads-1',
              count: { low: 36_120, high: 36_120 },
              remaining: { low: 13_880, high: 13_880 },
            },
            { webhook: 'leads-2', count: { low: 0, high: 0 } },
          ],
          tables: [{ table: 'Leads', count: { low: 120, high: 120 } }],
          rows: { totals: { submitted: 120, calledBack: 100 }, outstanding: { total: 20 } },
        },
      ],
      credits: { spend: { credits: 600, creditsOnMisses: 150 } },
    });
  });

  it('finds a deployed installation by its table and the AWS credentials of the environment', async () => {
    const { code, stdout } = await runCli(['usage', '--config', world.configFile], { env: world.deployed });
    expect(code).toBe(0);
    expect(stdout).toContain('the table claywatch-test');
    expect(stdout).toContain('36,120 of 50,000');
  });

  it('helps where no feed is configured', async () => {
    const { code, stdout } = await here('usage', '--config', await configFile({}));
    expect(code).toBe(0);
    expect(stdout).toContain('No feed is configured');
  });

  it('helps where a feed was never counted', async () => {
    const { code, stdout } = await here('usage', '--config', await configFile({ feeds: { accounts: {} } }));
    expect(code).toBe(0);
    expect(stdout).toContain('POST /v1/callbacks/accounts');
  });
});

describe('claywatch webhook recount', { timeout: 60_000 }, () => {
  const asked = async (key: string, ...args: readonly string[]) => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
    const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    let shown = '';
    let answered = false;
    stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString('utf8');
      if (answered || !shown.includes('Set the count?')) return;
      answered = true;
      setImmediate(() => stdin.write(key));
    });
    const terminal = { stdin, stdout, stderr: stdout, env: {}, cwd: '/' } as unknown as Terminal;
    const code = await runInProcess([...args, '--state', world.dir], terminal);
    return { code, shown };
  };

  it('says what would change and changes nothing, with --dry-run', async () => {
    const { code, stdout } = await here(
      'webhook',
      'recount',
      'leads/leads-1',
      '--count',
      '46000',
      '--dry-run',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/now: +36,120 of 50,000 \(72 %\)/);
    expect(stdout).toMatch(/after: +46,000 of 50,000 \(92 %\)/);
    expect(stdout).toContain('Nothing was changed (--dry-run).');
    expect((await webhookNow('leads-1'))?.rebase).toBeUndefined();
  });

  it('asks a person on a terminal, and no means no', async () => {
    const { code, shown } = await asked('n', 'webhook', 'recount', 'leads/leads-1', '--count', '46000');
    expect(code).toBe(0);
    expect(shown).toContain('Nothing was changed.');
    expect((await webhookNow('leads-1'))?.rebase).toBeUndefined();
  });

  it('sets the count once a person says yes', async () => {
    const { code, shown } = await asked('y', 'webhook', 'recount', 'leads/leads-2', '--count', '46000');
    expect(code).toBe(0);
    expect(shown).toContain('Set.');
    expect((await webhookNow('leads-2'))?.rebase).toMatchObject({ count: 46_000, why: 'operator' });
  });

  it('refuses where nobody can be asked, unless it is told not to ask', async () => {
    const refused = await here('webhook', 'recount', 'leads/leads-1', '--count', '46000');
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('--yes');
    expect((await webhookNow('leads-1'))?.rebase).toBeUndefined();
  });

  it('sets the count with --yes, and what is counted afterwards comes on top', async () => {
    expect((await here('webhook', 'recount', 'leads/leads-1', '--count', '46000', '--yes')).code).toBe(0);
    const [first] = (await jsonHere('usage')).feeds[0].webhooks;
    expect(first).toMatchObject({
      count: { low: 46_000 },
      standing: 'rotate',
      rebase: { count: 46_000, why: 'operator' },
    });
    const at = Date.now();
    await world.rows.recordSubmissions(
      'leads',
      [1, 2, 3].map((row) => ({ rowId: `after-${row}`, webhook: 'leads-1', at, outcome: 'accepted' })),
    );
    await world.rows.fold('leads', Date.now());
    expect((await jsonHere('usage')).feeds[0].webhooks[0].count.low).toBe(46_003);
  });

  it('is one JSON document with --json', async () => {
    const target = ['webhook', 'recount', 'leads/leads-1', '--count', '50000'];
    expect(await jsonHere(...target, '--dry-run')).toMatchObject({
      version: 1,
      outcome: 'dry-run',
      feed: 'leads',
      webhook: 'leads-1',
      to: 50_000,
      limit: 50_000,
      cautions: ['full'],
    });
    expect(await jsonHere(...target)).toMatchObject({ exitCode: 64, error: { code: 'usage.invalid' } });
  });

  it.each([
    [['leads/leads-3', '--count', '5'], 'Did you mean leads/leads-1?'],
    [['leads-1', '--count', '5'], 'Did you mean leads/leads-1?'],
    [['nothing/at-all', '--count', '5'], 'Known: leads/leads-1, leads/leads-2.'],
    [['leads/leads-1', '--count', '-1'], 'whole number from 0 to 10000000'],
    [['leads/leads-1', '--count', '10000001'], 'whole number from 0 to 10000000'],
    [['leads/leads-1', '--count', '36,214'], 'without separators'],
    [['leads/leads-1', '--count', '1e3'], 'whole number'],
    [['leads/leads-1'], "required option '--count <n>' not specified"],
  ])('refuses %j', async (args, said) => {
    const { code, stderr, stdout } = await here('webhook', 'recount', ...args, '--yes');
    expect(code).toBe(64);
    expect(stderr).toContain(said);
    expect(stdout).toBe('');
  });
});

describe('claywatch credits set', { timeout: 60_000 }, () => {
  it('records what a person typed, and says what that changes', async () => {
    const first = await here('credits', 'set', '--credits', '12400.5', '--actions', '90000');
    expect(first.code).toBe(0);
    expect(first.stdout).toContain('data credits: 12,401 left; the first reading.');
    const second = await here('credits', 'set', '--credits', '12000');
    expect(second.stdout).toMatch(/data credits: 12,000 left, 401 burnt since 12,401 were left \d+ s ago\./);
    const state = await world.credits.load();
    expect(state.last?.source).toBe('operator');
    expect(state.credits?.samples.at(-1)).toMatchObject({ left: 12_000, burnt: 400.5 });
    expect(state.actions?.samples.at(-1)).toMatchObject({ left: 90_000 });
    expect((await here('usage')).stdout).toMatch(/typed in \d+ s\s+ago/);
  });

  it('takes more than before for a refill', async () => {
    const document = await jsonHere('credits', 'set', '--credits', '52000');
    expect(document).toMatchObject({ outcome: 'set', credits: { from: 12_000, to: 52_000 }, actions: null });
    expect((await world.credits.load()).credits?.refills).toMatchObject([{ by: 40_000 }]);
  });

  it('says of what a program pushed that it was pushed', async () => {
    await jsonHere('credits', 'set', '--credits', '51000', '--pushed');
    expect((await world.credits.load()).last?.source).toBe('pushed');
    expect((await here('usage')).stdout).toMatch(/pushed \d+ s\s+ago/);
  });

  it('changes nothing with --dry-run', async () => {
    const before = await world.credits.load();
    const { code, stdout } = await here('credits', 'set', '--credits', '1', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing was changed (--dry-run).');
    expect(await world.credits.load()).toEqual(before);
  });

  it.each(['-5', '12,400', '1e9', 'many', '', '1000000001'])('refuses "%s"', async (typed) => {
    const { code, stderr } = await here('credits', 'set', `--credits=${typed}`);
    expect(code).toBe(64);
    expect(stderr).toContain('a number from 0 to 1000000000');
  });
});

describe('a store that cannot be used', { timeout: 60_000 }, () => {
  let empty: string;
  beforeEach(async () => {
    empty = await mkdtemp(join(tmpdir(), 'claywatch-empty-'));
  });

  it('is told with what to do when nothing runs and no table is named', async () => {
    const { code, stderr } = await runCli(['usage'], { cwd: empty });
    expect(code).toBe(64);
    expect(stderr).toContain('error store.not-found: No local runtime is running');
    expect(stderr).toContain('--table NAME');
    const json = JSON.parse((await runCli(['usage', '--json'], { cwd: empty })).stdout);
    expect(json).toMatchObject({ exitCode: 64, error: { code: 'store.not-found' } });
  });

  it('is told when the runtime that a file names has ended', async () => {
    const runtime = (pid: number) =>
      JSON.stringify({
        version: 1,
        pid,
        endpoint: 'http://127.0.0.1:9',
        tableName: 'claywatch',
        config: world.configFile,
      });
    // No process has this id: it is above what any kernel hands out.
    await writeFile(join(empty, 'runtime.json'), runtime(2 ** 30));
    const ended = await runCli(['usage', '--state', empty]);
    expect(ended.code).toBe(69);
    expect(ended.stderr).toContain('error store.unreachable: ');
    expect(ended.stderr).toContain('has ended');
    await writeFile(join(empty, 'runtime.json'), runtime(process.pid));
    const silent = await runCli(['usage', '--state', empty]);
    expect(silent.code).toBe(69);
    expect(silent.stderr).toContain('error store.unreachable: No answer from the local runtime');
    await writeFile(join(empty, 'runtime.json'), '{"half');
    expect((await runCli(['usage', '--state', empty])).code).toBe(69);
  });

  it('is told when the table is not there', async () => {
    const args = ['usage', '--table', 'claywatch-tset', '--config', world.configFile];
    const { code, stderr } = await runCli(args, { env: world.deployed });
    expect(code).toBe(64);
    expect(stderr).toContain('error store.not-found: The table claywatch-tset does not exist');
  });

  it('is told when credentials or the region are missing', async () => {
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...noCredentials } = world.deployed;
    const { AWS_REGION: ___, ...noRegion } = world.deployed;
    const bare = { AWS_EC2_METADATA_DISABLED: 'true', HOME: empty };
    for (const env of [noCredentials, noRegion]) {
      const { code, stderr } = await runCli(['usage'], { env: { ...env, ...bare }, cwd: empty });
      expect(code).toBe(64);
      expect(stderr).toContain('error store.no-credentials: ');
      expect(stderr).toContain('AWS_REGION');
    }
  });

  it.each([
    [['usage', '--table', 'a b'], '--table is not the name of a DynamoDB table'],
    [['usage', '--table', 'claywatch', '--state', '.'], 'name two different stores'],
    [['usage', 'laeds', '--state', '@'], 'There is no feed laeds. Did you mean leads?'],
    [['webhook'], 'The second word of the command is missing.'],
  ])('is not even looked for with %j', async (args, said) => {
    const { code, stderr } = await runCli(args.map((arg) => (arg === '@' ? world.dir : arg)));
    expect(code).toBe(64);
    expect(stderr).toContain(said);
  });

  it('does not repeat a secret that was typed in the place of a name', async () => {
    const secret = 'https://api.clay.com/v3/sources/webhook/pull-in-data-from-a-webhook-0123456789abcdef';
    for (const args of [
      ['usage', secret],
      ['usage', '--table', secret],
      ['webhook', 'recount', secret, '--count', '1', '--yes'],
      ['webhook', 'recount', 'leads/leads-1', '--count', secret],
    ]) {
      const { code, stderr } = await here(...args);
      expect(code).toBe(64);
      expect(stderr).not.toContain('0123456789abcdef');
    }
  });
});

describe('help', { timeout: 30_000 }, () => {
  it.each([[['usage']], [['webhook', 'recount']], [['credits', 'set']]])(
    'of %j has examples, exit codes, and fits 80 columns',
    async (command) => {
      const { code, stdout } = await runCli([...command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:');
      expect(stdout).toContain('64 wrong usage');
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    },
  );
});
