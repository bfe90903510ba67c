import type { MeterHistory, Refill } from './state.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A day that somebody names begins up to this much before it does in UTC. */
const ANY_ZONE = 14 * HOUR;

export interface NextRefill {
  /** Epoch ms. What is known is a day, so it is the end of that day (UTC). */
  readonly at: number;
  readonly source: 'config' | 'learned';
}

/** The same day of the month, so many months later; the last day of a month that is too short. */
const monthsLater = (day: number, months: number): number => {
  const date = new Date(day);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const last = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0);
  return Math.min(first + (date.getUTCDate() - 1) * DAY, last);
};

/** The first monthly repetition of `day` whose refill has not been seen. */
const nextAfter = (day: number, now: number, refilledAt: number): number => {
  const from = new Date(day);
  const to = new Date(now);
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  const candidates = [months - 1, months, months + 1, months + 2]
    .filter((ahead) => ahead >= 0)
    .map((ahead) => monthsLater(day, ahead));
  const next = candidates.find((start) => start + DAY > now && refilledAt < start - ANY_ZONE);
  return (next ?? candidates.at(-1) ?? day) + DAY;
};

/** Refills smaller than this share of the greatest are top-ups or refunds, no renewal. */
const RENEWAL_SHARE = 0.5;
const CYCLE_DAYS = { least: 26, most: 33 };

/** Refills large enough to be a renewal, newest first. */
const renewals = (meter: MeterHistory): readonly Refill[] => {
  const greatest = Math.max(0, ...meter.refills.map(({ by }) => by));
  return meter.refills.filter(({ by }) => by >= greatest * RENEWAL_SHARE).toReversed();
};

/** The day of the last renewal. Two large refills about a month apart show a cycle; one may have been a top-up. */
const learnedCycle = (meter: MeterHistory): number | null => {
  const large = renewals(meter);
  for (const [index, later] of large.entries()) {
    const monthBefore = large.slice(index + 1).some(({ at }) => {
      const days = (later.at - at) / DAY;
      return days >= CYCLE_DAYS.least && days <= CYCLE_DAYS.most;
    });
    if (monthBefore) return Math.floor(later.at / DAY) * DAY;
  }
  return null;
};

/**
 * When the meter is next refilled: monthly from the configured date (`2026-12-01`), else as learned from two refills a
 * month apart, else unknown.
 */
export const nextRefill = (
  meter: MeterHistory,
  now: number,
  configured: string | undefined,
): NextRefill | null => {
  const refilledAt = renewals(meter)[0]?.at ?? 0;
  if (configured !== undefined) {
    const day = Date.parse(`${configured}T00:00:00Z`);
    return Number.isNaN(day) ? null : { at: nextAfter(day, now, refilledAt), source: 'config' };
  }
  const learned = learnedCycle(meter);
  return learned === null ? null : { at: nextAfter(learned, now, refilledAt), source: 'learned' };
};
