/*
 * When something is reached, as the API forecasts it, on an axis from now on. Pure; times are epoch ms.
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Forecasts see no further. */
const FARTHEST = 90 * DAY;

export interface Expected {
  readonly p10: string | null;
  readonly p50: string | null;
  readonly p90: string | null;
}

/** Where on the axis it lies, 0 to 1; `open`: its end is beyond what can be seen. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly middle: number | null;
  readonly open: boolean;
}

const time = (instant: string | null): number | null => (instant === null ? null : Date.parse(instant));

/** How long an axis must be to hold all of it, ms: a little more than the latest, a day at least, 90 at most. */
export const horizonOf = (
  now: number,
  expected: readonly Expected[],
  marks: readonly string[] = [],
): number => {
  const times = [...expected.flatMap(({ p10, p50, p90 }) => [p10, p50, p90]), ...marks].flatMap(
    (instant) => time(instant) ?? [],
  );
  const latest = Math.max(0, ...times.map((at) => at - now));
  const openEnded = expected.some(({ p10, p90 }) => p10 !== null && p90 === null);
  return openEnded ? FARTHEST : Math.min(FARTHEST, Math.max(DAY, latest * 1.12));
};

const place = (at: number, now: number, horizon: number): number =>
  Math.min(1, Math.max(0, (at - now) / horizon));

/** Null: not within what can be seen. */
export const spanOf = ({ p10, p50, p90 }: Expected, now: number, horizon: number): Span | null => {
  const from = time(p10) ?? time(p50);
  if (from === null) return null;
  const middle = time(p50);
  const to = time(p90);
  return {
    from: place(from, now, horizon),
    to: to === null ? 1 : place(to, now, horizon),
    middle: middle === null ? null : place(middle, now, horizon),
    open: to === null,
  };
};

/** Round steps for the axis, ms from now: at most five. */
export const ticksOf = (horizon: number): readonly number[] => {
  const steps = [6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];
  const step = steps.find((each) => horizon / each <= 5) ?? 30 * DAY;
  return Array.from({ length: Math.floor(horizon / step) }, (_, index) => (index + 1) * step);
};
