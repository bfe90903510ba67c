import { Temporal } from 'temporal-polyfill';
import type { Config } from '../config/schema.ts';

type OnCallConfig = Pick<Config, 'notify' | 'incidents'>;

const DAYS = 7;

/** The moment of a handover on a day; where daylight saving skips or repeats it, Temporal's `compatible` rule picks. */
const handoverOn = (day: Temporal.PlainDate, config: OnCallConfig): number =>
  day.toZonedDateTime({
    timeZone: config.incidents.calendar.timeZone,
    plainTime: Temporal.PlainTime.from(config.notify.onCall.handoverAt),
  }).epochMilliseconds;

/** A turn of the rotation: who has it, from when until when, epoch ms. */
export interface OnCallTurn {
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

/**
 * Whose turn it is: a week each, from handover to handover by the wall clock of the calendar's time zone, so a week with
 * a change of the clocks is an hour longer or shorter. Before the first handover it is the turn of whoever would have
 * had it. Null when the rotation is empty: PagerDuty knows, or everybody is.
 */
export const onCallAt = (at: number, config: OnCallConfig): OnCallTurn | null => {
  const { rotation, startsOn } = config.notify.onCall;
  if (rotation.length === 0) return null;
  const start = Temporal.PlainDate.from(startsOn);
  const today = Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(config.incidents.calendar.timeZone)
    .toPlainDate();
  const days = start.until(today, { largestUnit: 'days' }).days;
  const dayOf = (week: number) => start.add({ days: week * DAYS });
  const thisWeek = Math.floor(days / DAYS);
  // On the day of a handover it is still the turn before, until the hour.
  const week = at < handoverOn(dayOf(thisWeek), config) ? thisWeek - 1 : thisWeek;
  const index = ((week % rotation.length) + rotation.length) % rotation.length;
  const name = rotation[index];
  return name === undefined
    ? null
    : { name, from: handoverOn(dayOf(week), config), until: handoverOn(dayOf(week + 1), config) };
};

/**
 * The people whom a step of an escalation names, each once. `on-call` without a rotation, and `everyone`, are all of
 * `notify.people`; a name that is not there is left out (the configuration refuses it beforehand).
 */
export const peopleOf = (to: readonly string[], at: number, config: OnCallConfig): readonly string[] => {
  const everybody = Object.keys(config.notify.people);
  const named = to.flatMap((who) => {
    if (who === 'everyone') return everybody;
    if (who === 'on-call') return onCallAt(at, config)?.name ?? everybody;
    return who;
  });
  return [...new Set(named)].filter((name) => Object.hasOwn(config.notify.people, name));
};
