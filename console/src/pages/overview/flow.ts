import type { OverviewResponse } from '../../../../shared/report/overview-shape.ts';

type Stage = Pick<OverviewResponse['feeds'][number]['stages'][number], 'state' | 'rows_per_minute' | 'stage'>;

/** moving: rows pass · still: none do · blocked: what comes next is broken or holds them · unknown */
export type Flow = 'moving' | 'still' | 'blocked' | 'unknown';

/** What to draw between two stages: only where rows were seen to pass does anything move. */
export const flowBetween = (from: Stage, to: Stage): Flow => {
  if ((to.rows_per_minute ?? 0) > 0) return 'moving';
  // What holds rows takes them in all the same: the stop is behind it.
  if (to.state === 'broken' || from.state === 'held') return 'blocked';
  return to.rows_per_minute === null ? 'unknown' : 'still';
};

const SLOWEST = 2.4;
const FASTEST = 0.35;

/** How long a dash takes to its neighbour's place: from 2.4 s for a row a minute to 0.35 s at Clay's limit of 600. */
export const secondsPerDash = (rowsPerMinute: number | null): number => {
  const share = Math.min(1, Math.log10(Math.max(1, rowsPerMinute ?? 1)) / Math.log10(600));
  // In steps, so that the drawing does not start anew whenever a rate changes a little.
  return Math.round((SLOWEST - (SLOWEST - FASTEST) * share) * 4) / 4;
};
