import { describe, expect, it } from 'vitest';
import { foldSample } from '../../shared/credits/fold.ts';
import { type CreditState, NO_CREDITS } from '../../shared/credits/state.ts';
import type { BalanceSample } from '../../shared/credits/store.ts';
import { observeCredits, observeRunOut, sampleOf } from '../../shared/observe/credits.ts';
import { observation } from '../../shared/observe/observation.ts';
import { configOf, MINUTE, NOW } from './rows/snapshots.ts';

const HOUR = 60 * MINUTE;
const BURN = configOf().burn;

/** Balances of so many hours up to now, read every five minutes, burning evenly. */
const burning = (
  hours: number,
  perHour: number,
  left: number,
  over: Partial<BalanceSample> = {},
): CreditState => {
  let state = NO_CREDITS;
  for (let at = NOW - hours * HOUR; at <= NOW; at += 5 * MINUTE) {
    const credits = left + ((NOW - at) / HOUR) * perHour;
    state = foldSample(state, { at, credits, actions: null, source: 'api', ...over }, at);
  }
  return state;
};

const runOut = (
  state: CreditState,
  over: Partial<typeof BURN> = {},
  held?: Parameters<typeof observeRunOut>[4],
) => observeRunOut('credits', state.credits, { ...BURN, ...over }, NOW, held);

describe('when a meter runs out', () => {
  it.each([
    [100, 'out-at-p1'],
    [1_000, 'out-at-p2'],
    [4_000, 'out-at-p3'],
    [10_000, 'out-at-p4'],
    [1_000_000, 'lasts'],
  ])('with %i left at 100 an hour: %s', (left, finding) => {
    expect(runOut(burning(30, 100, left))?.finding).toBe(finding);
  });

  it('after the next refill is no reason to tell anybody', () => {
    expect(runOut(burning(30, 100, 4_000), { nextRefill: '2026-11-19' })?.finding).toBe('lasts');
  });

  it('becomes less urgent only with a margin, because a forecast wobbles', () => {
    const state = burning(30, 100, 2_600);
    expect(runOut(state)?.finding).toBe('out-at-p3');
    expect(runOut(state, {}, 'out-at-p2')?.finding).toBe('out-at-p2');
    expect(runOut(burning(30, 100, 4_000), {}, 'out-at-p2')?.finding).toBe('out-at-p3');
  });

  it('is not said from less than three hours, from a stale balance, or of nothing left', () => {
    expect(runOut(burning(2, 100, 100))?.finding).toBe('no-forecast');
    expect(runOut(burning(30, 100, 0))?.finding).toBe('no-forecast');
    const stale = observeRunOut('credits', burning(30, 100, 100).credits, BURN, NOW + HOUR);
    expect(stale?.finding).toBe('no-forecast');
  });

  it('is not spoken of where there is no such meter', () => {
    expect(observeRunOut('actions', null, BURN, NOW)).toBeNull();
  });
});

describe('the balance history', () => {
  const findings = (state: CreditState, now = NOW) =>
    Object.fromEntries(observeCredits(state, [], BURN, now).map(({ probe, finding }) => [probe, finding]));

  it('is calm, or a spike; too little, or nothing left, says nothing', () => {
    expect(findings(burning(2, 100, 5_000))['credits.burn']).toBe('calm');
    expect(findings(burning(2, 900, 5_000))['credits.burn']).toBe('spike');
    expect(findings(NO_CREDITS)['credits.burn']).toBe('too-few');
    expect(findings(burning(2, 0, 0))['credits.burn']).toBe('too-few');
  });

  it('gets old when whoever pushes it stops; what a person typed in is not expected to be new', () => {
    const pushed = burning(2, 100, 5_000, { source: 'pushed' });
    expect(findings(pushed)['credits.balance-age']).toBe('fresh');
    expect(findings(pushed, NOW + HOUR)['credits.balance-age']).toBe('stale');
    const typed = burning(2, 100, 5_000, { source: 'operator' });
    expect(findings(typed, NOW + HOUR)).not.toHaveProperty('credits.balance-age');
  });
});

describe('the sample of a run', () => {
  const meter = (surface: 'credits' | 'actions', left: number) =>
    observation({
      probe: `clay.${surface}`,
      surface,
      subject: 'workspace',
      finding: 'funded',
      at: NOW,
      durationMs: 0,
      summary: '',
      facts: { left },
    });

  it('is what was read, with no second meter on legacy billing, and none where nothing was read', () => {
    expect(sampleOf([meter('credits', 12.5), meter('actions', 7)])).toEqual({
      at: NOW,
      credits: 12.5,
      actions: 7,
      source: 'api',
    });
    expect(sampleOf([meter('credits', 12.5)])?.actions).toBeNull();
    expect(sampleOf([meter('actions', 7)])).toBeNull();
    expect(sampleOf([])).toBeNull();
  });
});
