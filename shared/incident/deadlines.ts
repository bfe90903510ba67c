import { Temporal } from 'temporal-polyfill';
import type { Severity } from '../severity.ts';
import type { IncidentsConfig } from './policy.ts';

const MINUTE = 60_000;
/** A calendar without a working day for this long is taken to be a mistake. */
const SEARCH_DAYS = 366;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

type Calendar = IncidentsConfig['calendar'];

const isWorkday = (date: Temporal.PlainDate, calendar: Calendar): boolean => {
  const weekday = WEEKDAYS[date.dayOfWeek - 1];
  return weekday !== undefined && calendar.workdays.includes(weekday);
};

/**
 * The first business day after `date`. Where a year of holidays leaves none, holidays are disregarded: an early
 * deadline is safer than none.
 */
const nextBusinessDay = (date: Temporal.PlainDate, calendar: Calendar): Temporal.PlainDate => {
  const holidays = new Set(calendar.holidays);
  let firstWorkday: Temporal.PlainDate | undefined;
  for (let days = 1; days <= SEARCH_DAYS; days += 1) {
    const candidate = date.add({ days });
    if (!isWorkday(candidate, calendar)) continue;
    if (!holidays.has(candidate.toString())) return candidate;
    firstWorkday ??= candidate;
  }
  return firstWorkday ?? date.add({ days: 1 });
};

/** Where daylight saving skips or repeats `endsAt`, Temporal's `compatible` rule picks the moment. */
const endOfNextBusinessDay = (at: number, calendar: Calendar): number => {
  const today = Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(calendar.timeZone)
    .toPlainDate();
  return nextBusinessDay(today, calendar).toZonedDateTime({
    timeZone: calendar.timeZone,
    plainTime: Temporal.PlainTime.from(calendar.endsAt),
  }).epochMilliseconds;
};

/**
 * When somebody must have responded, epoch ms: P1 15 min, P2 1 h, P3 4 h (configurable); P4 at the end of the next
 * business day of the configured calendar, counted from the local date of opening.
 */
export const respondBy = (severity: Severity, openedAt: number, config: IncidentsConfig): number =>
  severity === 'P4'
    ? endOfNextBusinessDay(openedAt, config.calendar)
    : openedAt + Math.round(config.respondWithinMinutes[severity] * MINUTE);

/** When people are told more at the latest, epoch ms. */
export const nextUpdateAt = (severity: Severity, from: number, config: IncidentsConfig): number =>
  from + Math.round(config.nextUpdateMinutes[severity] * MINUTE);
