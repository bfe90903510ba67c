import { configSchema } from '../shared/config/schema.ts';
import { foldSample } from '../shared/credits/fold.ts';
import { meterRunOut } from '../shared/credits/run-out.ts';
import { NO_CREDITS } from '../shared/credits/state.ts';
import type { Quantiles } from '../shared/forecast/quantiles.ts';
import { seededRandom } from '../shared/forecast/random.ts';
import { webhookCapacity } from '../shared/rows/capacity.ts';
import type { FeedSnapshot } from '../shared/rows/snapshot.ts';
import { arrivals, type Dice, dice, type Scenario, SLICE } from './arrivals.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PER_HOUR = HOUR / SLICE;
const FUTURE_DAYS = 90;
const LIFE_DAYS = 56;

/** Where a forecast stands: slices from when history is known, and the slice that is now. */
interface Moment {
  readonly from: number;
  readonly at: number;
  readonly start: number;
  readonly now: number;
}

/** One forecast beside what happened. */
export interface Trial {
  readonly what: 'webhook' | 'credits';
  readonly scenario: Scenario;
  readonly now: number;
  readonly forecast: Quantiles;
  /** When it truly was reached; null: not within 90 days. */
  readonly truth: number | null;
  /** The straight line of the last 24 hours, and of the last 7 days. */
  readonly straight: { readonly day: number | null; readonly week: number | null };
}

const sum = (values: Float64Array, from: number, to: number): number => {
  let total = 0;
  for (let index = Math.max(0, from); index < to; index += 1) total += values[index] ?? 0;
  return total;
};

const reachedAt = (slices: Float64Array, from: number, amount: number, start: number): number | null => {
  let done = 0;
  for (let index = from; index < slices.length; index += 1) {
    const rows = slices[index] ?? 0;
    if (done + rows >= amount) return start + (index + (amount - done) / rows) * SLICE;
    done += rows;
  }
  return null;
};

const straightLine = (
  slices: Float64Array,
  { from, at, now }: Moment,
  amount: number,
  days: number,
): number | null => {
  const begin = Math.max(from, at - days * 24 * PER_HOUR);
  const perDay = (sum(slices, begin, at) * 24 * PER_HOUR) / (at - begin);
  const time = now + (amount / perDay) * DAY;
  return perDay > 0 && time < now + FUTURE_DAYS * DAY ? time : null;
};

const emptySnapshot = (now: number, submitted: number): Omit<FeedSnapshot, 'webhooks' | 'hours'> => ({
  feed: 'leads',
  asOf: now,
  totals: {
    submitted,
    calledBack: 0,
    unannounced: 0,
    results: { hit: 0, missed: 0, skipped: 0, failed: 0 },
    credits: 0,
    actions: 0,
  },
  windows: [],
  outstanding: { ages: [], total: 0, oldestAt: null },
  cohort: { submitted: 0, cameBack: 0, from: now, matureBefore: now },
  lastSubmissionAt: now,
  lastCallbackAt: null,
  repeats: [],
});

const snapshotOf = (slices: Float64Array, { from, at, start, now }: Moment): FeedSnapshot => {
  const hours = new Map<number, number>();
  for (let index = from; index < at; index += 1) {
    const time = start + index * SLICE;
    const hour = time - (time % HOUR);
    hours.set(hour, (hours.get(hour) ?? 0) + (slices[index] ?? 0));
  }
  const submitted = sum(slices, from, at);
  return {
    ...emptySnapshot(now, submitted),
    webhooks: [{ webhook: 'leads-1', accepted: submitted, unknown: 0 }],
    hours: [...hours]
      .filter(([, rows]) => rows > 0)
      .map(([hour, rows]) => ({ start: hour, submitted: { 'leads-1': rows }, credits: 0 })),
  };
};

/** About one in twelve days: renewals and top-ups. */
const REFILLS_PER_SLICE = 1 / (12 * 96);

const webhookForecast = (snapshot: FeedSnapshot, remaining: number, seed: number): Quantiles | null => {
  const accepted = snapshot.webhooks[0]?.accepted ?? 0;
  const feed = configSchema.shape.feeds.parse({
    leads: {
      webhooks: [{ id: 'leads-1', url: 'env:UNUSED', limit: Math.min(10_000_000, accepted + remaining) }],
    },
  }).leads;
  const webhook = feed?.webhooks[0];
  if (!webhook) return null;
  const reach = webhookCapacity(webhook, snapshot, snapshot.asOf, seededRandom(seed)).full?.reach;
  return reach?.kind === 'forecast' ? reach : null;
};

