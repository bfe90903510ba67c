import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { setPriority } from 'node:os';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';
import { type BuiltFile, FILES, type FileList } from '../functions/console/file-list.ts';
import { ClaywatchError } from '../shared/errors.ts';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '..');
/** Every build stands in a directory of its own, named after what it was built from, and never changes there. */
const BUILDS = join(HERE, 'dist');
/** How long a build is kept that is no longer the newest, ms: a process may still serve it. */
const KEPT_MS = 24 * 60 * 60_000;
const HASH_CHARACTERS = 16;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
/** Compressed already. */
const AS_IT_IS: ReadonlySet<string> = new Set(['.ico', '.png', '.woff2']);

const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** What a build is made from: the page, what it may import of `shared`, and the exact packages. */
const sources = (): readonly string[] =>
  [
    ...filesBelow(HERE).filter((path) => !path.startsWith(BUILDS + sep)),
    ...filesBelow(join(ROOT, 'shared')),
    join(ROOT, 'package-lock.json'),
  ].sort();

/** Where the build of what is here now stands, or will. Reads some hundred small files. */
export const consoleDirectory = (): string => {
  const hash = createHash('sha256');
  for (const path of sources()) {
    const bytes = readFileSync(path);
    hash.update(`${relative(ROOT, path).replaceAll(sep, '/')}\n${bytes.length}\n`).update(bytes);
  }
  return join(BUILDS, hash.digest('hex').slice(0, HASH_CHARACTERS));
};

export const isBuilt = (directory: string): boolean => existsSync(join(directory, FILES));

const notBuilt = (why: string): ClaywatchError =>
  new ClaywatchError(
    'console.not-built',
    `The page of the console could not be built${why === '' ? '' : `: ${why}`}.`,
    'Install every dependency, those of development too (npm ci), and see what `npm run build:console` says.',
  );

const reasonIn = (stderr: string): string =>
  stderr
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? '';

/** Of a build: that of a test, say, would be another page. */
const environment = (): NodeJS.ProcessEnv => {
  const { NODE_ENV: _, NODE_OPTIONS: __, ...others } = process.env;
  return others;
};
/** The place is said: sources may change while it builds, and whoever waits waits there. */
const commandFor = (directory: string) =>
  [process.execPath, [fileURLToPath(import.meta.url), basename(directory)]] as const;

/**
 * Builds the page in a process of its own unless it is there, and says where. Several at once are no harm. Rejects with
 * `console.not-built`.
 */
export const buildConsole = (directory: string = consoleDirectory()): Promise<string> =>
  isBuilt(directory)
    ? Promise.resolve(directory)
    : new Promise((done, fail) => {
        const child = spawn(...commandFor(directory), {
          env: environment(),
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        let stderr = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          stderr += text;
        });
        child.once('error', (error) => fail(notBuilt(error.message)));
        child.once('close', () => (isBuilt(directory) ? done(directory) : fail(notBuilt(reasonIn(stderr)))));
      });

/** The same for whoever cannot wait, as CDK. Throws `console.not-built`. */
export const buildConsoleSync = (directory: string = consoleDirectory()): string => {
  if (isBuilt(directory)) return directory;
  const { stderr } = spawnSync(...commandFor(directory), {
    env: environment(),
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (!isBuilt(directory)) throw notBuilt(reasonIn(stderr ?? ''));
  return directory;
};

const compress = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [zlib.BROTLI_PARAM_QUALITY]: zlib.BROTLI_MAX_QUALITY,
        [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: zlib.Z_BEST_COMPRESSION }),
};
const ENDING = { br: '.br', gzip: '.gz' } as const;

/** Beside each file its smaller forms, where they are smaller, and what it is. */
const describe = async (directory: string, path: string): Promise<readonly [string, BuiltFile]> => {
  const extension = extname(path);
  const type = TYPES[extension];
  if (type === undefined) throw notBuilt(`nobody knows the type of ${path}`);
  const bytes = await readFile(join(directory, path));
  const encodings: ('br' | 'gzip')[] = [];
  for (const encoding of AS_IT_IS.has(extension) ? [] : (['br', 'gzip'] as const)) {
    const smaller = await compress[encoding](bytes);
    if (smaller.length >= bytes.length) continue;
    await writeFile(join(directory, `${path}${ENDING[encoding]}`), smaller);
    encodings.push(encoding);
  }
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, HASH_CHARACTERS);
  return [path.replaceAll(sep, '/'), { type, hash, encodings }];
};

const forgetOld = async (current: string): Promise<void> => {
  for (const name of await readdir(BUILDS)) {
    const path = join(BUILDS, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (path !== current && mtimeMs < Date.now() - KEPT_MS) await rm(path, { recursive: true, force: true });
  }
};

/** Builds aside and puts the whole there in one move: nobody ever reads half of a page. */
const build = async (directory: string): Promise<void> => {
  const { build: viteBuild } = await import('vite');
  await mkdir(BUILDS, { recursive: true });
  const aside = await mkdtemp(join(BUILDS, 'building-'));
  await chmod(aside, 0o755);
  try {
    await viteBuild({
      configFile: join(HERE, 'vite.config.ts'),
      logLevel: 'warn',
      mode: 'production',
      build: { outDir: aside, emptyOutDir: true },
    });
    const names = filesBelow(aside).map((path) => relative(aside, path));
    const files = Object.fromEntries(
      (await Promise.all(names.map((name) => describe(aside, name)))).toSorted(([a], [b]) =>
        a < b ? -1 : 1,
      ),
    );
    await writeFile(join(aside, FILES), `${JSON.stringify({ files } satisfies FileList, null, 2)}\n`);
    // Somebody else was quicker.
    await rename(aside, directory).catch((error: unknown) => {
      if (!isBuilt(directory)) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  await utimes(directory, new Date(), new Date());
  await forgetOld(directory);
};

if (import.meta.main) {
  // Whoever waits for the page waits a little; nothing else is to be later because of it.
  setPriority(10);
  const [, , asked] = process.argv;
  const directory = asked === undefined ? consoleDirectory() : join(BUILDS, basename(asked));
  if (!isBuilt(directory)) await build(directory);
  process.stdout.write(`${relative(process.cwd(), directory)}\n`);
}
