import { describe, expect, it } from 'vitest';
import { foldSample } from '../../shared/credits/fold.ts';
import { type CreditState, lastSample, NO_CREDITS } from '../../shared/credits/state.ts';
import { creditSeriesOf } from '../../shared/report/credit-series.ts';
import { feedSeriesOf } from '../../shared/report/feed-series.ts';
import { rangeOf } from '../../shared/report/range.ts';
import { creditSeriesResponse, feedSeriesResponse } from '../../shared/report/series-shape.ts';
import { periodUsage } from '../../shared/usage/period.ts';
import { busyCredits, busySnapshot, CONFIG, NOW } from '../usage/sample.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NO_STATE: CreditState = NO_CREDITS;

const sum = <T>(points: readonly T[], of: (point: T) => number | null): number =>
  points.reduce((total, point) => total + (of(point) ?? 0), 0);

describe('the series of a feed', () => {
  const snapshot = busySnapshot(NOW, NOW);

  it('adds up to the same day as the report of usage', () => {
    const { points, step_seconds } = feedSeriesResponse.parse(
      feedSeriesOf('leads', snapshot, rangeOf({ hours: 24 }, NOW), CONFIG),
    );
    const day = periodUsage(snapshot, 1_440, CONFIG.rows);
    expect(step_seconds).toBe(300);
    expect(sum(points, ({ submitted }) => submitted)).toBe(day.submitted);
    expect(sum(points, ({ called_back }) => called_back)).toBe(day.calledBack);
    expect(sum(points, ({ hit }) => hit)).toBe(day.results.hit);
    expect(sum(points, ({ credits }) => credits)).toBeCloseTo(day.credits, 3);
  });

  it('tells of each hour of weeks what went in, and of the last day what came of it', () => {
    const { points, step_seconds, from } = feedSeriesResponse.parse(
      feedSeriesOf('leads', snapshot, rangeOf({ days: 35 }, NOW), CONFIG),
    );
    expect(step_seconds).toBe(3_600);
    expect(points.length).toBeLessThanOrEqual(841);
    expect(Date.parse(from) % HOUR).toBe(0);
    const [first] = points;
    expect(first).toMatchObject({ called_back: null, hit_rate: null });
    expect(first?.submitted).toBeGreaterThan(0);
    const last = points.at(-2);
    const start = Date.parse(last?.at ?? '');
    const inHour = snapshot.windows.filter((window) => window.start >= start && window.start < start + HOUR);
    expect(last?.called_back).toBe(sum(inHour, ({ calledBack }) => calledBack));
    expect(last?.hit_rate).toBeGreaterThan(0);
  });

  it('names the upper bound of the span that a round trip lies in', () => {
    const { points } = feedSeriesOf('leads', snapshot, rangeOf({ hours: 1 }, NOW), CONFIG);
    const [point] = points;
    expect(point?.round_trip_p50_seconds).toBeGreaterThanOrEqual(30);
    expect(point?.round_trip_p95_seconds).toBeGreaterThanOrEqual(point?.round_trip_p50_seconds ?? 0);
  });

  it('leaves out what a clock that was ahead wrote of the future, and is empty before the first row', () => {
    const ahead = {
      ...snapshot,
      windows: snapshot.windows.map((one) => ({ ...one, start: one.start + DAY })),
    };
    const { points, to } = feedSeriesOf('leads', ahead, rangeOf({ hours: 24 }, NOW), CONFIG);
    expect(points.every(({ at }) => at <= to)).toBe(true);
    expect(feedSeriesOf('leads', null, rangeOf({ days: 1 }, NOW), CONFIG).points).toEqual([]);
  });
});

describe('the series of credits', () => {
  const state = busyCredits();

  it('burns as much over its steps as between its first and its last reading', () => {
    const answer = creditSeriesResponse.parse(creditSeriesOf(state, rangeOf({ hours: 24 }, NOW)));
    const samples = state.credits?.samples ?? [];
    const first = samples.find(({ at }) => at >= Date.parse(answer.from));
    const burnt = (samples.at(-1)?.burnt ?? 0) - (first?.burnt ?? 0);
    const points = answer.credits ?? [];
    // The step before the first reading was seen in part.
    expect(sum(points, (point) => point.burnt)).toBeGreaterThanOrEqual(burnt - 0.01);
    expect(sum(points, (point) => point.burnt)).toBeLessThan(burnt * 1.02 + 1);
    expect(points.at(-1)?.left).toBe(lastSample(state.credits)?.left);
  });

  it('goes back from what is left now, past burn and refills, to what was left weeks ago', () => {
    const start = NOW - 10 * DAY;
    let folded: CreditState = NO_STATE;
    const truth = new Map<number, number>();
    let left = 50_000;
    for (let at = start; at <= NOW; at += 5 * MINUTE) {
      left -= 3;
      if (at === start + 4 * DAY) left += 20_000;
      folded = { ...foldSample(folded, { at, credits: left, actions: null, source: 'api' }, at), version: 1 };
      truth.set(at, left);
    }
    const { credits, actions, refills } = creditSeriesOf(folded, rangeOf({ days: 35 }, NOW));
    expect(actions).toBeNull();
    expect(refills).toEqual([{ at: expect.any(String), by: expect.any(Number), meter: 'credits' }]);
    for (const { at, left: said } of credits ?? []) {
      const end = Math.min(Date.parse(at) + HOUR, NOW);
      const known = truth.get(end);
      if (known !== undefined) expect(Math.abs((said ?? 0) - known)).toBeLessThanOrEqual(10);
    }
    expect(credits?.length).toBeGreaterThan(200);
  });

  it('is null before the first reading, and of the second meter on legacy billing', () => {
    expect(creditSeriesOf(NO_STATE, rangeOf({ hours: 1 }, NOW))).toMatchObject({
      credits: null,
      actions: null,
      refills: [],
    });
  });

  it('says nothing of steps that lie outside of what was seen', () => {
    const one = {
      ...foldSample(NO_STATE, { at: NOW - HOUR, credits: 10, actions: null, source: 'api' }, NOW),
    };
    const { credits } = creditSeriesOf({ ...one, version: 1 }, rangeOf({ hours: 24 }, NOW));
    expect(credits).toHaveLength(1);
    expect(credits?.[0]).toMatchObject({ left: 10, burnt: 0 });
  });
});
