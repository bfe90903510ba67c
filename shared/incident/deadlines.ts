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

/** The moment itself when it falls on a business day, or the same time of day on the next one. */
const onBusinessDay = (at: number, calendar: Calendar): number => {
  const moment = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(calendar.timeZone);
  const today = moment.toPlainDate();
  if (isWorkday(today, calendar) && !calendar.holidays.includes(today.toString())) return at;
  return nextBusinessDay(today, calendar).toZonedDateTime({
    timeZone: calendar.timeZone,
    plainTime: moment.toPlainTime(),
  }).epochMilliseconds;
};

/** What can wait until the next business day for an answer is not asked about at a weekend either. */
const inBusinessTime = (severity: Severity, at: number, { calendar }: IncidentsConfig): number =>
  severity === 'P4' ? onBusinessDay(at, calendar) : at;

/** When people are told more at the latest, epoch ms; of a P4 on a business day. */
export const nextUpdateAt = (severity: Severity, from: number, config: IncidentsConfig): number =>
  inBusinessTime(severity, from + Math.round(config.nextUpdateMinutes[severity] * MINUTE), config);

/** When an acknowledgement without a word since `at` no longer counts, epoch ms; of a P4 on a business day. */
export const staleAt = (severity: Severity, at: number, config: IncidentsConfig): number =>
  inBusinessTime(severity, at + Math.round(config.acknowledgement[`${severity}Minutes`] * MINUTE), config);

/** Until when an incident that somebody closed at `at` stays closed although its cause is still seen, epoch ms. */
export const closedUntil = (at: number, { closedByHandMinutes }: IncidentsConfig): number =>
  at + Math.round(closedByHandMinutes * MINUTE);

/** How far clocks of two processes may lie apart before one of them is held to be wrong. */
export const CLOCK_SKEW_MS = 60_000;

/**
 * A stored deadline, never later than it would be if it were set now: one that is later was set by a clock that was
 * ahead, or under a configuration with longer deadlines, and would be missed in silence.
 */
export const inReach = (stored: number, setNow: number, slackMs = 0): number =>
  stored > setNow + CLOCK_SKEW_MS + slackMs ? setNow : stored;

/** What moves to the next business day keeps its time of day, so what is set later may be due earlier, by a day at most. */
export const businessSlack = (severity: Severity): number => (severity === 'P4' ? 24 * 60 * MINUTE : 0);
