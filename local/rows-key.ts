import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { ClaywatchError } from '../shared/errors.ts';

const BYTES = 32;

const unusable = (file: string): ClaywatchError =>
  new ClaywatchError(
    'local.state-unusable',
    `${file} is not a key of ${BYTES} bytes in base64.`,
    'Put the key back that was there; without it, start with --fresh, which forgets the rows that wait.',
  );

const isKey = (text: string): boolean => Buffer.from(text.trim(), 'base64').length === BYTES;

/**
 * The key that seals rows on this machine, base64; made at the first start and then always the same, since without it
 * no row that waits can be read. Only this person can read the file. Rejects with `local.state-unusable` when the file
 * holds something else: another key in its place would make every row unreadable.
 */
export const keepRowsKey = async (file: string): Promise<string> => {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (kept !== null) {
    if (!isKey(kept)) throw unusable(file);
    return kept.trim();
  }
  const unfinished = `${file}.new`;
  await rm(unfinished, { force: true });
  await writeFile(unfinished, `${randomBytes(BYTES).toString('base64')}\n`, { mode: 0o600, flush: true });
  // Unlike a rename, this never puts a second key in the place of a first.
  await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(unfinished, { force: true });
  return keepRowsKey(file);
};
