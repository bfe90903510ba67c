import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { controlsIn, type Package, packagesIn } from './coldstart-packages.ts';
import { percentile } from './report.ts';

/*
 * How long each function takes to load, bundled exactly as it is deployed, in fresh processes, beside two controls in
 * the same rounds: an empty handler, and a plain one with the DynamoDB client as CDK bundles by default. "By default"
 * has two readings, the SDK in the package or the runtime's own; the faster of them in this run counts.
 *
 * Times are the processor's (user and system), because a busy machine stretches the wall clock. `start` is loading, which
 * is what Lambda's init does of ours; `first event` adds what the first event loads and does until its first connection.
 *
 * Usage: npm run bench:coldstart [-- --rounds 9] [-- --json]. Fails when a function is larger than its budget
 * (infra/budgets.ts); never for its time.
 */

/** The goal: a part of what the plain handler takes. */
const GOAL = 0.75;
const ROUNDS = 9;

const run = promisify(execFile);
const LOADER = fileURLToPath(new URL('./coldstart-load.mjs', import.meta.url));
const optionOf = (name: string): string | undefined => process.argv[process.argv.indexOf(name) + 1];
const asJson = process.argv.includes('--json');
const rounds = process.argv.includes('--rounds') ? Number(optionOf('--rounds')) : ROUNDS;

interface Taken {
  readonly cpuMs: number;
  readonly wallMs: number;
}
interface Sample {
  readonly loaded: Taken;
  readonly first?: Taken;
}

const load = async ({ file, event, env }: Package, withEvent: boolean): Promise<Sample> => {
  const args = [LOADER, file, ...(withEvent ? [JSON.stringify(event)] : [])];
  const { stdout } = await run(process.execPath, args, { env: { ...env }, timeout: 120_000 });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
};

interface Measured {
  readonly name: string;
  readonly startCpuMs: number;
  readonly startWallMs: number;
  readonly firstCpuMs: number | null;
}

const measure = async (packages: readonly Package[]): Promise<readonly Measured[]> => {
  const loads = new Map<string, Taken[]>(packages.map(({ name }) => [name, []]));
  const firsts = new Map<string, Taken[]>(packages.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of packages) {
      loads.get(one.name)?.push((await load(one, false)).loaded);
      const first = one.event === undefined ? undefined : (await load(one, true)).first;
      if (first) firsts.get(one.name)?.push(first);
    }
  }
  const median = (taken: readonly Taken[] = [], of: keyof Taken) =>
    percentile(
      taken.map((one) => one[of]),
      0.5,
    );
  return packages.map(({ name, event }) => ({
    name,
    startCpuMs: median(loads.get(name), 'cpuMs'),
    startWallMs: median(loads.get(name), 'wallMs'),
    firstCpuMs: event === undefined ? null : median(firsts.get(name), 'cpuMs'),
  }));
};

const WIDTHS = [30, 9, 8, 8, 9, 10, 9, 12];
const row = (cells: readonly string[]): void =>
  console.log(
    cells.map((cell, at) => (at === 0 ? cell.padEnd(30) : cell.padStart(WIDTHS[at] ?? 9))).join(' '),
  );
const ms = (value: number | null): string => (value === null ? '' : value.toFixed(1));
const kb = (value: number | undefined): string => value?.toFixed(0) ?? '';

const bench = async (directory: string): Promise<void> => {
  const { empty, plain } = controlsIn(directory);
  const functions = packagesIn(directory);
  const measured = await measure([empty, ...plain, ...functions]);
  const cpuOf = (name: string) => measured.find((one) => one.name === name)?.startCpuMs ?? Number.NaN;
  const control = Math.min(...plain.map(({ name }) => cpuOf(name)));
  const rows = measured.map((one) => {
    const { size, budget } = functions.find(({ name }) => name === one.name) ?? {};
    const within = !size || !budget || (size.startKb <= budget.startKb && size.packageKb <= budget.packageKb);
    return { ...one, ratio: one.startCpuMs / control, size, budget, within };
  });
  const tooLarge = rows.filter(({ within }) => !within).map(({ name }) => name);
  const tooSlow = rows.filter(({ size, ratio }) => size && ratio >= GOAL).map(({ name }) => name);
  if (tooLarge.length > 0) process.exitCode = 1;
  if (asJson) {
    console.log(
      JSON.stringify({ node: process.version, rounds, goal: GOAL, controlCpuMs: control, rows }, null, 2),
    );
    return;
  }
  const [busy = 0] = loadavg();
  console.log(
    `Node ${process.version}, ${availableParallelism()} processors, load ${busy.toFixed(1)}; medians of ${rounds} rounds.\n`,
  );
  row(['', 'start KB', 'gzip', 'package', 'budget', 'start CPU', 'of plain', 'first event']);
  for (const { name, size, budget, within, ...times } of rows) {
    const limit = budget ? `${budget.startKb}/${budget.packageKb}` : '';
    row([
      within ? name : `${name}, TOO LARGE`,
      kb(size?.startKb),
      kb(size?.startGzipKb),
      kb(size?.packageKb),
      limit,
      ms(times.startCpuMs),
      times.ratio.toFixed(2),
      ms(times.firstCpuMs),
    ]);
  }
  console.log(
    `\nGoal: every function under ${GOAL} of the faster plain handler (${control.toFixed(1)} ms): ${
      tooSlow.length === 0 ? 'kept' : `MISSED by ${tooSlow.join(', ')}`
    }. Sizes: ${tooLarge.length === 0 ? 'within their budgets' : `${tooLarge.join(', ')} over`}.`,
  );
};

const directory = await mkdtemp(join(tmpdir(), 'claywatch-coldstart-'));
try {
  await bench(directory);
} finally {
  await rm(directory, { recursive: true, force: true });
}
