import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fanOf, fillSteps, finishedSteps, hasValues, lastKnown } from '../../console/src/ui/chart/data.ts';
import { horizonOf, spanOf, ticksOf } from '../../console/src/ui/forecast.ts';

const START = Date.UTC(2026, 10, 22);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
const seconds = (at: number): number => at / 1_000;

describe('steps', () => {
  const series = { from: iso(START), to: iso(START + 25 * MINUTE), step_seconds: 300 };
  const picks = { rows: (p: { rows: number }) => p.rows, rate: (p: { rate: number | null }) => p.rate };
  const missing = { rows: 0, rate: null };

  it('without a point are zero rows, and a gap of what cannot be known without rows', () => {
    const points = [
      { at: iso(START + 5 * MINUTE), rows: 4, rate: 0.5 },
      { at: iso(START + 15 * MINUTE), rows: 1, rate: null },
    ];
    const { x, y } = fillSteps(series, points, picks, missing);
    expect(x).toEqual([0, 5, 10, 15, 20].map((minutes) => seconds(START + minutes * MINUTE)));
    expect(y.rows).toEqual([0, 4, 0, 1, 0]);
    expect(y.rate).toEqual([null, 0.5, null, null, null]);
  });

  it('hold the step that is not over yet', () => {
    const { x } = fillSteps({ ...series, to: iso(START + 26 * MINUTE) }, [], picks, missing);
    expect(x).toHaveLength(6);
  });

  it('are drawn without the one that is not over, unless there is little else', () => {
    const drawn = (to: number, points: number): number => {
      const answer = { ...series, to: iso(to) };
      const seen = Array.from({ length: points }, (_, place) => ({
        ...{ at: iso(START + place * 5 * MINUTE), rows: 1, rate: 1 },
      }));
      const { x, y } = finishedSteps(answer, seen, fillSteps(answer, seen, picks, missing));
      expect(y.rows).toHaveLength(x.length);
      return x.length;
    };
    expect(drawn(START + 51 * MINUTE, 11)).toBe(10);
    expect(drawn(START + 50 * MINUTE, 10)).toBe(10);
    expect(drawn(START + 26 * MINUTE, 6)).toBe(6);
  });

  it('are as many for each series as there are times, lose no point, and are bounded whatever is answered', () => {
    const scene = fc.record({
      from: fc.integer({ min: 0, max: 500_000 }),
      length: fc.integer({ min: 0, max: 40_000_000 }),
      step: fc.constantFrom(1, 300, 3_600),
    });
    fc.assert(
      fc.property(scene, ({ from, length, step }) => {
        const begin = START + from * 1_000;
        const answer = { from: iso(begin), to: iso(begin + length * 1_000), step_seconds: step };
        const { x, y } = fillSteps(answer, [], picks, missing);
        expect(x.length).toBeLessThanOrEqual(5_000);
        expect(y.rows).toHaveLength(x.length);
        expect(x.every((at, index) => index === 0 || at === (x[index - 1] ?? 0) + step)).toBe(true);
      }),
    );
  });
});

describe('the fan of a forecast', () => {
  const at = (days: number | null): string | null => (days === null ? null : iso(START + days * DAY));
  const goal = (rows: number, p10: number | null, p50: number | null, p90: number | null) => ({
    rows,
    at: { p10: at(p10), p50: at(p50), p90: at(p90) },
  });

  it('begins at the count of now, and passes each goal when it is forecast', () => {
    const fan = fanOf(iso(START), 30_000, [goal(40_000, 1, 2, 4), goal(50_000, 2, 4, 8)]);
    const value = (course: readonly (number | null)[], days: number) =>
      course[fan.x.indexOf(seconds(START + days * DAY))];
    expect([value(fan.early, 0), value(fan.middle, 0), value(fan.late, 0)]).toEqual([30_000, 30_000, 30_000]);
    expect([value(fan.early, 1), value(fan.middle, 2), value(fan.late, 4)]).toEqual([40_000, 40_000, 40_000]);
    expect([value(fan.early, 2), value(fan.middle, 4), value(fan.late, 8)]).toEqual([50_000, 50_000, 50_000]);
  });

  it('is never out of order: the early course is above the middle one, and that above the late one', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 0, max: 20 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(steps, (given) => {
        let rows = 0;
        let days = 0;
        const goals = given.map(([more, later]) => {
          rows += more;
          days += later;
          return goal(rows, days, days * 1.5, days * 2.5);
        });
        const { x, early, middle, late } = fanOf(iso(START), 0, goals);
        x.forEach((_, index) => {
          const [one, two, three] = [early[index] ?? 0, middle[index] ?? 0, late[index] ?? 0];
          expect(one).toBeGreaterThanOrEqual(two - 1e-6);
          expect(two).toBeGreaterThanOrEqual(three - 1e-6);
        });
      }),
    );
  });

  it('knows nothing of a goal that is out of sight, nor of one that is behind', () => {
    const fan = fanOf(iso(START), 45_000, [goal(40_000, 1, 2, 3), goal(50_000, 20, 60, null)]);
    expect(fan.x).toEqual([0, 20, 60].map((days) => seconds(START + days * DAY)));
    expect(fan.late).toEqual([45_000, 45_000, 45_000]);
  });
});

describe('what can be drawn', () => {
  it('is something if anything is known, and its last value is the last that is known', () => {
    const series = [{ values: [1, null, null] }, { values: [null, 2, null] }];
    expect(hasValues(series)).toBe(true);
    expect(lastKnown(series, 3)).toBe(1);
    expect(hasValues([{ values: [null] }])).toBe(false);
    expect(lastKnown([{ values: [null] }], 1)).toBe(-1);
  });
});

describe('the axis of a forecast', () => {
  const expected = (p10: number | null, p50: number | null, p90: number | null) => ({
    p10: p10 === null ? null : iso(START + p10 * DAY),
    p50: p50 === null ? null : iso(START + p50 * DAY),
    p90: p90 === null ? null : iso(START + p90 * DAY),
  });

  it('holds all that is expected, and reaches as far as forecasts do when an end is out of sight', () => {
    const horizon = horizonOf(START, [expected(3, 5, 10)], [iso(START + 12 * DAY)]);
    expect(horizon).toBeGreaterThanOrEqual(12 * DAY);
    expect(horizon).toBeLessThan(15 * DAY);
    expect(horizonOf(START, [expected(3, 50, null)])).toBe(90 * DAY);
    expect(horizonOf(START, [expected(null, null, null)])).toBe(DAY);
  });

  it('places a band within itself, open where its end is out of sight, and nowhere when it is all out of sight', () => {
    expect(spanOf(expected(1, 2, 3), START, 4 * DAY)).toEqual({
      from: 0.25,
      to: 0.75,
      middle: 0.5,
      open: false,
    });
    expect(spanOf(expected(1, 2, null), START, 4 * DAY)).toMatchObject({ from: 0.25, to: 1, open: true });
    expect(spanOf(expected(null, null, null), START, 4 * DAY)).toBeNull();
    expect(spanOf(expected(-1, -0.5, 9), START, 4 * DAY)).toMatchObject({ from: 0, to: 1, middle: 0 });
  });

  it('has at most five ticks, all of them on it', () => {
    fc.assert(
      fc.property(fc.integer({ min: DAY, max: 90 * DAY }), (horizon) => {
        const ticks = ticksOf(horizon);
        expect(ticks.length).toBeLessThanOrEqual(5);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.every((at) => at > 0 && at <= horizon)).toBe(true);
      }),
    );
  });
});
