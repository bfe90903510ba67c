import type { Fact } from '../observation.ts';
import { bounds, type Share, shareOf } from './confidence.ts';

/** Made once: to make one takes longer than everything that a feed's counts are judged by. */
const FORMATS = [0, 1].map((digits) => new Intl.NumberFormat('en-GB', { maximumFractionDigits: digits }));

export const number = (value: number, digits: 0 | 1 = 0): string =>
  FORMATS[digits]?.format(value) ?? String(value);

/** `12 %`, `0.5 %`; never rounded to 0 % or 100 % when it is neither. */
export const percent = (share: number): string => {
  const value = share * 100;
  const digits = value > 0 && value < 10 ? 1 : 0;
  const text = value > 99 && value < 100 ? '>99' : value > 0 && value < 0.05 ? '<0.1' : number(value, digits);
  return `${text} %`;
};

export const rows = (count: number): string => (count === 1 ? '1 row' : `${number(count)} rows`);

/** `40 s`, `12 min`, `3 h`, `2 d`. */
export const duration = (ms: number): string => {
  const minutes = ms / 60_000;
  if (minutes < 2) return `${number(Math.max(0, ms / 1_000))} s`;
  if (minutes < 120) return `${number(minutes)} min`;
  return minutes < 2_880 ? `${number(minutes / 60)} h` : `${number(minutes / 1_440)} d`;
};

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

/** What a rate rests on, for the evidence: counts, the share and its 95 % bounds. */
export const shareFacts = (share: Share, names: { part: string; of: string }): Record<string, Fact> => {
  const { low, high } = bounds(share);
  return {
    [names.part]: share.part,
    [names.of]: share.of,
    share: rounded(shareOf(share)),
    low: rounded(low),
    high: rounded(high),
  };
};
