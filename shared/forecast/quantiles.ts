/** When something is reached, epoch ms: honest quantiles. Null: not within the horizon. */
export interface Quantiles {
  readonly p10: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
}

const at = (sorted: ArrayLike<number>, share: number): number | null => {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.POSITIVE_INFINITY;
  const above = sorted[Math.ceil(place)] ?? Number.POSITIVE_INFINITY;
  if (!Number.isFinite(above)) return null;
  return Math.round(below + (above - below) * (place - Math.floor(place)));
};

/** The quantiles of simulated times, of which those beyond the horizon are infinite. */
export const quantilesOf = (times: Float64Array): Quantiles => {
  const sorted = times.toSorted();
  return { p10: at(sorted, 0.1), p50: at(sorted, 0.5), p90: at(sorted, 0.9) };
};

/** The share of the simulated times before `moment`. */
export const shareBefore = (times: Float64Array, moment: number): number =>
  times.length === 0 ? 0 : times.reduce((sum, time) => sum + (time < moment ? 1 : 0), 0) / times.length;
