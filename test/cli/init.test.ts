import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultAnswers } from '../../cli/init/answers.ts';
import { askAnswers } from '../../cli/init/ask.ts';
import { checkAnswers } from '../../cli/init/check.ts';
import type { Prompts } from '../../cli/init/prompts.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { runCli } from './run-cli.ts';

const BIN = join(import.meta.dirname, '../../cli/bin.js');
const dirs: string[] = [];
const folder = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'claywatch-init-'));
  dirs.push(dir);
  return dir;
};
afterAll(async () => {
  for (const dir of dirs) await rm(dir, { recursive: true, force: true });
});

const EMAIL = ['--email', 'ops@example.com'] as const;

describe('claywatch init --yes', { timeout: 60_000 }, () => {
  it('writes a file that loads, names each secret, and says what comes next', async () => {
    const cwd = await folder();
    const ran = await runCli(
      [
        ...[
          'init',
          '--yes',
          '--region',
          'eu-central-1',
          '--webhook',
          'leads/leads-1=Leads',
          '--webhook',
          'leads/leads-2',
        ],
        ...[...EMAIL, '--email', 'boss@example.com=P1,P2', '--sms', '+4915112345678', '--pagerduty'],
        ...[
          '--person',
          'anna=anna@example.com,+4915112345678',
          '--slack',
          'C0123456789',
          '--time-zone',
          'Europe/Berlin',
        ],
      ],
      { cwd },
    );
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(cwd)).toEqual(['claywatch.config.ts']);
    const config = await loadConfig(join(cwd, 'claywatch.config.ts'));
    expect(config.feeds.leads?.webhooks.map(({ id, table }) => [id, table])).toEqual([
      ['leads-1', 'Leads'],
      ['leads-2', undefined],
    ]);
    expect(config.notify.email).toEqual([
      { address: 'ops@example.com', severities: ['P1', 'P2', 'P3', 'P4'] },
      { address: 'boss@example.com', severities: ['P1', 'P2'] },
    ]);
    expect(config.notify.people).toEqual({ anna: { email: 'anna@example.com', sms: '+4915112345678' } });
    expect(ran.stdout).toContain(
      '--secret-id claywatch/leads/webhooks/leads-2 --secret-string file:///dev/stdin',
    );
    expect(ran.stdout).toContain('export AWS_REGION=eu-central-1');
    expect(ran.stdout).toContain('npx claywatch drill --live');
  });

  it('keeps a file that somebody wrote, and writes beside it, each time under a name that is free', async () => {
    const cwd = await folder();
    const own = join(cwd, 'claywatch.config.ts');
    await writeFile(own, '// mine\n');
    for (const name of ['claywatch.config.new.ts', 'claywatch.config.new-2.ts']) {
      const ran = await runCli(['init', '--yes', ...EMAIL], { cwd });
      expect(ran.stdout).toContain(`Wrote ${name}, beside the one that is there.`);
      expect(ran.stdout).toContain(`-c config=${name}`);
    }
    expect(await readFile(own, 'utf8')).toBe('// mine\n');
    expect(await readdir(cwd)).toHaveLength(3);
    const forced = await runCli(['init', '--yes', '--force', ...EMAIL], { cwd });
    expect(forced.stdout).toContain('Wrote claywatch.config.ts.');
    const again = await runCli(['init', '--yes', ...EMAIL], { cwd });
    expect(again.stdout).toContain('says the same already');
  });

  it('does not put itself before a configuration of another kind', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'claywatch.config.json'), '{}');
    const ran = await runCli(['init', '--yes'], { cwd });
    expect(ran.stdout).toContain('Wrote claywatch.config.new.ts');
    expect(await readdir(cwd)).not.toContain('claywatch.config.ts');
  });

  it('with --json --dry-run is one document and writes nothing', async () => {
    const cwd = await folder();
    const ran = await runCli(['init', '--yes', '--json', '--dry-run', '--runs-on', 'environment'], { cwd });
    const said = JSON.parse(ran.stdout);
    expect(said).toMatchObject({ version: 1, written: 'shown', file: 'claywatch.config.ts' });
    expect(said.secrets.map(({ name }: { name: string }) => name)).toContain('CLAY_API_KEY');
    expect(await readdir(cwd)).toEqual([]);
  });

  it.each([
    [['--email', 'nobody'], 'notify.email[0].address'],
    [['--webhook', 'leads'], '--webhook takes FEED/ID'],
    [['--email', 'a@example.com=P9'], 'severities are P1 to P4'],
    [['--runs-on', 'azure'], '--runs-on takes aws or environment'],
    [['--workdays', 'someday'], '--workdays takes days'],
    [['--time-zone', 'Mars/Olympus'], 'incidents.calendar.timeZone'],
    [['--file', 'claywatch.json'], '--file names neither'],
    [['--person', 'anna=?'], '--person takes NAME=EMAIL'],
  ])('refuses %j, and writes nothing', async (args, words) => {
    const cwd = await folder();
    const ran = await runCli(['init', '--yes', ...args], { cwd });
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain(words);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('says so where the directory cannot be written, and leaves nothing behind', async () => {
    const cwd = await folder();
    await mkdir(join(cwd, 'there'));
    const ran = await runCli(['init', '--yes', '--file', 'missing/claywatch.config.ts'], { cwd });
    expect(ran).toMatchObject({ code: 64 });
    expect(ran.stderr).toContain('config.not-writable');
  });

  it('without a person and without --yes asks nobody', async () => {
    const cwd = await folder();
    const ran = await runCli(['init'], { cwd });
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain('Add --yes');
  });
});

