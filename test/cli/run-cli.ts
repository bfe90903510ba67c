import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '../../cli/bin.js');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Stops reading stdout after this many bytes, as `head` does. */
  readonly closeAfterBytes?: number;
  readonly node?: string;
}

/** Runs the real command line as a process of its own, with nothing of our environment but what Node needs. */
export const runCli = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const { PATH = '', TMPDIR } = process.env;
    const child = spawn(options.node ?? process.execPath, [BIN, ...args], {
      cwd: options.cwd ?? tmpdir(),
      env: { PATH, ...(TMPDIR ? { TMPDIR } : {}), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (options.closeAfterBytes !== undefined && stdout.length >= options.closeAfterBytes) {
        child.stdout.destroy();
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });

/** A configuration file in a directory of its own. */
export const configFile = async (config: unknown): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'claywatch-cli-'));
  const path = join(directory, 'test.json');
  await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config));
  return path;
};
