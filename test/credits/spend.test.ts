import { describe, expect, it } from 'vitest';
import { compareSpend, spendOf } from '../../shared/credits/spend.ts';
import { NO_CREDITS } from '../../shared/credits/state.ts';
import { burning } from './histories.ts';
import { snapshotWith } from './snapshots.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 18, 14);
const provider = (credits: number) => ({ hit: 1, missed: 0, skipped: 0, failed: 0, credits, rateLimited: 0 });
const hourly = (credits: number) =>
  Array.from({ length: 24 }, (_, index) => ({ start: NOW - (24 - index) * HOUR, credits, calledBack: 10 }));

describe('spend as callbacks tell it', () => {
  it('is told by feed and provider, with what was spent on misses', () => {
    const leads = snapshotWith(NOW, [
      {
        start: NOW - 10 * MINUTE,
        credits: 30,
        creditsOnMisses: 10,
        calledBack: 3,
        byProvider: { a: provider(20) },
      },
      {
        start: NOW - 5 * MINUTE,
        credits: 10,
        calledBack: 1,
        byProvider: { a: provider(4), __proto__x: provider(6) },
      },
      { start: NOW - HOUR, credits: 1_000, calledBack: 100 },
    ]);
    const accounts = snapshotWith(NOW, [{ start: NOW - 5 * MINUTE, credits: 60 }], { feed: 'accounts' });
    expect(spendOf([leads, accounts], NOW - 10 * MINUTE, NOW)).toEqual({
      from: NOW - 10 * MINUTE,
      to: NOW,
      calledBack: 4,
      credits: 100,
      actions: 0,
      creditsOnMisses: 10,
      wasteShare: 0.1,
      byFeed: { leads: 40, accounts: 60 },
      byProvider: { a: 24, __proto__x: 6 },
      perHour: 600,
    });
  });

  it('has no share of waste when nothing was spent', () => {
    expect(spendOf([snapshotWith(NOW, [])], NOW - HOUR, NOW).wasteShare).toBeNull();
  });
});

describe('spend beside the burn of the balance', () => {
  const state = burning({ from: NOW - 24 * HOUR, until: NOW, left: 1_000, perHour: () => 100 });

  it('finds what is spent elsewhere in the workspace', () => {
    expect(compareSpend(state, [snapshotWith(NOW, hourly(60))])).toMatchObject({
      kind: 'elsewhere',
      burnt: expect.closeTo(2_400, 2),
      spent: 1_440,
      unexplained: expect.closeTo(960, 2),
      share: expect.closeTo(0.4),
    });
  });

  it('takes a small difference for none, and says when callbacks claim more than was burnt', () => {
    expect(compareSpend(state, [snapshotWith(NOW, hourly(95))]).kind).toBe('explained');
    expect(compareSpend(state, [snapshotWith(NOW, hourly(130))]).kind).toBe('over-reported');
  });

  it('says nothing of too little, of no balance, or of callbacks that tell no costs', () => {
    const snapshots = [snapshotWith(NOW, hourly(60))];
    expect(compareSpend(NO_CREDITS, snapshots)).toEqual({ kind: 'unknown', why: 'no-balance' });
    const short = burning({ from: NOW - HOUR, until: NOW, left: 10, perHour: () => 900 });
    expect(compareSpend(short, snapshots)).toEqual({ kind: 'unknown', why: 'too-little-history' });
    const calm = burning({ from: NOW - 24 * HOUR, until: NOW, left: 10, perHour: () => 1 });
    expect(compareSpend(calm, snapshots)).toEqual({ kind: 'unknown', why: 'too-little-burn' });
    expect(compareSpend(state, [snapshotWith(NOW, [])])).toEqual({
      kind: 'unknown',
      why: 'no-costs-in-callbacks',
    });
  });
});
