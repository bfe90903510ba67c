import { oneLine } from '../notify/text.ts';
import { duration } from '../notify/time.ts';

const LONGEST = 300;

export const number = (count: number): string => count.toLocaleString('en-GB');
export const rowsText = (count: number): string => (count === 1 ? '1 row' : `${number(count)} rows`);
export const agoText = (at: number, now: number): string => `${duration(now - at)} ago`;

/** Somebody else's words, safe to show, on one line and of at most `max` characters. */
export const shown = (text: string, max = LONGEST): string => oneLine(text, max);
/** The same as a part of a sentence: no full stop at its end. */
export const phrase = (text: string, max = LONGEST): string => shown(text, max).replace(/[.!?…]+$/, '');

/** How many rows in so many minutes: `20 rows a minute`, or `3 rows in 12 minutes` where that says more. */
export const paceText = (rows: number, minutes: number): string => {
  const perMinute = rows / minutes;
  if (perMinute >= 1) return `${rowsText(Math.round(perMinute))} a minute`;
  const span = Math.max(1, Math.round(minutes));
  return `${rowsText(rows)} in ${span === 1 ? 'a minute' : `${span} minutes`}`;
};
