import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { type ConfigInput, configSchema } from '../../shared/config/schema.ts';
import { nextUpdateAt, respondBy } from '../../shared/incident/deadlines.ts';
import { DAY, HOUR, MINUTE, NOON } from './fixtures.ts';

type CalendarInput = NonNullable<NonNullable<ConfigInput['incidents']>['calendar']>;

const configOf = (calendar: CalendarInput = {}) => configSchema.parse({ incidents: { calendar } }).incidents;
const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds;
const p4 = (openedAt: string, calendar: CalendarInput = {}) =>
  Temporal.Instant.fromEpochMilliseconds(respondBy('P4', at(openedAt), configOf(calendar))).toString();

describe('respondBy', () => {
  it('gives P1 15 minutes, P2 an hour and P3 four hours, at any time of any day', () => {
    const config = configOf();
    expect(respondBy('P1', NOON, config)).toBe(NOON + 15 * MINUTE);
    expect(respondBy('P2', NOON, config)).toBe(NOON + HOUR);
    expect(respondBy('P3', NOON, config)).toBe(NOON + 4 * HOUR);
  });

  it('takes other minutes from the configuration, fractions included', () => {
    const config = configSchema.parse({ incidents: { respondWithinMinutes: { P1: 1.5 } } }).incidents;
    expect(respondBy('P1', NOON, config)).toBe(NOON + 90_000);
  });

  it.each([
    ['2026-11-03T12:00Z', '2026-11-04T17:00:00Z', 'a Tuesday: by Wednesday evening'],
    [
      '2026-11-03T00:00Z',
      '2026-11-04T17:00:00Z',
      'the first moment of a business day: not by its own evening',
    ],
    ['2026-11-03T23:59:59Z', '2026-11-04T17:00:00Z', 'the last moment of a business day'],
    ['2026-11-06T18:00Z', '2026-11-09T17:00:00Z', 'a Friday evening: by Monday'],
    ['2026-11-07T12:00Z', '2026-11-09T17:00:00Z', 'a Saturday: by Monday'],
    ['2026-11-08T12:00Z', '2026-11-09T17:00:00Z', 'a Sunday: by Monday'],
  ])('gives P4, opened at %s, until %s: %s', (openedAt, expected) => {
    expect(p4(openedAt)).toBe(expected);
  });

  it('steps over holidays, also several in a row and into the next year', () => {
    const holidays = [
      '2026-12-24',
      '2026-12-25',
      '2026-12-28',
      '2026-12-29',
      '2026-12-30',
      '2026-12-31',
      '2027-01-01',
    ];
    expect(p4('2026-12-23T10:00Z', { holidays })).toBe('2027-01-04T17:00:00Z');
  });

  it('counts days in the configured zone, not in UTC', () => {
    // In Auckland it is already Wednesday.
    expect(p4('2026-11-03T12:00Z', { timeZone: 'Pacific/Auckland' })).toBe('2026-11-05T04:00:00Z');
    // In Los Angeles it is still Friday.
    expect(p4('2026-11-07T03:00Z', { timeZone: 'America/Los_Angeles' })).toBe('2026-11-10T01:00:00Z');
  });

  it('knows other weeks', () => {
    const workdays: CalendarInput['workdays'] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday'];
    expect(p4('2026-11-05T12:00Z', { workdays })).toBe('2026-11-08T17:00:00Z');
    expect(p4('2026-11-03T12:00Z', { workdays: ['tuesday'] })).toBe('2026-11-10T17:00:00Z');
  });

  it('keeps the wall clock over both changes of daylight saving', () => {
    const timeZone = 'Europe/Berlin';
    expect(p4('2026-03-27T12:00Z', { timeZone })).toBe('2026-03-30T15:00:00Z');
    expect(p4('2026-10-23T12:00Z', { timeZone })).toBe('2026-10-26T16:00:00Z');
  });

  it('picks one moment where the clock skips or repeats the end of the day', () => {
    const workdays: CalendarInput['workdays'] = ['sunday'];
    const berlin: CalendarInput = { timeZone: 'Europe/Berlin', workdays, endsAt: '02:30' };
    expect(p4('2026-03-28T12:00Z', berlin)).toBe('2026-03-29T01:30:00Z');
    expect(p4('2026-10-24T12:00Z', berlin)).toBe('2026-10-25T00:30:00Z');
  });

  it('disregards holidays that would leave no working day within a year', () => {
    const first = Temporal.PlainDate.from('2026-11-01');
    const holidays = Array.from({ length: 800 }, (_, days) => first.add({ days }).toString());
    expect(p4('2026-11-06T12:00Z', { holidays })).toBe('2026-11-09T17:00:00Z');
  });

  it('is always later than the opening, on a working day, and no weekend away', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Australia/Lord_Howe',
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: at('2099-12-31T00:00Z') }),
        fc.constantFrom(...zones),
        fc.constantFrom('00:00', '02:30', '17:00', '23:59'),
        (openedAt, timeZone, endsAt) => {
          const due = respondBy('P4', openedAt, configOf({ timeZone, endsAt }));
          const local = Temporal.Instant.fromEpochMilliseconds(due).toZonedDateTimeISO(timeZone);
          expect(due).toBeGreaterThan(openedAt);
          expect(due - openedAt).toBeLessThan(5 * DAY);
          expect(local.dayOfWeek).toBeLessThanOrEqual(5);
        },
      ),
    );
  });
});

describe('nextUpdateAt', () => {
  it('follows the severity', () => {
    const config = configOf();
    expect(nextUpdateAt('P1', NOON, config)).toBe(NOON + 30 * MINUTE);
    expect(nextUpdateAt('P4', NOON, config)).toBe(NOON + DAY);
  });
});
