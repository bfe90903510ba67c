import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync, type Metafile } from 'esbuild';
import type { FunctionDescription } from '../functions/manifest.ts';
import type { Config } from '../shared/config/schema.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The configuration's name in the bundle. */
export const CONFIG_FILE = 'claywatch.config.json';
/** Its path on Lambda, where a function runs in the directory of its package, wherever that is. */
export const DEPLOYED_CONFIG = CONFIG_FILE;

/** Some dependencies are CommonJS and call `require`; stack traces then name our sources. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'process.setSourceMapsEnabled(true);',
].join('');

const build = (entry: string) =>
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    // A name inside the repository: the source map is then the same on every machine.
    outfile: 'cdk.out/bundle/index.mjs',
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  });

/** Installations differ in their configuration only, so that each entry is built once, however many are synthesized. */
const built = new Map<string, ReturnType<typeof build>>();

/**
 * Writes a function's whole deployment package into a directory: one minified module with everything that it imports
 * (the SDK too, so that what was tested is what runs), its source map, and the validated configuration.
 */
export const bundleFunction = (
  { entry }: FunctionDescription,
  config: Config,
  directory: string,
): Metafile => {
  const result = built.get(entry) ?? build(entry);
  built.set(entry, result);
  const { outputFiles, metafile } = result;
  mkdirSync(directory, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(directory, basename(path)), contents);
  writeFileSync(join(directory, CONFIG_FILE), `${JSON.stringify(config, null, 2)}\n`);
  return metafile;
};
