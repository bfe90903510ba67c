export const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WINDOW = 300_000;

/** `hours`: 1 to 24, in steps of five minutes · `days`: 1 to 35, in steps of an hour. That much is kept. */
export type Asked = { readonly hours: number } | { readonly days: number };

/** A time, and into which steps it is cut. */
export interface SeriesRange {
  /** The start of the first step, epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** The time that ends now; it begins with a whole step. */
export const rangeOf = (asked: Asked, now: number): SeriesRange => {
  const stepMs = 'hours' in asked ? WINDOW : HOUR;
  const from = now - ('hours' in asked ? asked.hours * HOUR : asked.days * DAY);
  return { from: from - (from % stepMs), to: now, stepMs };
};
