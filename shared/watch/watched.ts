import type { Config } from '../config/schema.ts';

/** When the watch looked, so that nobody takes time without a look for time without trouble. */
export interface Watched {
  /** The first slot of which it is known, epoch ms. */
  readonly since: number;
  /** The last slot whose run finished. */
  readonly lastRunAt: number;
  /** Times without a run for longer than is normal, oldest first. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** Longer than any history that is shown. */
const KEEP_MS = 120 * DAY;
const MOST_GAPS = 100;

/**
 * What is known after one more run. A clock that was set back adds no gap. Of very many gaps the oldest are left out, and
 * with them the time before: what is said of the rest stays true.
 */
export const watchedAfter = (before: Watched | undefined, slot: number, normalMs: number): Watched => {
  if (!before) return { since: slot, lastRunAt: slot, gaps: [] };
  const { lastRunAt } = before;
  const gap = slot - lastRunAt > normalMs ? [{ from: lastRunAt, to: slot }] : [];
  const kept = [...before.gaps, ...gap].filter(({ to }) => to > slot - KEEP_MS);
  const gaps = kept.slice(-MOST_GAPS);
  const left = kept.at(-MOST_GAPS - 1);
  return { since: left ? left.to : before.since, lastRunAt: slot, gaps };
};

/** How long no run may have finished before that is more than a run that was late. */
export const normalGapMs = ({ schedule }: Pick<Config, 'schedule'>): number =>
  Math.max(schedule.missedAfterMinutes, 2 * schedule.everyMinutes) * MINUTE;
