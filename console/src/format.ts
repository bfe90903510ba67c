/*
 * Numbers and times as people read them. Times are in the reader's own zone; what is exact stands in a `title`.
 */

const LOCALE = 'en-GB';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What stands where nothing is known. */
export const UNKNOWN = '–';

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
// In British English thousands and millions are k and m, which read as units.
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export const formatCount = (count: number | null | undefined): string =>
  count === null || count === undefined ? UNKNOWN : whole.format(count);

/** 12,400 → 12.4K; for axes. */
export const formatCompact = (count: number): string => compact.format(count);

/** Small amounts with one decimal. */
export const formatAmount = (amount: number | null | undefined): string => {
  if (amount === null || amount === undefined) return UNKNOWN;
  return Math.abs(amount) < 10 ? tenth.format(amount) : whole.format(amount);
};

export const formatPerMinute = (rate: number | null | undefined): string =>
  rate === null || rate === undefined ? UNKNOWN : `${formatAmount(rate)}/min`;

/** 0.423 → 42%; what is nearly nothing or nearly all does not read as nothing or all. */
export const formatShare = (share: number | null | undefined): string => {
  if (share === null || share === undefined) return UNKNOWN;
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '<0.1%';
  if (percent < 100 && percent > 99.9) return '>99.9%';
  return `${percent < 10 || (percent > 90 && percent < 100) ? tenth.format(percent) : whole.format(percent)}%`;
};

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** A span of time in its two greatest units at most: 45 s, 12 min, 3 h 10 min, 4 days. */
export const formatSpan = (ms: number): string => {
  const span = Math.max(0, ms);
  if (span < MINUTE) return `${Math.round(span / SECOND)} s`;
  if (span < HOUR) return `${Math.round(span / MINUTE)} min`;
  if (span < DAY) {
    const minutes = Math.round(span / MINUTE);
    const rest = minutes % 60;
    return rest === 0 || minutes >= 600
      ? `${Math.round(minutes / 60)} h`
      : `${Math.floor(minutes / 60)} h ${rest} min`;
  }
  const days = Math.round(span / DAY);
  return days === 1 ? '1 day' : `${whole.format(days)} days`;
};

/** Seconds, e.g. of a round trip. */
export const formatSeconds = (seconds: number | null | undefined): string => {
  if (seconds === null || seconds === undefined) return UNKNOWN;
  if (seconds < 10) return `${tenth.format(seconds)} s`;
  return formatSpan(seconds * SECOND);
};

/** Between which round trips a quantile lies. */
export const formatRoundTrip = (
  span: { readonly from: number; readonly to: number | null } | null | undefined,
): string => {
  if (!span) return UNKNOWN;
  return span.to === null ? `over ${formatSeconds(span.from)}` : `≤ ${formatSeconds(span.to)}`;
};

/** `just now`, `3 min ago`, `in 2 h`. */
export const formatRelative = (at: number, now: number): string => {
  const away = at - now;
  if (Math.abs(away) < 5 * SECOND) return 'just now';
  return away < 0 ? `${formatSpan(-away)} ago` : `in ${formatSpan(away)}`;
};

const two = (value: number): string => String(value).padStart(2, '0');

/** Down to a deadline: `04:12` within the hour, then `2 h 05 min`, then days. What is past counts up. */
export const formatCountdown = (at: number, now: number): string => {
  const left = Math.abs(at - now);
  const seconds = Math.floor(left / SECOND);
  const minutes = Math.floor(seconds / 60);
  if (left < HOUR) return `${two(minutes)}:${two(seconds % 60)}`;
  if (left < 2 * DAY) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  return formatSpan(left);
};

const clockTime = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const exactTime = new Intl.DateTimeFormat(LOCALE, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const dayMonth = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });

/** 14:05 */
export const formatTime = (at: number): string => clockTime.format(at);
/** 22 Nov; with the year when it could be mistaken. */
export const formatDay = (at: number, now: number = at): string =>
  (Math.abs(at - now) < 300 * DAY ? dayMonth : dayMonthYear).format(at);
/** 14:05 today, 21 Nov 14:05 on another day. */
export const formatInstant = (at: number, now: number): string =>
  new Date(at).toDateString() === new Date(now).toDateString()
    ? formatTime(at)
    : `${formatDay(at, now)} ${formatTime(at)}`;
/** To the second, with the zone. */
export const formatExact = (at: number): string => exactTime.format(at);

/** A word of ours as a heading: `not-ready` → Not ready. */
export const humanize = (word: string): string => {
  const spaced = word.replaceAll(/[-_.]/g, ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};
