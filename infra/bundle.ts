import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync, type Metafile, transformSync } from 'esbuild';
import { buildConsoleSync } from '../console/build.ts';
import type { FunctionDescription } from '../functions/manifest.ts';
import type { Config } from '../shared/config/schema.ts';
import { STAND_INS } from './stand-ins.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The configuration's name in the bundle. */
export const CONFIG_FILE = 'claywatch.config.json';
/** Its path on Lambda, where a function runs in the directory of its package, wherever that is. */
export const DEPLOYED_CONFIG = CONFIG_FILE;
/** The directory of the console's page in the bundle of the function that serves it, and on Lambda. */
export const DEPLOYED_PAGE = 'page';
/** What Lambda loads. */
export const ENTRY_FILE = 'index.mjs';
/** What that loads, with the parts that this in turn loads. */
export const MAIN_FILE = 'main.cjs';

const TARGET = 'node24';

interface Built {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly metafile: Metafile;
}

/**
 * What is imported dynamically becomes a file of its own, so that a cold start does not even parse what only some
 * requests need. esbuild can do that for ES modules alone; the parts are then made CommonJS, because an `import` of a
 * module that Node is built with reads every getter that it exports: of `node:http` those load Node's whole `fetch` and
 * WebSocket, ten times what `require` of it costs.
 */
const build = (entry: string): Built => {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: { main: entry },
    // A name inside the repository: the source map is then the same on every machine.
    outdir: 'cdk.out/bundle',
    outExtension: { '.js': '.cjs' },
    chunkNames: 'part-[hash]',
    write: false,
    // Where node_modules is a link, the source map would else say where to.
    preserveSymlinks: true,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: TARGET,
    format: 'esm',
    mainFields: ['module', 'main'],
    alias: STAND_INS,
    minify: true,
    sourcemap: 'inline',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  });
  const files = outputFiles.flatMap(({ path, text }) => {
    const name = basename(path);
    const { code, map } = transformSync(text, {
      sourcefile: name,
      platform: 'node',
      target: TARGET,
      format: 'cjs',
      supported: { 'dynamic-import': false },
      minify: true,
      sourcemap: 'external',
      sourcesContent: false,
      legalComments: 'none',
      logLevel: 'silent',
    });
    return [
      { name, text: `${code}//# sourceMappingURL=${name}.map\n` },
      { name: `${name}.map`, text: map },
    ];
  });
  return {
    files: [{ name: ENTRY_FILE, text: readFileSync(join(ROOT, 'infra/entry.mjs'), 'utf8') }, ...files],
    metafile,
  };
};

/** Installations differ in their configuration only, so that each entry is built once, however many are synthesized. */
const built = new Map<string, Built>();

/**
 * Writes a function's whole deployment package into a directory: minified modules with everything that it imports (the
 * SDK too, so that what was tested is what runs), their source maps, and the validated configuration.
 */
export const bundleFunction = (
  { entry, environment }: Pick<FunctionDescription, 'entry' | 'environment'>,
  config: Config,
  directory: string,
): Metafile => {
  const result = built.get(entry) ?? build(entry);
  built.set(entry, result);
  mkdirSync(directory, { recursive: true });
  for (const { name, text } of result.files) writeFileSync(join(directory, name), text);
  writeFileSync(join(directory, CONFIG_FILE), `${JSON.stringify(config, null, 2)}\n`);
  if ('CONSOLE_FILES' in environment.shape) addPage(join(directory, DEPLOYED_PAGE));
  return result.metafile;
};

/** The page as it was built from what is here now, each file in all its forms. */
const addPage = (directory: string): void => {
  const page = buildConsoleSync();
  for (const entry of readdirSync(page, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = join(directory, relative(page, path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(path));
  }
};

/** The names of a package's scripts, without its entry. */
export const scriptsOf = ({ outputs }: Metafile): readonly string[] =>
  Object.keys(outputs)
    .map((path) => basename(path))
    .filter((name) => name.endsWith('.cjs'));

/** The names of the files that a function loads before its first event: all but what is imported when it is needed. */
export const loadedAtStart = ({ outputs }: Metafile): readonly string[] => {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const names = new Set<string>();
  const add = (name: string): void => {
    const output = byName.get(name);
    if (!output || names.has(name)) return;
    names.add(name);
    for (const { path, kind, external } of output.imports)
      if (kind === 'import-statement' && !external) add(basename(path));
  };
  add(MAIN_FILE);
  return [...names];
};
