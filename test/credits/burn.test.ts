import { describe, expect, it } from 'vitest';
import { configSchema } from '../../shared/config/schema.ts';
import { burnRate } from '../../shared/credits/burn.ts';
import { burnAlert } from '../../shared/credits/burn-alert.ts';
import { foldSample } from '../../shared/credits/fold.ts';
import { NO_CREDITS } from '../../shared/credits/state.ts';
import { burning } from './histories.ts';
import { snapshotWith } from './snapshots.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 18, 14);
const { burn } = configSchema.parse({});

const rateOf = (windows: readonly { minutes: number; perHour: number | null }[], minutes: number) =>
  windows.find((window) => window.minutes === minutes)?.perHour;

describe('the burn rate', () => {
  it('is told for short and long windows', () => {
    const state = burning({
      from: NOW - 8 * DAY,
      until: NOW,
      left: 5_000,
      perHour: (at) => (at >= NOW - 30 * MINUTE ? 600 : 60),
    });
    const { credits, actions } = burnRate(state, NOW);
    expect(rateOf(credits.windows, 5)).toBeCloseTo(600);
    expect(rateOf(credits.windows, 30)).toBeCloseTo(600);
    expect(rateOf(credits.windows, 60)).toBeCloseTo(330);
    expect(rateOf(credits.windows, 360)).toBeCloseTo(105);
    expect(rateOf(credits.windows, 10_080)).toBeCloseTo(61.6, 0);
    expect(credits.perHour).toBeCloseTo(330);
    expect(actions?.perHour).toBeCloseTo(165);
  });

  it('is not told of a window of which too little was seen', () => {
    const state = burning({ from: NOW - 20 * MINUTE, until: NOW, left: 100, perHour: () => 60 });
    const { credits } = burnRate(state, NOW);
    expect(rateOf(credits.windows, 5)).toBeCloseTo(60);
    expect(rateOf(credits.windows, 60)).toBeNull();
    expect(credits.perHour).toBeNull();
  });

  it('is unknown when the balance is stale, and without any', () => {
    const state = burning({ from: NOW - 3 * HOUR, until: NOW, left: 100, perHour: () => 60 });
    expect(burnRate(state, NOW + 31 * MINUTE).credits).toMatchObject({ stale: true, perHour: null });
    expect(burnRate(NO_CREDITS, NOW).credits).toMatchObject({ asOf: null, perHour: null });
  });

  it('is not disturbed by a refill in the window', () => {
    const before = burning({ from: NOW - 2 * HOUR, until: NOW - 30 * MINUTE, left: 100, perHour: () => 60 });
    const refilled = foldSample(
      before,
      { at: NOW - 29 * MINUTE, credits: 10_100, actions: null, source: 'api' },
      NOW - 29 * MINUTE,
    );
    const after = foldSample(refilled, { at: NOW, credits: 10_071, actions: null, source: 'api' }, NOW);
    expect(rateOf(burnRate(after, NOW).credits.windows, 60)).toBeCloseTo(59);
  });

  it('has a baseline by hour of the week once a week is known, without its highest hour', () => {
    const office = (at: number) =>
      new Date(at).getUTCHours() >= 9 && new Date(at).getUTCHours() < 17 ? 100 : 5;
    const spiked = (at: number) => (at >= NOW - 7 * DAY && at < NOW - 7 * DAY + HOUR ? 5_000 : office(at));
    const young = burning({ from: NOW - 6 * DAY, until: NOW, left: 100, perHour: office });
    expect(burnRate(young, NOW).credits.baseline).toBeNull();
    const known = burning({ from: NOW - 20 * DAY, until: NOW, left: 100, perHour: spiked });
    expect(burnRate(known, NOW).credits.baseline?.perHour).toBeCloseTo(100, 0);
  });
});

describe('the burn alert', () => {
  const spiking = (from: number, perHour: number, usual = 20) =>
    burning({
      from: NOW - 10 * DAY,
      until: NOW,
      left: 5_000,
      perHour: (at) => (at >= from ? perHour : usual),
    });

  it('goes off above the limit for the whole window', () => {
    expect(burnAlert(spiking(NOW - 15 * MINUTE, 400), [], burn, NOW)).toMatchObject({
      kind: 'spike',
      source: 'balance',
      burnt: expect.closeTo(100),
    });
  });

  it('does not go off for one large charge, nor for a spike that is over', () => {
    expect(burnAlert(spiking(NOW - 5 * MINUTE, 4_000), [], burn, NOW).kind).toBe('usual');
    const over = burning({
      from: NOW - DAY,
      until: NOW,
      left: 5_000,
      perHour: (at) => (at >= NOW - 15 * MINUTE && at < NOW - 10 * MINUTE ? 4_000 : 20),
    });
    expect(burnAlert(over, [], burn, NOW).kind).toBe('usual');
  });

  it('does not go off at what is usual in this hour of the week', () => {
    const alert = burnAlert(spiking(NOW - 15 * MINUTE, 900, 400), [], burn, NOW);
    expect(alert).toMatchObject({ kind: 'usual', threshold: expect.closeTo(1_200, 0) });
    expect(burnAlert(spiking(NOW - 15 * MINUTE, 1_300, 400), [], burn, NOW).kind).toBe('spike');
  });

  it('says nothing below the minimum spent', () => {
    const state = spiking(NOW - 15 * MINUTE, 400);
    expect(burnAlert(state, [], { ...burn, minCredits: 101 }, NOW).kind).toBe('usual');
  });

  it('is unknown without a fresh balance and without costs in callbacks', () => {
    const state = spiking(NOW - 15 * MINUTE, 400);
    expect(burnAlert(state, [], burn, NOW + HOUR)).toEqual({ kind: 'unknown', why: 'stale' });
    expect(burnAlert(NO_CREDITS, [], burn, NOW)).toEqual({ kind: 'unknown', why: 'no-sample' });
    const short = burning({ from: NOW - 5 * MINUTE, until: NOW, left: 10, perHour: () => 900 });
    expect(burnAlert(short, [], burn, NOW)).toEqual({ kind: 'unknown', why: 'too-little-history' });
  });

  it('falls back on what callbacks say they cost', () => {
    const windows = [15, 10, 5].map((ago) => ({ start: NOW - ago * MINUTE, credits: 40 }));
    const alert = burnAlert(NO_CREDITS, [snapshotWith(NOW, windows)], burn, NOW);
    expect(alert).toMatchObject({ kind: 'spike', source: 'callbacks', burnt: 120, perHour: 480 });
    const once = [snapshotWith(NOW, [{ start: NOW - 15 * MINUTE, credits: 120 }])];
    expect(burnAlert(NO_CREDITS, once, burn, NOW).kind).toBe('usual');
  });
});
