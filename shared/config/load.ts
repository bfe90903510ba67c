import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClaywatchError } from '../errors.ts';
import { jsonErrorPosition } from './json-position.ts';
import { parseConfig } from './parse.ts';
import { redactText } from './redact.ts';
import type { Config } from './schema.ts';

/** Looked for in this order when no path is given. */
export const DEFAULT_CONFIG_FILES = [
  'claywatch.config.ts',
  'claywatch.config.js',
  'claywatch.config.mjs',
  'claywatch.config.json',
] as const;

const MODULES = new Set(['.ts', '.mts', '.js', '.mjs']);
const MAX_BYTES = 1_048_576;

const notFound = (message: string, cause?: unknown): ClaywatchError =>
  new ClaywatchError(
    'config.not-found',
    message,
    'Give the path of a configuration file with --config, or create claywatch.config.ts in this directory.',
    { cause },
  );

const notLoadable = (message: string): ClaywatchError =>
  new ClaywatchError(
    'config.not-loadable',
    message,
    'A configuration is a .json file, or a .ts or .js file with `export default defineConfig({ ... })`.',
  );

const fileSize = async (path: string): Promise<number | null> => {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? found.size : null;
};

/** The configuration file that applies in a directory; null when there is none. */
export const findConfig = async (directory: string): Promise<string | null> => {
  for (const name of DEFAULT_CONFIG_FILES) {
    const path = resolve(directory, name);
    if ((await fileSize(path)) !== null) return path;
  }
  return null;
};

const readJson = async (path: string, source: string): Promise<unknown> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw notFound(`${source} cannot be read (${error.code ?? 'unknown fault'}).`);
  });
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json);
  } catch {
    const position = jsonErrorPosition(json);
    const where = position ? ` at line ${position.line}, column ${position.column}` : '';
    throw notLoadable(`${source} is not valid JSON${where}.`);
  }
};

/** The line of the file that a fault's stack names, without the text of that line. */
const positionIn = (fault: unknown, path: string): string => {
  const stack = fault instanceof Error ? (fault.stack ?? '') : String(fault);
  const start = stack.indexOf(basename(path));
  const found = start < 0 ? null : /^:(\d+)(?::(\d+))?/.exec(stack.slice(start + basename(path).length));
  if (!found) return '';
  return found[2] ? ` at line ${found[1]}, column ${found[2]}` : ` at line ${found[1]}`;
};

/** For a syntax error that names no place, as those of plain JavaScript do: Node's own check names one. */
const syntaxPosition = (path: string): Promise<string> =>
  new Promise((done) => {
    execFile(process.execPath, ['--check', path], { timeout: 5_000 }, (error, _, stderr) => {
      done(error ? positionIn(stderr, path) : '');
    });
  });

const faultPosition = async (error: unknown, path: string): Promise<string> => {
  const position = positionIn(error, path);
  return position === '' && error instanceof SyntaxError ? syntaxPosition(path) : position;
};

/** The first line of what the fault says: the rest of a syntax error quotes the file. */
const saidBy = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is not an error';
  return redactText(text.split('\n', 1)[0] ?? '');
};

const readModule = async (path: string, source: string): Promise<unknown> => {
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(pathToFileURL(path).href);
  } catch (error) {
    throw notLoadable(`${source} cannot be loaded${await faultPosition(error, path)}: ${saidBy(error)}`);
  }
  if (loaded.default === undefined) throw notLoadable(`${source} has no default export.`);
  return loaded.default;
};

/**
 * Reads and validates the configuration of a file, or of the first of `claywatch.config.{ts,js,mjs,json}` in the
 * working directory. A `.ts` or `.js` file is run.
 *
 * Throws `config.not-found`, `config.not-loadable` (with the position), or what `parseConfig` throws.
 */
export const loadConfig = async (path?: string): Promise<Config> => {
  const found = path === undefined ? await findConfig(process.cwd()) : resolve(path);
  if (found === null) throw notFound('There is no claywatch.config.ts, .js or .json in this directory.');
  const source = path ?? basename(found);
  const size = await fileSize(found);
  if (size === null) throw notFound(`${source} does not exist or is not a file.`);
  if (size > MAX_BYTES) throw notLoadable(`${source} is larger than 1 MiB.`);
  const extension = extname(found).toLowerCase();
  if (extension === '.json') return parseConfig(await readJson(found, source), source);
  if (!MODULES.has(extension)) throw notLoadable(`${source} is neither .json nor .ts nor .js.`);
  return parseConfig(await readModule(found, source), source);
};
