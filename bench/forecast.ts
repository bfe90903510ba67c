/**
 * Back-tests the forecasts of webhooks (rows to a limit) and of credits (balance to zero) on synthetic arrivals, and
 * says how often the truth lay within p10 to p90.
 *
 * The constants of the forecast were chosen on the seeds of `--tuning`; what is reported is measured on others.
 *
 * Usage: npm run bench:forecast -- [seeds per scenario] [--tuning]
 */
import { SCENARIOS } from './arrivals.ts';
import { backtest, type Score, score, type Trial } from './backtest.ts';

const HOUR = 3_600_000;
const TUNING_SEEDS = 1_000;
const REPORT_SEEDS = 500_000;
const DEFAULT_SEEDS = 60;
const MOMENTS = 4;
const GOAL = { least: 0.75, most: 0.85 };

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(8);

const line = (
  name: string,
  { trials, inside, before10, before50, before90, error, straightDay, straightWeek, width }: Score,
) =>
  [
    name.padEnd(18),
    String(trials).padStart(6),
    percent(inside),
    percent(before10),
    percent(before50),
    percent(before90),
    percent(error),
    percent(straightDay),
    percent(straightWeek),
    width.toFixed(2).padStart(7),
  ].join('');

/** By the lead that the forecast names: by the true one, the short leads would be those that came early. */
const leadOf = ({ now, forecast }: Trial): string => {
  const hours = ((forecast.p50 ?? Number.POSITIVE_INFINITY) - now) / HOUR;
  if (hours <= 6) return 'a: up to 6 h';
  if (hours <= 24) return 'b: up to 1 day';
  if (hours <= 24 * 7) return 'c: up to 1 week';
  return hours <= 24 * 30 ? 'd: up to 30 days' : 'e: later';
};

const table = (title: string, trials: readonly Trial[], by: (trial: Trial) => string): void => {
  console.log(`\n${title.padEnd(18)}trials  p10-p90    <p10    <p50    <p90   error    24 h 7 days  width`);
  const groups = Map.groupBy(trials, by);
  for (const name of [...groups.keys()].sort()) console.log(line(name, score(groups.get(name) ?? [])));
};

const main = (args: readonly string[]): number => {
  const tuning = args.includes('--tuning');
  const seeds = Number(args.find((arg) => /^\d+$/.test(arg)) ?? DEFAULT_SEEDS);
  const first = tuning ? TUNING_SEEDS : REPORT_SEEDS;
  const startedAt = performance.now();
  const trials = SCENARIOS.flatMap((scenario, place) =>
    Array.from({ length: seeds }, (_, index) =>
      backtest(scenario, first + place * 10_000 + index, MOMENTS),
    ).flat(),
  );
  console.log(
    `${trials.length} forecasts, ${seeds} ${tuning ? 'tuning' : 'report'} seeds for each scenario, ` +
      `${((performance.now() - startedAt) / 1_000).toFixed(0)} s. Goal: ${GOAL.least * 100}-${GOAL.most * 100} % within p10-p90; ` +
      'error: median of |p50 - truth| / lead; 24 h, 7 days: the same of a straight line through them.',
  );
  table('scenario', trials, ({ scenario }) => scenario);
  table('what', trials, ({ what }) => what);
  table('lead of p50', trials, leadOf);
  table('all', trials, () => 'all');
  const { inside } = score(trials);
  const good = inside >= GOAL.least && inside <= GOAL.most;
  console.log(`\n${good ? 'met' : 'NOT met'}: ${percent(inside).trim()} within p10-p90`);
  return good ? 0 : 1;
};

process.exitCode = main(process.argv.slice(2));
