import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldSample } from '../../shared/credits/fold.ts';
import { type CreditState, type MeterHistory, NO_CREDITS } from '../../shared/credits/state.ts';
import type { BalanceSample } from '../../shared/credits/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 2);

const sample = (at: number, credits: number, actions: number | null = null): BalanceSample => ({
  at,
  credits,
  actions,
  source: 'api',
});
const fold = (samples: readonly BalanceSample[], from: CreditState = NO_CREDITS): CreditState =>
  samples.reduce((state, each) => foldSample(state, each, each.at), from);
const credits = (state: CreditState): MeterHistory => {
  if (!state.credits) throw new Error('no credits were folded');
  return state.credits;
};
const burntByHour = (meter: MeterHistory): Record<string, number> =>
  Object.fromEntries(meter.hours.map(({ start, burnt }) => [(start - START) / HOUR, burnt]));

describe('folding balance samples', () => {
  it('burns what the balance falls by, in the hours in which it fell', () => {
    const meter = credits(
      fold([
        sample(START + 30 * MINUTE, 1_000),
        sample(START + 90 * MINUTE, 940),
        sample(START + 95 * MINUTE, 930),
      ]),
    );
    expect(burntByHour(meter)).toEqual({ 0: 30, 1: 40 });
    expect(meter.hours.map(({ observedMs }) => observedMs / MINUTE)).toEqual([30, 35]);
  });

  it('takes a rise for a refill, never for negative burn', () => {
    const meter = credits(
      fold([sample(START, 100), sample(START + MINUTE, 5_100), sample(START + HOUR, 5_000)]),
    );
    expect(meter.refills).toEqual([{ at: START + MINUTE, by: 5_000 }]);
    expect(meter.totals).toMatchObject({ burnt: 100, refilled: 5_000 });
  });

  it('counts a top-up in steps as one refill', () => {
    const meter = credits(
      fold([sample(START, 0), sample(START + MINUTE, 500), sample(START + 3 * MINUTE, 1_000)]),
    );
    expect(meter.refills).toEqual([{ at: START + MINUTE, by: 1_000 }]);
  });

  it('sees neither burn nor refill in the noise of fractional numbers', () => {
    const wobble = Array.from({ length: 200 }, (_, index) =>
      sample(START + index * MINUTE, index % 2 ? 0.1 + 0.2 + 1_000 : 1_000.295),
    );
    const meter = credits(fold(wobble));
    expect(meter.refills).toEqual([]);
    expect(meter.totals.burnt).toBeLessThan(0.011);
  });

  it('sees a rise that creeps up in steps too small to be a refill', () => {
    const creep = Array.from({ length: 101 }, (_, index) =>
      sample(START + index * MINUTE, 1_000 + index * 0.008),
    );
    expect(credits(fold(creep)).totals.refilled).toBeCloseTo(0.8, 1);
  });

  it('leaves out a sample that is older than the last, a repeated one, and one that is no number', () => {
    const state = fold([sample(START, 100), sample(START + 10 * MINUTE, 90)]);
    for (const useless of [
      sample(START + 10 * MINUTE, 90),
      sample(START + 5 * MINUTE, 95),
      sample(START + 20 * MINUTE, Number.NaN),
      sample(Number.POSITIVE_INFINITY, 80),
      sample(-1, 80),
    ]) {
      expect(foldSample(state, useless, START + 20 * MINUTE)).toBe(state);
    }
  });

  it('takes a sample from the future as of now', () => {
    const state = foldSample(fold([sample(START, 100)]), sample(START + 30 * DAY, 90), START + MINUTE);
    expect(state.last?.at).toBe(START + MINUTE);
    expect(burntByHour(credits(state))).toEqual({ 0: 10 });
  });

  it('goes on after the clock was a month ahead, without losing what was burnt', () => {
    const ahead = fold([
      sample(START, 1_000),
      sample(START + 30 * DAY, 900),
      sample(START + 30 * DAY + HOUR, 880),
    ]);
    const back = foldSample(ahead, sample(START + 2 * HOUR, 870), START + 2 * HOUR);
    const meter = credits(back);
    expect(back.last?.at).toBe(START + 2 * HOUR);
    expect(meter.hours.every(({ start }) => start <= START + 2 * HOUR)).toBe(true);
    expect(meter.samples.every(({ at }) => at <= START + 2 * HOUR)).toBe(true);
    expect(meter.hours.reduce((sum, { burnt }) => sum + burnt, 0)).toBeCloseTo(130, 3);
    expect(meter.totals.burnt).toBe(130);
  });

  it('does not call an hour seen in which nothing was left to burn', () => {
    const meter = credits(fold([sample(START, 10), sample(START + HOUR, 0), sample(START + 3 * HOUR, 0)]));
    expect(meter.hours).toEqual([{ start: START, burnt: 10, observedMs: HOUR }]);
  });

  it('follows the second meter when it appears, keeps it over an answer without it, and lets it go after a week', () => {
    const appeared = fold([
      sample(START, 100),
      sample(START + HOUR, 90, 500),
      sample(START + 2 * HOUR, 90, 480),
    ]);
    expect(appeared.actions?.totals.burnt).toBe(20);
    const silent = fold([sample(START + 3 * HOUR, 90)], appeared);
    expect(silent.actions).toBe(appeared.actions);
    const resumed = fold([sample(START + 4 * HOUR, 90, 470)], silent);
    expect(resumed.actions?.totals.burnt).toBe(30);
    expect(fold([sample(START + 9 * DAY, 80)], resumed).actions).toBeNull();
  });

  it('spreads the burn of a long gap over its hours and keeps 35 days of it', () => {
    const meter = credits(fold([sample(START, 100_000), sample(START + 100 * DAY, 0)]));
    expect(meter.hours).toHaveLength(35 * 24);
    expect(meter.hours[0]?.burnt).toBeCloseTo(100_000 / 2_400, 4);
    expect(meter.totals.burnt).toBe(100_000);
  });

  it('stays small over a year of a sample a minute', () => {
    let state = NO_CREDITS;
    let left = 50_000;
    for (let minute = 0; minute < 365 * 1_440; minute += 1) {
      left = left < 20 ? left + 10_000 : left - (minute % 7) / 3;
      state = foldSample(state, sample(START + minute * MINUTE, left, left / 2), START + minute * MINUTE);
    }
    const { samples, hours, refills } = credits(state);
    expect(samples.length).toBeLessThanOrEqual(289);
    expect(hours.length).toBeLessThanOrEqual(35 * 24 + 1);
    expect(refills.length).toBeLessThanOrEqual(24);
    expect(JSON.stringify(state).length).toBeLessThan(250_000);
  });
});

