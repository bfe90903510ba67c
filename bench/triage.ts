/**
 * The runbook's triage script and `claywatch triage`, as processes side by side on the same endpoints.
 *
 * Usage: npm run bench:triage -- [runs]
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Delays, type Endpoints, startEndpoints } from './endpoints.ts';

/** What the endpoints take is assumed, and the same for both: these are not measurements of Clay. */
const SCENARIOS: Readonly<Record<string, Delays>> = {
  healthy: { web: 450, api: 300, webhook: 350, callback: 200, status: 300, connectivity: 100 },
  'slow Clay': { web: 2_400, api: 1_800, webhook: 2_000, callback: 200, status: 900, connectivity: 100 },
};
const DEFAULT_RUNS = 7;
/** The promise of the project: the checks take hardly longer than the slowest of them. */
const PROMISED_RATIO = 1.15;

interface Result {
  readonly wallMs: number;
  readonly stdout: string;
}

const run = (command: string, args: readonly string[], env: Record<string, string>): Promise<Result> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command, args, {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.on('error', reject);
    child.on('close', () => resolve({ wallMs: performance.now() - startedAt, stdout }));
  });

interface Sample {
  readonly script: number;
  readonly claywatch: number;
  readonly checks: number;
  readonly slowest: number;
}

const measure = async (endpoints: Endpoints, configPath: string): Promise<Sample> => {
  const variables = {
    CLAY_WEBHOOK_URL: endpoints.webhookUrl,
    CLAY_API_KEY: 'not-a-real-key',
    CLAY_CALLBACK_URL: endpoints.callbackUrl,
  };
  const here = import.meta.dirname;
  const script = await run('bash', [join(here, 'runbook-triage.sh')], {
    ...variables,
    CLAY_WEB_URL: endpoints.origin,
    CLAY_API_URL: endpoints.origin,
  });
  // The script posts a row, so the same is asked of Claywatch.
  const args = [
    join(here, '../cli/bin.js'),
    'triage',
    '--json',
    '--config',
    configPath,
    '--webhook-check',
    'row',
  ];
  const claywatch = await run(process.execPath, args, variables);
  const { wallMs, slowestMs, conclusion } = JSON.parse(claywatch.stdout);
  if (conclusion !== 'healthy' || !script.stdout.includes('Callback: HTTP 200')) {
    throw new Error('the endpoints were not seen as healthy; the times would mean nothing');
  }
  return { script: script.wallMs, claywatch: claywatch.wallMs, checks: wallMs, slowest: slowestMs };
};

const configOf = ({ origin }: Endpoints) => ({
  clay: { webUrl: origin, apiUrl: origin, publicApiUrl: `${origin}/public/v0`, statusPageUrl: origin },
  connectivity: { urls: [`${origin}/generate_204`] },
});

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
};

const ms = (value: number): string => `${Math.round(value)} ms`;
const times = (value: number): string => `${value.toFixed(2)} x`;

const report = (name: string, samples: readonly Sample[]): void => {
  const of = (pick: (sample: Sample) => number) => median(samples.map(pick));
  const ratio = of(({ checks, slowest }) => checks / slowest);
  const rows = [
    ["runbook's script, whole process", ms(of(({ script }) => script))],
    ['claywatch triage, whole process', ms(of(({ claywatch }) => claywatch))],
    ['  script / claywatch', times(of(({ script, claywatch }) => script / claywatch))],
    ['claywatch triage, its checks', ms(of(({ checks }) => checks))],
    ['  slowest check', ms(of(({ slowest }) => slowest))],
    [`  checks / slowest (promised: ${PROMISED_RATIO})`, times(ratio)],
    ['  script / checks', times(of(({ script, checks }) => script / checks))],
  ] as const;
  console.log(`\n${name}: medians of ${samples.length} interleaved runs`);
  for (const [label, value] of rows) console.log(`  ${label.padEnd(38)}${value.padStart(10)}`);
};

const bench = async (name: string, delays: Delays, runs: number): Promise<void> => {
  const endpoints = await startEndpoints(delays);
  const directory = await mkdtemp(join(tmpdir(), 'claywatch-bench-'));
  try {
    const configPath = join(directory, 'bench.json');
    await writeFile(configPath, JSON.stringify(configOf(endpoints)));
    // One run beforehand fills the caches of both, and is not counted.
    await measure(endpoints, configPath);
    const samples: Sample[] = [];
    for (let index = 0; index < runs; index += 1) samples.push(await measure(endpoints, configPath));
    report(name, samples);
  } finally {
    endpoints.close();
    await rm(directory, { recursive: true, force: true });
  }
};

const runs = Number(process.argv[2] ?? DEFAULT_RUNS);
if (!Number.isInteger(runs) || runs < 1 || runs > 100) {
  console.error(`error usage.invalid: the number of runs must be a whole number from 1 to 100.`);
  process.exitCode = 64;
} else if (spawnSync('curl', ['--version']).error) {
  console.error(
    "curl is not installed, and the runbook's script needs it: there is nothing to compare with.",
  );
  process.exitCode = 2;
} else {
  console.log('Endpoints on this machine with assumed delays (ms); the script asks 4, claywatch 8, at once.');
  for (const [name, delays] of Object.entries(SCENARIOS)) {
    console.log(
      `  ${name}: ${Object.entries(delays)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ')}`,
    );
  }
  for (const [name, delays] of Object.entries(SCENARIOS)) await bench(name, delays, runs);
}
