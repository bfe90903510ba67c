import { promises } from 'node:fs';
import { join } from 'node:path';
import { once } from '../once.ts';
import { type BuiltFile, FILES, type FileList } from './file-list.ts';

export type Encoding = 'identity' | 'gzip' | 'br';

export interface Opened extends BuiltFile {
  readonly encoding: Encoding;
  readonly bytes: Buffer;
}

/** What browsers ask for that they take, the smallest first. */
const SMALLEST_FIRST = ['br', 'gzip'] as const;
const ENDING: Readonly<Record<Encoding, string>> = { identity: '', gzip: '.gz', br: '.br' };

/** What a browser takes: an encoding that it names, unless with a quality of zero. */
const takes = (accepted: string, encoding: string): boolean =>
  accepted
    .toLowerCase()
    .split(',')
    .map((one) => one.split(';').map((part) => part.trim()))
    .some(
      ([name, ...parameters]) => name === encoding && !parameters.some((one) => /^q=0(?:\.0*)?$/.test(one)),
    );

/**
 * The built page. A name is looked up in the list that the build wrote and is never made a path of: what is not on it is
 * not there. Undefined while there is no list, since the page is being built.
 */
export const createFiles = (directory: string) => {
  const list = once(async () => {
    const { files } = JSON.parse(await promises.readFile(join(directory, FILES), 'utf8')) as FileList;
    return new Map(Object.entries(files));
  });
  const kept = new Map<string, Promise<Buffer>>();
  const read = (path: string): Promise<Buffer> => {
    const known = kept.get(path) ?? promises.readFile(join(directory, path));
    kept.set(path, known);
    known.catch(() => kept.delete(path));
    return known;
  };
  return {
    open: async (name: string, accepted: string): Promise<Opened | 'not-found' | 'not-built'> => {
      const known = await list().catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (!known) return 'not-built';
      const file = known.get(name);
      if (!file) return 'not-found';
      const encoding =
        SMALLEST_FIRST.find((one) => file.encodings.includes(one) && takes(accepted, one)) ?? 'identity';
      return { ...file, encoding, bytes: await read(`${name}${ENDING[encoding]}`) };
    },
  };
};

export type Files = ReturnType<typeof createFiles>;
