import { ROUND_TRIP_BINS, type RowsWindow } from '../../rows/snapshot.ts';
import type { Observation } from '../observation.ts';
import type { Share } from './confidence.ts';
import { type RowsContext, seenInRows } from './context.ts';
import { judgeRate, sum, windowsIn } from './window.ts';
import { duration, number, percent, shareFacts } from './words.ts';

/** A percentile is over its limit when more than this share of the rows is. */
const BEYOND_P95 = 0.05;
/**
 * In so many windows of five minutes rows must come late: when what was stuck comes back all at once, its round trips
 * are long, and nothing is slow any more.
 */
const LATE_WINDOWS = 3;

/** Rows that certainly took longer: those of the bins that begin at the limit or beyond. */
const lateIn =
  (limitSeconds: number) =>
  ({ roundTrips }: Pick<RowsWindow, 'roundTrips'>): Share => ({
    part: sum(
      roundTrips.filter((_, bin) => (ROUND_TRIP_BINS[bin - 1] ?? 0) >= limitSeconds),
      (rows) => rows,
    ),
    of: sum(roundTrips, (rows) => rows),
  });

/** The upper bound of the bin in which a quantile lies, seconds; null without rows. */
export const quantileSeconds = (
  windows: readonly Pick<RowsWindow, 'roundTrips'>[],
  quantile: number,
): number | null => {
  const bins = ROUND_TRIP_BINS.map((_, bin) => sum(windows, ({ roundTrips }) => roundTrips[bin] ?? 0));
  const rank = sum(bins, (rows) => rows) * quantile;
  let passed = 0;
  for (const [bin, rows] of bins.entries()) {
    passed += rows;
    if (rows > 0 && passed >= rank) return ROUND_TRIP_BINS[bin] ?? null;
  }
  return null;
};

/** How long rows take, from accepted to back: the 95th percentile against `rows.slow.p95Minutes`. */
export const observeRoundTrip = (context: RowsContext): Observation => {
  const { feed, rows: config, snapshot, now } = context;
  const { p95Minutes, windowMinutes, minRows } = config.slow;
  const shareIn = lateIn(p95Minutes * 60);
  const { standing, share } = judgeRate({
    windows: snapshot.windows,
    now,
    windowMinutes,
    minRows,
    above: BEYOND_P95,
    shareIn,
  });
  const windows = windowsIn(snapshot.windows, windowMinutes, now);
  const lateWindows = windows.map(shareIn).filter(({ part, of }) => part > of * BEYOND_P95).length;
  const p95 = quantileSeconds(windows, 0.95);
  const facts = {
    ...shareFacts(share, { part: 'late', of: 'cameBack' }),
    limitMinutes: p95Minutes,
    windowMinutes,
    ...(p95 === null || !Number.isFinite(p95) ? {} : { p95Seconds: p95 }),
  };
  const said = { surface: 'round-trip', probe: 'round-trip', subject: feed, facts } as const;
  const took = `of ${number(share.of)} rows that came back in the last ${windowMinutes} min`;
  const limit = duration(p95Minutes * 60_000);

  const isSustained = lateWindows >= Math.min(LATE_WINDOWS, Math.max(1, Math.floor(windowMinutes / 5)));
  if (standing === 'above' && isSustained)
    return seenInRows(context, {
      ...said,
      finding: 'late',
      summary: `${percent(share.part / share.of)} ${took} took longer than ${limit}; at most 5 % may.`,
    });
  if (standing === 'within')
    return seenInRows(context, {
      ...said,
      finding: 'in-time',
      summary:
        p95 === null
          ? `No row took longer than ${limit}.`
          : `95 % ${took} took at most ${duration(p95 * 1_000)}.`,
    });
  return seenInRows(context, {
    ...said,
    finding: 'too-few',
    summary: `${number(share.part)} ${took} took longer than ${limit}: too few, or not for long enough, to say.`,
  });
};
