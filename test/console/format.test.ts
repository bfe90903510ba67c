import { describe, expect, it } from 'vitest';
import {
  formatAmount,
  formatCount,
  formatCountdown,
  formatDay,
  formatPerMinute,
  formatRelative,
  formatRoundTrip,
  formatSeconds,
  formatShare,
  formatSpan,
  humanize,
  plural,
  UNKNOWN,
} from '../../console/src/format.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

describe('numbers', () => {
  it('are grouped, and what is not known is a dash and never a zero', () => {
    expect(formatCount(32_832)).toBe('32,832');
    expect([formatCount(null), formatAmount(null), formatShare(null), formatPerMinute(null)]).toEqual([
      UNKNOWN,
      UNKNOWN,
      UNKNOWN,
      UNKNOWN,
    ]);
    expect(formatCount(0)).toBe('0');
  });

  it('show a decimal only where it says something', () => {
    expect([formatAmount(0.42), formatAmount(9.96), formatAmount(41.7)]).toEqual(['0.4', '10', '42']);
    expect(formatPerMinute(0.4)).toBe('0.4/min');
  });

  it('never round a share to nothing or to all unless it is', () => {
    expect([0, 0.000_4, 0.064, 0.42, 0.991, 0.999_6, 1].map(formatShare)).toEqual([
      '0%',
      '<0.1%',
      '6.4%',
      '42%',
      '99.1%',
      '>99.9%',
      '100%',
    ]);
  });

  it('have their noun in the right number', () => {
    expect([plural(1, 'row'), plural(0, 'row'), plural(2, 'entry', 'entries')]).toEqual([
      '1 row',
      '0 rows',
      '2 entries',
    ]);
  });
});

describe('spans of time', () => {
  it('are told in at most two units', () => {
    const spans = [
      0,
      45 * SECOND,
      12 * MINUTE,
      3 * HOUR + 10 * MINUTE,
      5 * HOUR,
      14 * HOUR + MINUTE,
      DAY,
      4 * DAY,
    ];
    expect(spans.map(formatSpan)).toEqual([
      '0 s',
      '45 s',
      '12 min',
      '3 h 10 min',
      '5 h',
      '14 h',
      '1 day',
      '4 days',
    ]);
  });

  it('stand on the right side of now', () => {
    expect(formatRelative(NOW - 3 * MINUTE, NOW)).toBe('3 min ago');
    expect(formatRelative(NOW + 2 * HOUR, NOW)).toBe('in 2 h');
    expect(formatRelative(NOW + 2 * SECOND, NOW)).toBe('just now');
  });

  it('count down by the second within the hour, and count up once they are over', () => {
    expect(formatCountdown(NOW + 11 * MINUTE + 7 * SECOND, NOW)).toBe('11:07');
    expect(formatCountdown(NOW - 3 * MINUTE - SECOND, NOW)).toBe('03:01');
    expect(formatCountdown(NOW + 2 * HOUR + 5 * MINUTE, NOW)).toBe('2 h 05 min');
    expect(formatCountdown(NOW + 3 * DAY, NOW)).toBe('3 days');
  });

  it('of round trips say that they are bounds', () => {
    expect(formatRoundTrip({ from: 30, to: 60 })).toBe('≤ 1 min');
    expect(formatRoundTrip({ from: 3_600, to: null })).toBe('over 1 h');
    expect(formatRoundTrip(null)).toBe(UNKNOWN);
    expect(formatSeconds(2.5)).toBe('2.5 s');
  });
});

describe('days', () => {
  it('have their year only where it could be mistaken', () => {
    expect(formatDay(NOW + 60 * DAY, NOW)).toBe('21 Jan');
    expect(formatDay(NOW - 365 * DAY, NOW)).toBe('22 Nov 2025');
  });
});

it('a word of ours becomes a heading', () => {
  expect([humanize('not-ready'), humanize('webhook.gone')]).toEqual(['Not ready', 'Webhook gone']);
});
