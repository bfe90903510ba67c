import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ClaywatchError } from '../../shared/errors.ts';

const fault = (path: string, error: unknown): ClaywatchError =>
  new ClaywatchError(
    'config.not-writable',
    `${basename(path)} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown fault'}).`,
    'Look at whether the directory exists and may be written; --file names another one.',
    { cause: error },
  );

/** The text of a file; null: there is none. */
export const textOf = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fault(path, error);
  }
};

/**
 * Writes a file whole or not at all: aside first, then into its place. `exists`: there is one already, and `over` does not
 * say that it may go. Throws `config.not-writable`.
 */
export const writeWhole = async (
  path: string,
  text: string,
  over: boolean,
): Promise<'written' | 'exists'> => {
  const aside = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
  try {
    const file = await open(aside, 'wx', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (over) await rename(aside, path);
    // Of two who write at once, one finds that it exists.
    else await link(aside, path);
    return 'written';
  } catch (error) {
    if (!over && (error as NodeJS.ErrnoException).code === 'EEXIST') return 'exists';
    throw fault(path, error);
  } finally {
    await rm(aside, { force: true });
  }
};
