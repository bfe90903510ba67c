import type { OverviewResponse } from '../../../../shared/report/overview-shape.ts';

type FeedFlow = OverviewResponse['flow'];
type Stage = Pick<OverviewResponse['feeds'][number]['stages'][number], 'state' | 'rows_per_minute'>;

/** moving: rows pass · still: none do · blocked: what comes next is broken, or what comes before holds them · unknown */
export type Flow = 'moving' | 'still' | 'blocked' | 'unknown';

const byRate = ({ rows_per_minute: rate }: Stage): Flow => {
  if (rate === null) return 'unknown';
  return rate > 0 ? 'moving' : 'still';
};

/** What is broken lets rows pass all the same while the feed is not stopped: one provider of many may fail. */
const isBlocked = (from: Stage, to: Stage, flow: FeedFlow): boolean =>
  from.state === 'held' || (to.state === 'broken' && (flow === 'stopped' || (to.rows_per_minute ?? 0) === 0));

/**
 * What to draw on the way to each stage but the first. Rates are of the last minutes, states are of now: where rows
 * are stopped nothing moves, nor behind it.
 */
export const flowsOf = (stages: readonly Stage[], flow: FeedFlow): readonly Flow[] => {
  let stopped = false;
  return stages.slice(1).map((to, index) => {
    const from = stages[index];
    if (stopped) return 'still';
    if (!from || !isBlocked(from, to, flow)) return byRate(to);
    stopped = true;
    return 'blocked';
  });
};

const SLOWEST = 2.4;
const FASTEST = 0.35;

/** How long a dash takes to its neighbour's place: from 2.4 s for a row a minute to 0.35 s at Clay's limit of 600. */
export const secondsPerDash = (rowsPerMinute: number | null): number => {
  const share = Math.min(1, Math.log10(Math.max(1, rowsPerMinute ?? 1)) / Math.log10(600));
  // In steps, so that the drawing does not start anew whenever a rate changes a little.
  return Math.round((SLOWEST - (SLOWEST - FASTEST) * share) * 4) / 4;
};
