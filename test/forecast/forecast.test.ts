import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../bench/arrivals.ts';
import { backtest, score } from '../../bench/backtest.ts';
import { crossingTimes } from '../../shared/forecast/crossing.ts';
import { type HourAmount, learnPattern, type Pattern } from '../../shared/forecast/pattern.ts';
import { quantilesOf, shareBefore } from '../../shared/forecast/quantiles.ts';
import { seededRandom } from '../../shared/forecast/random.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Wednesday. */
const NOW = Date.UTC(2026, 10, 18, 14);

const hourly = (days: number, amount: (at: number) => number): readonly HourAmount[] =>
  Array.from({ length: days * 24 }, (_, index) => {
    const start = NOW - (days * 24 - index) * HOUR;
    return { start, amount: amount(start), observedMs: HOUR };
  });
const learned = (history: readonly HourAmount[]): Pattern => {
  const pattern = learnPattern(history, NOW);
  if (!pattern) throw new Error('nothing was learned');
  return pattern;
};
const inHours = (history: readonly HourAmount[], amount: number) => {
  const [times = new Float64Array()] = crossingTimes(learned(history), NOW, [amount], {
    random: seededRandom(1),
  });
  const { p10, p50, p90 } = quantilesOf(times);
  const hours = (at: number | null) => (at === null ? Number.POSITIVE_INFINITY : (at - NOW) / HOUR);
  return { p10: hours(p10), p50: hours(p50), p90: hours(p90) };
};
const utcHour = (at: number): number => new Date(at).getUTCHours();
const isWeekend = (at: number): boolean => [0, 6].includes(new Date(at).getUTCDay());

describe('the forecast', () => {
  it('holds the truth within p10 and p90 about four times in five, and is as often late as early', () => {
    const trials = SCENARIOS.flatMap((scenario, place) =>
      Array.from({ length: 12 }, (_, index) => backtest(scenario, 900_000 + place * 1_000 + index, 4)).flat(),
    );
    const { inside, before50, error, straightWeek } = score(trials);
    expect(trials.length).toBeGreaterThan(400);
    expect(inside).toBeGreaterThan(0.68);
    expect(inside).toBeLessThan(0.9);
    expect(before50).toBeGreaterThan(0.35);
    expect(before50).toBeLessThan(0.65);
    expect(error).toBeLessThan(straightWeek);
  });

  it('knows nights: an amount of three hours of work in the evening is reached the next day', () => {
    const office = hourly(21, (at) => (utcHour(at) >= 8 && utcHour(at) < 16 && !isWeekend(at) ? 100 : 0));
    // Two hours are left of today, until 16:00; the third is from 8:00 to 9:00 tomorrow.
    expect(inHours(office, 300).p50).toBeGreaterThan(17);
    expect(inHours(office, 300).p50).toBeLessThan(20);
  });

  it('follows a change of level within days, and says that it is not sure', () => {
    const doubled = hourly(21, (at) => (at >= NOW - 4 * DAY ? 200 : 100));
    const { p10, p50, p90 } = inHours(doubled, 200 * 72);
    expect(p50).toBeLessThan(110);
    expect(p10).toBeLessThan(85);
    expect(p90 - p10).toBeGreaterThan(20);
  });

  it('takes a burst that is going on for one that may go on', () => {
    const burst = hourly(21, (at) => (at >= NOW - 2 * HOUR ? 1_000 : 20));
    expect(inHours(burst, 500).p10).toBeLessThan(2);
    expect(inHours(burst, 500).p10).toBeLessThan(
      inHours(
        hourly(21, () => 20),
        500,
      ).p10 / 4,
    );
  });

  it('does not know weekends that it has not seen: they may be as quiet as most are', () => {
    const friday = NOW + 2 * DAY;
    const history = hourly(4, () => 100).map((hour) => ({ ...hour, start: hour.start + 2 * DAY }));
    const pattern = learnPattern(history, friday);
    if (!pattern) throw new Error('nothing was learned');
    // Reached on Sunday at 0:00 if the weekend is like any day; what is not known of the level alone ends before noon.
    const [times = new Float64Array()] = crossingTimes(pattern, friday, [3_400], { random: seededRandom(1) });
    expect(((quantilesOf(times).p90 ?? 0) - friday) / HOUR).toBeGreaterThan(60);
  });

  it('fills hours that were not seen with what is usual', () => {
    const all = hourly(21, () => 100);
    const half = all.filter((_, index) => index % 3 !== 0);
    const { p50 } = inHours(half, 4_800);
    expect(p50).toBeGreaterThan(40);
    expect(p50).toBeLessThan(56);
  });

  it('learns nothing from nothing', () => {
    expect(learnPattern([], NOW)).toBeNull();
    expect(learnPattern([{ start: NOW, amount: 5, observedMs: 0 }], NOW)).toBeNull();
  });

  it('is ordered, in the future, and never a NaN, whatever the history', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({
            start: fc.integer({ min: 1, max: 34 * 24 }).map((ago) => NOW - (NOW % HOUR) - ago * HOUR),
            amount: fc.oneof(
              fc.constant(0),
              fc.double({ min: 0, max: 1e9, noNaN: true }),
              fc.nat({ max: 100 }),
            ),
            observedMs: fc.constantFrom(0, 1, HOUR / 4, HOUR),
          }),
          { selector: ({ start }) => start, maxLength: 100 },
        ),
        fc.array(fc.double({ min: -10, max: 1e10, noNaN: true }), { minLength: 1, maxLength: 4 }),
        fc.integer(),
        (hours, amounts, seed) => {
          const history = hours.toSorted((one, other) => one.start - other.start);
          const pattern = learnPattern(history, NOW);
          if (!pattern) return;
          const all = crossingTimes(pattern, NOW, amounts, { random: seededRandom(seed), paths: 20 });
          const order = amounts
            .map((amount, index) => ({ amount, times: all[index] ?? new Float64Array() }))
            .sort((one, other) => one.amount - other.amount);
          for (const [index, { times }] of order.entries()) {
            const earlier = order[index - 1]?.times;
            for (const [path, time] of times.entries()) {
              expect(Number.isNaN(time)).toBe(false);
              expect(time).toBeGreaterThanOrEqual(earlier?.[path] ?? NOW);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('quantiles of simulated times', () => {
  it('are null where they are not within the horizon', () => {
    const times = Float64Array.from({ length: 11 }, (_, index) =>
      index < 6 ? index * 10 : Number.POSITIVE_INFINITY,
    );
    expect(quantilesOf(times)).toEqual({ p10: 10, p50: 50, p90: null });
    expect(quantilesOf(new Float64Array())).toEqual({ p10: null, p50: null, p90: null });
    expect(shareBefore(times, 30)).toBeCloseTo(3 / 11);
  });
});
