import { describe, expect, it } from 'vitest';
import { nextRefill } from '../../shared/credits/refill.ts';
import type { MeterHistory, Refill } from '../../shared/credits/state.ts';

const meter = (...refills: readonly Refill[]): MeterHistory => ({
  samples: [{ at: 0, left: 1, burnt: 0 }],
  hours: [],
  refills,
  totals: { since: 0, firstLeft: 1, burnt: 0, refilled: 0 },
});
const at = (text: string): number => Date.parse(`${text}Z`);
const dayBefore = (end: number | undefined): string => new Date((end ?? 0) - 1).toISOString().slice(0, 10);
const dayOf = (refills: readonly Refill[], now: string, configured?: string): string | null => {
  const next = nextRefill(meter(...refills), at(now), configured);
  return next && dayBefore(next.at);
};

describe('the next refill', () => {
  it('is the configured day, then the same day of every month', () => {
    expect(dayOf([], '2026-11-20T00:00', '2026-12-01')).toBe('2026-12-01');
    expect(dayOf([], '2026-12-01T15:00', '2026-12-01')).toBe('2026-12-01');
    expect(dayOf([], '2026-12-02T00:00', '2026-12-01')).toBe('2027-01-01');
    expect(dayOf([], '2028-03-05T00:00', '2026-12-01')).toBe('2028-04-01');
  });

  it('is the last day of a month that is too short', () => {
    expect(dayOf([], '2027-02-10T00:00', '2026-12-31')).toBe('2027-02-28');
    expect(dayOf([], '2027-03-10T00:00', '2026-12-31')).toBe('2027-03-31');
  });

  it('is a month later once it was seen on its day', () => {
    expect(dayOf([{ at: at('2026-12-01T03:00'), by: 10_000 }], '2026-12-01T04:00', '2026-12-01')).toBe(
      '2027-01-01',
    );
  });

  it('is not a month later for a small top-up on its day', () => {
    const refills = [
      { at: at('2026-11-01T03:00'), by: 10_000 },
      { at: at('2026-12-01T03:00'), by: 500 },
    ];
    expect(dayOf(refills, '2026-12-01T04:00', '2026-12-01')).toBe('2026-12-01');
  });

  it('is learned from two renewals a month apart, whatever top-ups are between them', () => {
    const refills = [
      { at: at('2026-09-15T08:00'), by: 20_000 },
      { at: at('2026-09-28T08:00'), by: 2_000 },
      { at: at('2026-10-15T08:00'), by: 20_000 },
      { at: at('2026-10-16T08:00'), by: 1_000 },
    ];
    expect(dayOf(refills, '2026-10-20T00:00')).toBe('2026-11-15');
  });

  it('is unknown after a single jump, which may have been a top-up', () => {
    expect(
      nextRefill(meter({ at: at('2026-10-15T08:00'), by: 20_000 }), at('2026-10-20T00:00'), undefined),
    ).toBeNull();
    expect(nextRefill(meter(), at('2026-10-20T00:00'), undefined)).toBeNull();
  });
});
