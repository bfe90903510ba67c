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
 *
 * A new function needs a line here, and these rules, which keep its start under three quarters of a plain handler's
 * (`npm run bench:coldstart` shows it; docs/cost.md says what is worth how much):
 *
 * - `handler.ts` and `dependencies.ts` import what the first event needs until its first connection, and nothing else.
 *   That is loaded by Lambda's init, which has more processor than the function's memory buys afterwards.
 * - What is needed after that comes by `later` (functions/later.ts) where somebody waits: it is loaded while the first
 *   answer is on its way. For what only some events need, `await import(…)` where it is needed.
 * - The environment and events are read by `zod/mini`, the configuration by `readConfig`; lines are written by
 *   `createLogger`. None of these may pull in `zod`, the schema of the configuration, CEL or a calendar.
 * - Files are read by `node:fs`; what else is not on Lambda what it is elsewhere is in `stand-ins.ts`.
 * - `callback` and `relay` stay the lowest: a row waits for them.
 */
export const BUDGETS: Readonly<Record<keyof ReturnType<typeof functionsOf>, Budget>> = {
  callback: { startKb: 215, packageKb: 350 },
  relay: { startKb: 240, packageKb: 475 },
  submissions: { startKb: 285, packageKb: 340 },
  incidents: { startKb: 300, packageKb: 720 },
  respond: { startKb: 330, packageKb: 385 },
  report: { startKb: 225, packageKb: 580 },
  operate: { startKb: 370, packageKb: 830 },
  replay: { startKb: 40, packageKb: 480 },
  statuspage: { startKb: 345, packageKb: 400 },
  console: { startKb: 245, packageKb: 355 },
  notify: { startKb: 320, packageKb: 390 },
  rotate: { startKb: 320, packageKb: 590 },
  forward: { startKb: 325, packageKb: 435 },
  watch: { startKb: 370, packageKb: 1_055 },
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
