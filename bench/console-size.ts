import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FILES, type FileList } from '../functions/console/file-list.ts';

/** What all scripts of the console may come to, compressed, bytes. */
export const SCRIPT_BUDGET = 100_000;

export interface Size {
  readonly name: string;
  readonly bytes: number;
  /** As browsers get it, by brotli. */
  readonly compressed: number;
}

export interface Sizes {
  readonly scripts: readonly Size[];
  readonly styles: readonly Size[];
}

export const compressedIn = (sizes: readonly Size[]): number =>
  sizes.reduce((sum, { compressed }) => sum + compressed, 0);

/** The files of a build, by what they are, the largest first. */
export const sizesOf = async (directory: string): Promise<Sizes> => {
  const { files } = JSON.parse(await readFile(join(directory, FILES), 'utf8')) as FileList;
  const sizes = async (ending: string): Promise<readonly Size[]> => {
    const all = await Promise.all(
      Object.entries(files)
        .filter(([name]) => name.endsWith(ending))
        .map(async ([name, { encodings }]) => ({
          name,
          bytes: (await stat(join(directory, name))).size,
          compressed: (await stat(join(directory, encodings.includes('br') ? `${name}.br` : name))).size,
        })),
    );
    return all.toSorted((one, other) => other.compressed - one.compressed);
  };
  return { scripts: await sizes('.js'), styles: await sizes('.css') };
};