/** Somebody who answers by what a question begins with, and takes what is offered otherwise. */
const answering = (answers: Readonly<Record<string, string | boolean>>): Prompts & { asked: string[] } => {
  const asked: string[] = [];
  const answer = (message: string): string | boolean | undefined => {
    asked.push(message);
    return Object.entries(answers).find(([start]) => message.startsWith(start))?.[1];
  };
  return {
    asked,
    text: async ({ message, initial, fault }) => {
      const typed = String(answer(message) ?? initial);
      const found = fault?.(typed);
      if (found !== undefined) throw new Error(`${message}: ${typed}: ${found}`);
      return typed;
    },
    choice: async ({ message, initial }) => (answer(message) ?? initial) as never,
    yes: async ({ message, initial }) => Boolean(answer(message) ?? initial),
    say: () => {},
  };
};

describe('the questions', () => {
  const DEFAULTS = defaultAnswers({ timeZone: 'Europe/Berlin', region: 'eu-central-1' });

  it('answered with nothing but Enter give a configuration that is valid', async () => {
    const answers = await askAnswers(answering({}), DEFAULTS);
    checkAnswers(answers);
    expect(answers).toEqual(DEFAULTS);
  });

  it('are one for each webhook, person and feed that was named', async () => {
    const prompts = answering({
      'Feeds:': 'leads, accounts',
      'Webhooks of leads:': 'leads-1 leads-2',
      'The Clay table of leads-2': "Bob's leads",
      'How do rows of accounts': 'report',
      'Who gets e-mail of everything': 'ops@example.com',
      'Who gets e-mail of P1 and P2': 'boss@example.com, OPS@example.com',
      'Who takes turns': 'anna, ben',
      'E-mail of anna': 'anna@example.com',
      'Number of ben': '+4915112345678',
      'Slack channel': 'C0123456789',
      'Business days': 'sun-thu',
    });
    const answers = await askAnswers(prompts, DEFAULTS);
    checkAnswers(answers);
    expect(answers.feeds.map(({ name, rows, webhooks }) => [name, rows, webhooks.length])).toEqual([
      ['leads', 'relay', 2],
      ['accounts', 'report', 1],
    ]);
    expect(answers.email.map(({ address }) => address)).toEqual(['ops@example.com', 'boss@example.com']);
    expect(answers.people).toEqual([
      { name: 'anna', email: 'anna@example.com' },
      { name: 'ben', sms: '+4915112345678' },
    ]);
    expect(answers.workdays[0]).toBe('sunday');
  });

  it.each([
    ['Name of the installation', 'Not A Name'],
    ['Feeds:', 'leads, 2nd'],
    ['Who gets e-mail of everything', 'ops@'],
    ['Who gets an SMS', '0151'],
    ['Slack channel', '#ops'],
    ['Time zone', 'Berlin'],
    ['AWS region', 'here'],
  ])('say at once what is wrong with an answer: %s', async (question, typed) => {
    await expect(askAnswers(answering({ [question]: typed }), DEFAULTS)).rejects.toThrow(question);
  });

  it('explain what a choice means, and ask for no secret', async () => {
    const prompts = answering({ 'Who takes turns': 'anna' });
    await askAnswers(prompts, DEFAULTS);
    expect(prompts.asked.filter((message) => message.includes('\n')).length).toBeGreaterThan(7);
    expect(prompts.asked.join('\n')).not.toMatch(/(enter|paste|type).*(key|token|secret|URL)/i);
  });
});

