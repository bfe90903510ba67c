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
 * Two figures: `start` is loading, which is what Lambda's init does of ours; `first` is loading and the first event up to
 * its first connection, so that nothing is won by putting off what is needed at once. Each round loads everything once,
 * in an order that changes, and compares with the control of the same round: a machine that is busy for a while is so for
 * both. Times are the processor's (user and system), because others stretch the wall clock. Of the rounds the median
 * counts; the minimum stands beside it, as what is least disturbed.
 *
 * Usage: npm run bench:coldstart [-- --rounds 15] [-- --json]. Fails when a function is larger than its budget
 * (infra/budgets.ts); never for its time.
 */

/** The goal: a part of what the plain handler takes to start. */
const GOAL = 0.75;
/** For these a row waits: nothing should be quicker. */
const LOWEST: readonly string[] = ['callback', 'relay'];
/** Nearer to each other than this, of the plain handler, the bench cannot tell them apart: runs differ by as much. */
const ALIKE = 0.03;
const ROUNDS = 15;

const run = promisify(execFile);
const LOADER = fileURLToPath(new URL('./coldstart-load.mjs', import.meta.url));
const optionOf = (name: string): string | undefined => process.argv[process.argv.indexOf(name) + 1];
const asJson = process.argv.includes('--json');
const rounds = process.argv.includes('--rounds') ? Number(optionOf('--rounds')) : ROUNDS;

/** What a process took of the processor, ms. */
interface Sample {
  readonly start: number;
  readonly first: number;
}
const KINDS = ['start', 'first'] as const;

const load = async ({ file, event, env }: Package): Promise<Sample> => {
  const args = [LOADER, file, JSON.stringify(event)];
  const { stdout } = await run(process.execPath, args, { env: { ...env }, timeout: 120_000 });
  const { loaded, first } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  return { start: loaded.cpuMs, first: first.cpuMs };
};

type Round = ReadonlyMap<string, Sample>;

/** One after the other, so that none takes the other's processor; every round begins with another one. */
const measure = async (packages: readonly Package[]): Promise<readonly Round[]> => {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = (round * 5) % packages.length;
    const samples = new Map<string, Sample>();
    for (const one of [...packages.slice(from), ...packages.slice(0, from)])
      samples.set(one.name, await load(one));
    measured.push(samples);
  }
  return measured;
};

interface Figure {
  readonly medianMs: number;
  readonly minimumMs: number;
  /** Of the control: the median of the rounds' own ratios, and minimum by minimum. */
  readonly ofPlain: number;
  readonly ofPlainAtBest: number;
}

const valuesOf = (measured: readonly Round[], name: string, kind: keyof Sample): readonly number[] =>
  measured.map((round) => round.get(name)?.[kind] ?? Number.NaN);

const figureOf = (values: readonly number[], plain: readonly number[]): Figure => ({
  medianMs: percentile(values, 0.5),
  minimumMs: Math.min(...values),
  ofPlain: percentile(
    values.map((value, round) => value / (plain[round] ?? Number.NaN)),
    0.5,
  ),
  ofPlainAtBest: Math.min(...values) / Math.min(...plain),
});

type Row = Readonly<Record<(typeof KINDS)[number], Figure>> & {
  readonly name: string;
  readonly size?: Package['size'];
  readonly budget?: Package['budget'];
};

const isWithin = ({ size, budget }: Pick<Row, 'size' | 'budget'>): boolean =>
  !size || !budget || (size.startKb <= budget.startKb && size.packageKb <= budget.packageKb);

const ranked = (rows: readonly Row[], kind: keyof Sample): readonly string[] =>
  rows
    .filter(({ size }) => size)
    .toSorted((one, other) => one[kind].ofPlain - other[kind].ofPlain)
    .map(({ name }) => name);

interface Goal {
  readonly text: string;
  /** What does not keep it. */
  readonly missedBy: readonly string[];
}

