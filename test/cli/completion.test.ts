import { execFile } from 'node:child_process';
import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { completionOf } from '../../cli/completion/candidates.ts';
import { SCRIPTS, SHELLS } from '../../cli/completion/scripts.ts';
import { storeFlagsIn } from '../../cli/completion/values.ts';
import { createProgram } from '../../cli/program.ts';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { recordingTerminal } from './recording-terminal.ts';
import { configFile, runCli } from './run-cli.ts';

const program = createProgram(recordingTerminal().terminal, () => {});
const at = (...typed: readonly string[]) => completionOf(program, typed.slice(0, -1), typed.at(-1) ?? '');
const values = (...typed: readonly string[]) => at(...typed).candidates.map(({ value }) => value);

describe('what may stand at the cursor', () => {
  it('is a command, with what it is for', () => {
    expect(values('po')).toEqual(['postmortem']);
    expect(at('po').candidates[0]?.about).toBe('what happened in an incident, in numbers');
    expect(values('')).toContain('help');
    expect(values('')).not.toContain('__complete');
  });

  it('is a second word, only where there are any', () => {
    expect(values('incidents', 'un')).toEqual(['unack', 'unmerge']);
    expect(values('status', 'he')).toEqual([]);
  });

  it('is an option, once', () => {
    expect(values('triage', '--con')).toEqual(['--config', '--confirm']);
    expect(values('triage', '--confirm', '--con')).toEqual(['--config']);
    expect(values('init', '--feed', 'leads', '--fe')).toEqual(['--feed']);
    expect(values('incidents', 'ack', 'inc-1', '--js')).toEqual(['--json']);
    expect(values('triage', '--no-c')).toEqual(['--no-config', '--no-color']);
  });

  it('is a choice of an option or of an argument', () => {
    expect(values('drill', '--severity', '')).toEqual(['P1', 'P2', 'P3', 'P4']);
    // As bash tears it.
    expect(values('drill', '--severity', '=', 'P')).toEqual(['P1', 'P2', 'P3', 'P4']);
    expect(values('drill', '--severity', '=')).toEqual(['P1', 'P2', 'P3', 'P4']);
    expect(values('drill', '--severity', 'P2', '--mi')).toEqual(['--minutes']);
    expect(values('completion', 'f')).toEqual(['fish']);
    expect(values('explain', '')).toEqual(CAUSE_IDS);
    expect(values('incidents', 'severity', 'inc-1', '')).toEqual(['P1', 'P2', 'P3', 'P4']);
  });

  it('is asked of the store, the configuration or the shell where those know', () => {
    const kind = (...typed: readonly string[]) => at(...typed).kind;
    expect(kind('hold', '')).toBe('feed');
    expect(kind('incidents', 'ack', 'inc')).toBe('incident');
    expect(kind('incidents', 'merge', 'inc-1', 'inc')).toBe('incident');
    expect(kind('postmortem', '')).toBe('incident');
    expect(kind('silence', 'end', '')).toBe('silence');
    expect(kind('replay', '--resume', '')).toBe('replay');
    expect(kind('webhook', 'recount', '')).toBe('webhook');
    expect(kind('failover', 'leads', '--to', '')).toBe('webhook-id');
    expect(kind('notify', 'test', '--channel', '')).toBe('channel');
    expect(kind('silence', 'add', '--cause', 'clay.outage', '')).toBe('cause');
    expect(kind('status', '-c', '')).toBe('file');
    expect(kind('status', '--state', '')).toBe('directory');
  });

  it('is nothing where a person types, and behind the last argument', () => {
    expect(at('incidents', 'note', 'inc-1', '')).toMatchObject({ candidates: [], kind: 'free' });
    expect(at('hold', 'leads', '')).toMatchObject({ candidates: [], kind: null });
    expect(at('incidents', 'note', 'inc-1', '--', '--js').candidates).toEqual([]);
  });

  it('is a command behind help', () => {
    expect(values('help', 'incidents', 'r')).toEqual(['resolve', 'review']);
    expect(values('help', 'nothing', '')).toEqual([]);
  });

  it('is found in the installation that the line names', () => {
    expect(storeFlagsIn(['status', '--table', 'a', '--config=b.ts'])).toEqual({ table: 'a', config: 'b.ts' });
    expect(storeFlagsIn(['status', '--state'])).toEqual({});
  });
});

describe('claywatch __complete', { timeout: 30_000 }, () => {
  it('says values of the configuration, and what only the shell knows', async () => {
    const config = await configFile({
      feeds: {
        leads: { description: 'New leads', webhooks: [{ id: 'leads-1', url: 'env:ONE' }] },
        accounts: {},
      },
    });
    const ask = async (...typed: readonly string[]) => (await runCli(['__complete', '--', ...typed])).stdout;
    expect(await ask('status', '-c', config, '')).toBe('leads\tNew leads\naccounts\t\n');
    expect(await ask('webhook', 'recount', '--config', config, 'l')).toBe('leads/leads-1\t\n');
    expect(await ask('triage', '--config', '')).toBe(':files\n');
  });

  it('says nothing, and nothing of a fault, where nobody answers', async () => {
    const { stdout, stderr, code } = await runCli(['__complete', '--', 'incidents', 'ack', '']);
    expect([stdout, stderr, code]).toEqual(['', '', 0]);
  });
});

describe('claywatch completion', { timeout: 30_000 }, () => {
  it.each(SHELLS)('prints a script for %s that asks the program itself', async (shell) => {
    const { stdout, code } = await runCli(['completion', shell]);
    expect([stdout, code]).toEqual([SCRIPTS[shell], 0]);
    expect(stdout).toContain('__complete --');
  });

  it('refuses a shell that it does not know', async () => {
    const { stderr, code } = await runCli(['completion', 'tcsh']);
    expect(code).toBe(64);
    expect(stderr).toContain('bash, zsh, fish');
  });

  it('completes in a real bash', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'claywatch-bash-'));
    await symlink(join(import.meta.dirname, '../../cli/bin.js'), join(directory, 'claywatch'));
    await writeFile(join(directory, 'completion.bash'), SCRIPTS.bash);
    const complete = async (...words: readonly string[]) => {
      const script = `source completion.bash
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _claywatch; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', 'claywatch', ...words], {
        cwd: directory,
        env: { PATH: `${directory}:${dirname(process.execPath)}:${process.env.PATH}` },
      });
      return stdout.split('\n').filter(Boolean);
    };
    expect(await complete('inc')).toEqual(['incidents']);
    expect(await complete('incidents', 'update', 'inc-1', '--audience', 'p')).toEqual(['public']);
    expect(await complete('triage', '--config', '')).toEqual([]);
  });
});
