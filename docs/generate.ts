import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pages } from './pages.ts';

/** Folders in which every Markdown page is generated, so that one of a removed cause does not stay behind. */
const OWNED = ['causes'] as const;

export interface Difference {
  readonly path: string;
  readonly is: 'missing' | 'stale' | 'left over';
}

const readIfThere = (file: string): Promise<string | null> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });

const listIfThere = (dir: string): Promise<readonly string[]> =>
  readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

/** How the generated pages in `dir` differ from what the code says. */
export const differences = async (dir: string): Promise<readonly Difference[]> => {
  const wanted = pages();
  const compared = await Promise.all(
    [...wanted].map(async ([path, text]): Promise<readonly Difference[]> => {
      const found = await readIfThere(join(dir, path));
      if (found === null) return [{ path, is: 'missing' }];
      return found === text ? [] : [{ path, is: 'stale' }];
    }),
  );
  const extra = await Promise.all(
    OWNED.map(async (folder) =>
      (await listIfThere(join(dir, folder)))
        .filter((name) => name.endsWith('.md') && !wanted.has(`${folder}/${name}`))
        .map((name): Difference => ({ path: `${folder}/${name}`, is: 'left over' })),
    ),
  );
  return [...compared, ...extra].flat();
};

/** Makes the pages in `dir` what the code says, and touches nothing else. */
export const write = async (dir: string): Promise<readonly Difference[]> => {
  const changed = await differences(dir);
  const wanted = pages();
  for (const { path } of changed) {
    const file = join(dir, path);
    const text = wanted.get(path);
    await mkdir(dirname(file), { recursive: true });
    await (text === undefined ? rm(file) : writeFile(file, text));
  }
  return changed;
};

const main = async (args: readonly string[]): Promise<number> => {
  const [option, ...rest] = args;
  if ((option !== undefined && option !== '--check') || rest.length > 0) {
    console.error('usage: node docs/generate.ts [--check]');
    return 64;
  }
  if (option === undefined) {
    const changed = await write(import.meta.dirname);
    console.log(changed.length === 0 ? 'docs: up to date' : `docs: ${changed.length} pages written`);
    return 0;
  }
  const stale = await differences(import.meta.dirname);
  if (stale.length === 0) return 0;
  console.error(
    `These pages do not say what the code says; run "npm run docs" and commit the result:\n${stale
      .map(({ path, is }) => `  docs/${path} is ${is}`)
      .join('\n')}`,
  );
  return 1;
};

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
