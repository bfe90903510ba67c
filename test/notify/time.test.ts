import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothTimes, duration, relative, shortTime, timeOfDay } from '../../shared/notify/time.ts';
import { anyTime } from './hostile.ts';

const at = Date.parse('2026-11-03T03:04:05Z');
const MINUTE = 60_000;

describe('times in messages', () => {
  it('are in UTC and in the configured time zone', () => {
    expect(bothTimes(at, 'Europe/Berlin')).toBe('2026-11-03 03:04 UTC (Tue 04:04 Europe/Berlin)');
    expect(bothTimes(at, 'Asia/Kathmandu')).toBe('2026-11-03 03:04 UTC (Tue 08:49 Asia/Kathmandu)');
    expect(bothTimes(at, 'UTC')).toBe('2026-11-03 03:04 UTC');
  });

  it('are as short as they can be without being mistaken', () => {
    expect(shortTime(at, at, 'Europe/Berlin')).toBe('04:04 UTC+1');
    expect(shortTime(at + 1_440 * MINUTE, at, 'America/New_York')).toBe('Tue 22:04 UTC-5');
    expect(shortTime(at + 30 * 1_440 * MINUTE, at, 'UTC')).toBe('12-03 03:04 UTC');
    expect(timeOfDay(at, at)).toBe('03:04');
    expect(timeOfDay(at + 1_440 * MINUTE, at)).toBe('11-04 03:04');
  });

  it('write midnight as 00:00', () => {
    expect(bothTimes(Date.parse('2026-11-03T00:00:00Z'), 'UTC')).toBe('2026-11-03 00:00 UTC');
  });

  it('say how long, in the two largest units', () => {
    expect(duration(29_000)).toBe('less than a minute');
    expect(duration(42 * MINUTE)).toBe('42 min');
    expect(duration(200 * MINUTE)).toBe('3 h 20 min');
    expect(duration(180 * MINUTE)).toBe('3 h');
    expect(duration(52 * 60 * MINUTE)).toBe('2 d 4 h');
    expect(relative(at + 15 * MINUTE, at)).toBe('in 15 min');
    expect(relative(at - 15 * MINUTE, at)).toBe('15 min ago');
  });

  it('never throw, whatever the number', () => {
    fc.assert(
      fc.property(anyTime, anyTime, (one, other) => {
        for (const text of [
          bothTimes(one, 'Europe/Berlin'),
          shortTime(one, other, 'Europe/Berlin'),
          timeOfDay(one, other),
          duration(one),
          relative(one, other),
        ])
          expect(text).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  });
});
