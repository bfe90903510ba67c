import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import type { functionsOf } from '../functions/manifest.ts';
import { ENTRY_FILE, loadedAtStart, scriptsOf } from './bundle.ts';

export interface Budget {
  /** JavaScript that is parsed before the first event, KB of 1,024 bytes. */
  readonly startKb: number;
  /** All JavaScript of the package, KB: what an event may load later included; source maps are not. */
  readonly packageKb: number;
}

/**
 * How large each function may be: about a twentieth more than it was in November 2026. A test holds them to it, so that
 * a cold start gets no longer unnoticed; whoever adds what is worth it raises the number and says why in the commit.
 */
export const BUDGETS: Readonly<Record<keyof ReturnType<typeof functionsOf>, Budget>> = {
  callback: { startKb: 300, packageKb: 370 },
  submissions: { startKb: 290, packageKb: 360 },
  relay: { startKb: 345, packageKb: 490 },
  respond: { startKb: 335, packageKb: 405 },
  incidents: { startKb: 405, packageKb: 735 },
  report: { startKb: 410, packageKb: 600 },
  operate: { startKb: 660, packageKb: 850 },
  replay: { startKb: 65, packageKb: 500 },
  statuspage: { startKb: 365, packageKb: 415 },
  console: { startKb: 265, packageKb: 370 },
  forward: { startKb: 65, packageKb: 460 },
  notify: { startKb: 80, packageKb: 415 },
  rotate: { startKb: 125, packageKb: 615 },
  watch: { startKb: 245, packageKb: 1_070 },
};

export interface PackageSize extends Budget {
  /** What is loaded at start, compressed as it is sent to Lambda, KB. */
  readonly startGzipKb: number;
}

const KB = 1_024;

/** The size of a package that `bundleFunction` has written. */
export const sizeOf = (directory: string, metafile: Metafile): PackageSize => {
  const read = (names: readonly string[]) => names.map((name) => readFileSync(join(directory, name)));
  const kbOf = (files: readonly Buffer[]) => files.reduce((sum, { length }) => sum + length, 0) / KB;
  const start = read([ENTRY_FILE, ...loadedAtStart(metafile)]);
  return {
    startKb: kbOf(start),
    startGzipKb: kbOf(start.map((file) => gzipSync(file))),
    packageKb: kbOf(read([ENTRY_FILE, ...scriptsOf(metafile)])),
  };
};
