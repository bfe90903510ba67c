import { describe, expect, it } from 'vitest';
import { meterRunOut, runOut } from '../../shared/credits/run-out.ts';
import { NO_CREDITS } from '../../shared/credits/state.ts';
import { burning } from './histories.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Wednesday. */
const NOW = Date.UTC(2026, 10, 18, 14);

const steady = (left: number, perHour = 100, days = 14) =>
  burning({ from: NOW - days * DAY, until: NOW, left, perHour: () => perHour });
const forecastOf = (found: ReturnType<typeof meterRunOut>) => {
  if (found.kind !== 'forecast') throw new Error(`no forecast: ${JSON.stringify(found)}`);
  return found;
};
const hours = (at: number | null): number => ((at ?? Number.NaN) - NOW) / HOUR;

describe('when credits run out', () => {
  it('is told as quantiles in order, around what a steady burn says', () => {
    const { at, left } = forecastOf(runOut(steady(4_800), NOW).credits);
    expect(left).toBeCloseTo(4_800);
    expect(hours(at.p50)).toBeGreaterThan(36);
    expect(hours(at.p50)).toBeLessThan(56);
    expect(hours(at.p10)).toBeLessThanOrEqual(hours(at.p50));
    expect(hours(at.p50)).toBeLessThanOrEqual(hours(at.p90));
  });

  it('knows that nothing is burnt at the weekend', () => {
    const weekdays = (at: number) => ([0, 6].includes(new Date(at).getUTCDay()) ? 0 : 100);
    const state = burning({ from: NOW - 28 * DAY, until: NOW, left: 7_000, perHour: weekdays });
    // 5,800 until Friday midnight, so the rest lasts into Monday: the straight line would say Saturday.
    expect(hours(forecastOf(runOut(state, NOW).credits).at.p50)).toBeGreaterThan(58 + 48);
  });

  it('is the same for the same history', () => {
    expect(runOut(steady(4_800), NOW)).toEqual(runOut(steady(4_800), NOW));
  });

  it('is wider when little is known', () => {
    const width = (days: number) => {
      const { at } = forecastOf(runOut(steady(4_800, 100, days), NOW).credits);
      return hours(at.p90) - hours(at.p10);
    };
    expect(width(1)).toBeGreaterThan(1.5 * width(21));
  });

  it('says against the refill what it means', () => {
    const against = (left: number, nextRefill?: string) =>
      forecastOf(meterRunOut(steady(left).credits, NOW, { nextRefill })).beforeRefill;
    expect(against(100_000, '2026-11-25')).toBe('not-before-refill');
    expect(against(1_000, '2026-11-25')).toBe('certain');
    expect(against(1_000)).toBe('none-known');
    expect(
      forecastOf(meterRunOut(steady(1_000).credits, NOW, { nextRefill: '2026-11-25' })).chanceBeforeRefill,
    ).toBe(1);
  });

  it('is not within the horizon when nothing is burnt', () => {
    expect(forecastOf(runOut(steady(4_800, 0), NOW).credits).at).toEqual({ p10: null, p50: null, p90: null });
  });

  it('is unknown of a stale balance, of none, and of hardly any history', () => {
    expect(runOut(steady(4_800), NOW + 31 * MINUTE).credits).toEqual({
      kind: 'unknown',
      why: 'stale',
      lastAt: NOW,
    });
    expect(runOut(NO_CREDITS, NOW)).toEqual({
      credits: { kind: 'unknown', why: 'no-sample', lastAt: null },
      actions: null,
    });
    expect(runOut(steady(4_800, 100, 0.05), NOW).credits).toMatchObject({ why: 'too-little-history' });
  });

  it('is now when nothing is left', () => {
    expect(runOut(steady(0), NOW).credits).toMatchObject({ kind: 'exhausted' });
  });

  it('is not put off by hours in which nothing was left to burn', () => {
    const empty = burning({
      from: NOW - 6 * DAY,
      until: NOW - 2 * DAY,
      left: 0,
      perHour: () => 100,
    });
    expect(empty.credits?.hours.every(({ burnt }) => burnt > 0)).toBe(true);
  });
});
