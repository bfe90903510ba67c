import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { ClaywatchError } from '../shared/errors.ts';

const BYTES = 32;

const unusable = (file: string, remedy: string): ClaywatchError =>
  new ClaywatchError('local.state-unusable', `${file} is not a key of ${BYTES} bytes in base64.`, remedy);

const isKey = (text: string): boolean => Buffer.from(text.trim(), 'base64').length === BYTES;

/**
 * A key of this machine, base64; made at the first start and then always the same. Only this person can read the file.
 * Rejects with `local.state-unusable` when the file holds something else: another key in its place would make void what
 * was done by the first.
 *
 * @param remedy what to do when the file holds no key
 */
export const keepKey = async (file: string, remedy: string): Promise<string> => {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (kept !== null) {
    if (!isKey(kept)) throw unusable(file, remedy);
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
  return keepKey(file, remedy);
};