describe('folding any samples whatever', () => {
  const anySamples = fc.array(
    fc.record({
      step: fc.oneof(
        fc.integer({ min: -3 * HOUR, max: 3 * HOUR }),
        fc.integer({ min: 0, max: 10 * MINUTE }),
        fc.constantFrom(0, -40 * DAY, 40 * DAY),
      ),
      credits: fc.oneof(
        fc.double({ min: -100, max: 50_000, noNaN: true }),
        fc.integer({ min: 0, max: 100 }),
        fc.constant(Number.NaN),
      ),
      actions: fc.option(fc.double({ min: 0, max: 9_000, noNaN: true })),
      late: fc.integer({ min: 0, max: HOUR }),
    }),
    { maxLength: 60 },
  );

  it('never burns a negative amount, and burn and refills add up to the balance', () => {
    fc.assert(
      fc.property(anySamples, (steps) => {
        let clock = START + 400 * DAY;
        let state = NO_CREDITS;
        for (const { step, credits: left, actions, late } of steps) {
          clock += step;
          const before = state;
          state = foldSample(state, { at: clock - late, credits: left, actions, source: 'pushed' }, clock);
          for (const name of ['credits', 'actions'] as const) {
            const meter = state[name];
            if (!meter) continue;
            const { firstLeft, refilled, burnt } = meter.totals;
            const last = meter.samples.at(-1);
            expect(Math.abs(firstLeft + refilled - burnt - (last?.left ?? 0))).toBeLessThan(0.001);
            expect(burnt).toBeGreaterThanOrEqual(before[name]?.totals.burnt ?? 0);
            expect(
              meter.hours.every((hour) => hour.burnt >= 0 && hour.observedMs >= 0 && hour.observedMs <= HOUR),
            ).toBe(true);
            expect(meter.hours.reduce((sum, hour) => sum + hour.burnt, 0)).toBeLessThan(burnt + 0.01);
            expect(meter.refills.every(({ by }) => by > 0)).toBe(true);
            const times = meter.samples.map(({ at }) => at);
            expect(times).toEqual(times.toSorted((one, other) => one - other));
            const starts = meter.hours.map(({ start }) => start);
            expect(starts).toEqual([...new Set(starts)].toSorted((one, other) => one - other));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says the same whether samples come once or several times, and whatever comes late', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: HOUR }), fc.integer({ min: 0, max: 1_000 })), {
          minLength: 1,
          maxLength: 30,
        }),
        fc.array(fc.nat({ max: 1_000 }), { maxLength: 20 }),
        (steps, repeats) => {
          let at = START;
          const samples = steps.map(([step, left]) => {
            at += step;
            return sample(at, left);
          });
          const end = at;
          const once = samples.reduce((state, each) => foldSample(state, each, end), NO_CREDITS);
          let repeated = NO_CREDITS;
          for (const [index, each] of samples.entries()) {
            repeated = foldSample(repeated, each, end);
            for (const pick of repeats) {
              const again = samples[pick % (index + 1)];
              if (again) repeated = foldSample(repeated, again, end);
            }
          }
          expect(repeated).toEqual(once);
        },
      ),
      { numRuns: 100 },
    );
  });
});