const SCRIPT = '/usr/bin/script';

/** A session on a pseudo-terminal: each answer is typed once its question shows. */
const session = (cwd: string, answers: readonly (readonly [question: string, keys: string])[]) =>
  new Promise<{ readonly code: number | null; readonly shown: string }>((done, failed) => {
    const child = spawn(
      SCRIPT,
      ['-qefc', `stty cols 100 rows 40; "${process.execPath}" "${BIN}" init`, '/dev/null'],
      {
        cwd,
        env: { PATH: process.env.PATH ?? '', TERM: 'xterm', TZ: 'UTC', NO_COLOR: '1', LANG: 'C.UTF-8' },
      },
    );
    const waiting = [...answers];
    let shown = '';
    let from = 0;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      shown += chunk;
      const [next] = waiting;
      const at = next ? shown.indexOf(next[0], from) : -1;
      if (!next || at < 0) return;
      from = at + next[0].length;
      waiting.shift();
      setImmediate(() => child.stdin.write(next[1]));
    });
    child.on('error', failed);
    child.on('close', (code) => done({ code, shown }));
  });

describe.skipIf(!existsSync(SCRIPT))('claywatch init on a terminal', { timeout: 120_000 }, () => {
  const ENTER = '\r';

  it('asks, takes what is offered, and writes', async () => {
    const cwd = await folder();
    const { code, shown } = await session(cwd, [
      ['Where will it run?', ENTER],
      ['Name of the installation', ENTER],
      ['AWS region', ENTER],
      ['Feeds:', ENTER],
      ['Webhooks of leads', ENTER],
      ['The Clay table of leads-1', `Leads${ENTER}`],
      ['How do rows of leads', ENTER],
      ['HTTP API column', ENTER],
      ['Clay API key?', ENTER],
      ['e-mail of everything', `ops@example.com${ENTER}`],
      ['e-mail of P1 and P2', ENTER],
      ['SMS of P1', ENTER],
      ['turns on call', ENTER],
      ['Slack channel', ENTER],
      ['PagerDuty?', ENTER],
      ['Links in messages', ENTER],
      ['Time zone', ENTER],
      ['Business days', ENTER],
      ['End of the business day', ENTER],
    ]);
    expect(shown).toContain('Wrote claywatch.config.ts.');
    expect(code).toBe(0);
    const config = await loadConfig(join(cwd, 'claywatch.config.ts'));
    expect(config.feeds.leads?.webhooks).toMatchObject([{ id: 'leads-1', table: 'Leads' }]);
    expect(config.notify.email).toMatchObject([{ address: 'ops@example.com' }]);
  });

  it('leaves nothing behind when somebody presses Ctrl-C in the middle', async () => {
    const cwd = await folder();
    const { code, shown } = await session(cwd, [
      ['Where will it run?', ENTER],
      ['Name of the installation', ENTER],
      ['AWS region', '\x03'],
    ]);
    expect(shown).toContain('Cancelled; nothing was written.');
    expect(code).toBe(1);
    expect(await readdir(cwd)).toEqual([]);
  });
});
