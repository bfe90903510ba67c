import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** The oldest Python for which requirements.txt is complete. */
const OLDEST = [3, 11] as const;
const INSTALL_WITHIN_MS = 300_000;
/** Written last: an installation that was interrupted is not taken for a whole one. */
const COMPLETE = 'complete';

const run = promisify(execFile);

/** A Python that has the pinned tools, or why there is none here. */
export type PythonTools = { readonly python: string } | { readonly missing: string };

const versionOf = (python: string): readonly number[] | undefined => {
  const { status, stdout } = spawnSync(
    python,
    ['-c', 'import ensurepip, venv, sys; print(*sys.version_info[:2])'],
    { encoding: 'utf8' },
  );
  return status === 0 ? stdout.trim().split(' ').map(Number) : undefined;
};

const lastLine = (error: unknown): string => {
  const { stderr = '', message = '' } = error as { readonly stderr?: string; readonly message?: string };
  return (stderr.trim() || message).split('\n').at(-1)?.slice(0, 300) ?? '';
};

/**
 * Installs the Python tools of requirements.txt, each file checked by its hash, into an environment of their own below
 * node_modules/.cache, or finds them there. Runs nothing of the packages while installing them.
 */
export const pythonTools = async (): Promise<PythonTools> => {
  const version = versionOf('python3');
  const [major = 0, minor = 0] = version ?? [];
  if (major !== OLDEST[0] || minor < OLDEST[1]) {
    const found = version ? `python3 is ${version.join('.')}` : 'there is no python3 with venv';
    return { missing: `${found}; Python ${OLDEST.join('.')} or newer is needed` };
  }
  const pins = readFileSync(REQUIREMENTS);
  const key = createHash('sha256').update(`${major}.${minor} `).update(pins).digest('hex').slice(0, 12);
  const directory = join(ROOT, 'node_modules/.cache/claywatch', `python-${key}`);
  const python = join(directory, 'bin/python');
  if (existsSync(join(directory, COMPLETE))) return { python };
  try {
    rmSync(directory, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', directory], { timeout: INSTALL_WITHIN_MS });
    await run(
      python,
      [
        ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
        ...['--require-hashes', '--only-binary', ':all:', '--no-deps', '-r', REQUIREMENTS],
      ],
      { timeout: INSTALL_WITHIN_MS },
    );
    writeFileSync(join(directory, COMPLETE), '');
    return { python };
  } catch (error) {
    return { missing: `the Python tools cannot be installed: ${lastLine(error)}` };
  }
};