const goalsOf = (rows: readonly Row[]): readonly Goal[] => {
  const functions = rows.filter(({ size }) => size);
  const slow = (of: 'ofPlain' | 'ofPlainAtBest') =>
    functions.filter(({ start }) => !(start[of] < GOAL)).map(({ name }) => name);
  const before = (kind: keyof Sample) => {
    const of = (row: Row | undefined) => row?.[kind].ofPlain ?? Number.NaN;
    const last = Math.max(...LOWEST.map((name) => of(functions.find((row) => row.name === name))));
    return functions
      .filter((row) => !LOWEST.includes(row.name) && of(row) < last - ALIKE)
      .map(({ name }) => name);
  };
  const lowest = LOWEST.join(' and ');
  return [
    { text: `start under ${GOAL} of plain, median`, missedBy: slow('ofPlain') },
    { text: `start under ${GOAL} of plain, minimum`, missedBy: slow('ofPlainAtBest') },
    { text: `${lowest} lowest by start (within ${ALIKE})`, missedBy: before('start') },
    { text: `${lowest} lowest by start and first event (within ${ALIKE})`, missedBy: before('first') },
    { text: 'sizes within budgets', missedBy: rows.filter((row) => !isWithin(row)).map(({ name }) => name) },
  ];
};

const WIDTHS = [29, 9, 7, 9, 7, 9, 8, 10, 9, 9, 8, 10, 9];
const line = (cells: readonly string[]): void =>
  console.log(
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(WIDTHS[0] ?? 0) : cell.padStart(WIDTHS[at] ?? 9)))
      .join(''),
  );
const kb = (value: number | undefined): string => value?.toFixed(0) ?? '';
const figures = ({ medianMs, minimumMs, ofPlain, ofPlainAtBest }: Figure): readonly string[] => [
  medianMs.toFixed(1),
  minimumMs.toFixed(1),
  ofPlain.toFixed(2),
  ofPlainAtBest.toFixed(2),
];

const print = (rows: readonly Row[], goals: readonly Goal[]): void => {
  const [busy = 0] = loadavg();
  console.log(
    `Node ${process.version}, ${availableParallelism()} processors, load ${busy.toFixed(1)}; ${rounds} rounds. ` +
      'ms of the processor.\n',
  );
  const half = ['median', 'min', 'of plain', 'at best'];
  line(['', 'start KB', 'of', 'package', 'of', 'start:', '', '', '', 'first:']);
  line(['', '', '', '', '', ...half, ...half]);
  for (const { name, size, budget, start, first } of rows)
    line([
      name,
      kb(size?.startKb),
      kb(budget?.startKb),
      kb(size?.packageKb),
      kb(budget?.packageKb),
      ...figures(start),
      ...figures(first),
    ]);
  console.log(`\nBy start:                 ${ranked(rows, 'start').join(', ')}`);
  console.log(`By start and first event: ${ranked(rows, 'first').join(', ')}\n`);
  for (const { text, missedBy } of goals)
    console.log(
      `${missedBy.length === 0 ? 'kept  ' : 'MISSED'}  ${text}${missedBy.length === 0 ? '' : `: ${missedBy.join(', ')}`}`,
    );
};

const bench = async (directory: string): Promise<void> => {
  const { empty, plain } = controlsIn(directory);
  const packages = [empty, ...plain, ...packagesIn(directory)];
  const measured = await measure(packages);
  const startOf = ({ name }: Package) => percentile(valuesOf(measured, name, 'start'), 0.5);
  const control = plain.toSorted((one, other) => startOf(one) - startOf(other))[0]?.name ?? '';
  const rows = packages.map(({ name, size, budget }): Row => {
    const figure = (kind: keyof Sample) =>
      figureOf(valuesOf(measured, name, kind), valuesOf(measured, control, kind));
    return {
      name,
      start: figure('start'),
      first: figure('first'),
      ...(size && { size }),
      ...(budget && { budget }),
    };
  });
  const goals = goalsOf(rows);
  if (!rows.every(isWithin)) process.exitCode = 1;
  if (asJson)
    console.log(JSON.stringify({ node: process.version, rounds, goal: GOAL, control, rows, goals }, null, 2));
  else print(rows, goals);
};

const directory = await mkdtemp(join(tmpdir(), 'claywatch-coldstart-'));
try {
  await bench(directory);
} finally {
  await rm(directory, { recursive: true, force: true });
}