/** The balance as it would be sampled every fifteen minutes, with refills, folded. */
const creditsForecast = (
  spent: Float64Array,
  { from, at, start }: Moment,
  left: number,
  roll: Dice,
  seed: number,
): Quantiles | null => {
  // Backwards from what is left: a refill is a jump down then, and never to less than nothing.
  const balances = new Float64Array(at - from + 1);
  balances[at - from] = left;
  for (let index = at - 1; index >= from; index -= 1) {
    const after = balances[index + 1 - from] ?? left;
    const refill = roll() < REFILLS_PER_SLICE ? after * (0.2 + roll() * 0.7) : 0;
    balances[index - from] = after - refill + (spent[index] ?? 0);
  }
  let state = NO_CREDITS;
  for (let index = from; index <= at; index += 1) {
    const time = start + index * SLICE;
    const sample = {
      at: time,
      credits: balances[index - from] ?? left,
      actions: null,
      source: 'api' as const,
    };
    state = foldSample(state, sample, time);
  }
  const forecast = meterRunOut(state.credits, start + at * SLICE, { random: seededRandom(seed) });
  return forecast.kind === 'forecast' ? forecast.at : null;
};

const historyDays = (scenario: Scenario, roll: Dice): number =>
  scenario === 'young' ? 1 + roll() * 9 : 12 + roll() * 23;

/** What happened, of an amount that was chosen without a look at the future: so many hours of the usual rate. */
const chosen = (slices: Float64Array, moment: Moment, roll: Dice) => {
  const { from, at, start, now } = moment;
  const usual = sum(slices, from, at) / ((at - from) / PER_HOUR);
  const amount = Math.max(1, Math.round(usual * 2 * 360 ** roll()));
  const truth = reachedAt(slices, at, amount, start);
  return {
    amount,
    now,
    truth: truth !== null && truth < now + FUTURE_DAYS * DAY ? truth : null,
    straight: {
      day: straightLine(slices, moment, amount, 1),
      week: straightLine(slices, moment, amount, 7),
    },
  };
};

/** Forecasts at several moments of one synthetic life, beside what happened then. */
export const backtest = (scenario: Scenario, seed: number, moments: number): readonly Trial[] => {
  const roll = dice(seed * 7_919 + 13);
  const start = Date.UTC(2026, 0, 5) + Math.floor(roll() * 28) * DAY;
  const slices = arrivals(scenario, start, LIFE_DAYS + FUTURE_DAYS, roll);
  const cost = 6 + roll() * 14;
  const spent = slices.map((rows) => rows * cost * (0.5 + roll()));
  return Array.from({ length: moments }, (_, index) => {
    const at = Math.floor((36 + roll() * (LIFE_DAYS - 36)) * 24 * PER_HOUR);
    const from = at - Math.floor(historyDays(scenario, roll) * 24 * PER_HOUR);
    const moment: Moment = { from, at, start, now: start + at * SLICE };
    const rows = chosen(slices, moment, roll);
    const credits = chosen(spent, moment, roll);
    const forecasts = {
      webhook: webhookForecast(snapshotOf(slices, moment), rows.amount, seed + index),
      credits: creditsForecast(spent, moment, credits.amount, roll, seed + index),
    };
    return [
      { what: 'webhook', scenario, ...rows, forecast: forecasts.webhook },
      { what: 'credits', scenario, ...credits, forecast: forecasts.credits },
    ] as const;
  })
    .flat()
    .flatMap((trial) => (trial.forecast ? [{ ...trial, forecast: trial.forecast }] : []));
};

export interface Score {
  readonly trials: number;
  /** Share of the truths within p10 to p90. */
  readonly inside: number;
  readonly before10: number;
  readonly before50: number;
  readonly before90: number;
  /** Median of |p50 - truth| over the time to the truth. */
  readonly error: number;
  /** The same of the straight lines. */
  readonly straightDay: number;
  readonly straightWeek: number;
  /** Median width of the band, over the time to the truth. */
  readonly width: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const NEVER = Number.MAX_VALUE;

export const score = (trials: readonly Trial[]): Score => {
  const share = (of: (trial: Trial) => boolean) => trials.filter(of).length / trials.length;
  const before =
    (name: keyof Quantiles) =>
    ({ truth, forecast }: Trial) =>
      (truth ?? NEVER) < (forecast[name] ?? NEVER);
  const timed = trials.filter((trial): trial is Trial & { truth: number } => trial.truth !== null);
  const error = (of: (trial: Trial) => number | null) =>
    median(
      timed.map(
        (trial) =>
          Math.abs((of(trial) ?? trial.now + FUTURE_DAYS * DAY) - trial.truth) / (trial.truth - trial.now),
      ),
    );
  const end = ({ now, forecast }: Trial) => forecast.p90 ?? now + FUTURE_DAYS * DAY;
  return {
    trials: trials.length,
    inside: share(
      (trial) => !before('p10')(trial) && (trial.truth ?? NEVER) <= (trial.forecast.p90 ?? NEVER),
    ),
    before10: share(before('p10')),
    before50: share(before('p50')),
    before90: share(before('p90')),
    error: error(({ forecast }) => forecast.p50),
    straightDay: error(({ straight }) => straight.day),
    straightWeek: error(({ straight }) => straight.week),
    width: median(
      timed.map((trial) => (end(trial) - (trial.forecast.p10 ?? end(trial))) / (trial.truth - trial.now)),
    ),
  };
};
