const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The ends of what a Date can hold. */
const LATEST = 8.64e15;

const UNKNOWN = 'an unknown time';
const isTime = (at: number): boolean => Number.isFinite(at) && Math.abs(at) <= LATEST;

/** Making one takes longer than rendering a whole message. */
const formats = new Map<string, Intl.DateTimeFormat>();

const formatFor = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'shortOffset',
  });
  formats.set(timeZone, format);
  return format;
};

/** Date, weekday, time of day and offset in a time zone; built from parts, because whole formats differ by ICU version. */
const partsIn = (at: number, timeZone: string) => {
  const parts = Object.fromEntries(
    formatFor(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    weekday: parts.weekday ?? '',
    time: `${parts.hour}:${parts.minute}`,
    /** `UTC`, `UTC+2`, `UTC+5:45`. */
    offset: (parts.timeZoneName ?? '')
      .replace('GMT', 'UTC')
      .replace('\u2212', '-')
      .replace(/[+-]0$/, ''),
  };
};

/** `2026-11-03 03:04 UTC`. */
export const utcTime = (at: number): string => {
  if (!isTime(at)) return UNKNOWN;
  const { date, time } = partsIn(at, 'UTC');
  return `${date} ${time} UTC`;
};

/** `2026-11-03 03:04 UTC (Tue 04:04 Europe/Berlin)`; the zone is left out when it is UTC. */
export const bothTimes = (at: number, timeZone: string): string => {
  if (!isTime(at)) return UNKNOWN;
  const { weekday, time } = partsIn(at, timeZone);
  return timeZone === 'UTC' ? utcTime(at) : `${utcTime(at)} (${weekday} ${time} ${timeZone})`;
};

/** `03:04` in UTC, for lists whose heading says so; `11-04 03:04` when it is another day than `reference`. */
export const timeOfDay = (at: number, reference: number): string => {
  if (!isTime(at)) return '--:--';
  const { date, time } = partsIn(at, 'UTC');
  return isTime(reference) && partsIn(reference, 'UTC').date === date ? time : `${date.slice(5)} ${time}`;
};

/** The shortest that is clear to somebody who reads it at `now`: `04:19 UTC+1`, `Wed 17:00 UTC+1`, `11-23 17:00 UTC`. */
export const shortTime = (at: number, now: number, timeZone: string): string => {
  if (!isTime(at) || !isTime(now)) return '?';
  const { date, weekday, time, offset } = partsIn(at, timeZone);
  if (date === partsIn(now, timeZone).date) return `${time} ${offset}`;
  return Math.abs(at - now) < 6 * DAY ? `${weekday} ${time} ${offset}` : `${date.slice(5)} ${time} ${offset}`;
};

/** `42 min`, `3 h 20 min`, `2 d 4 h`. Never negative. */
export const duration = (ms: number): string => {
  if (!Number.isFinite(ms)) return 'an unknown time';
  const minutes = Math.max(0, Math.round(ms / MINUTE));
  if (minutes === 0) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
};

/** `in 15 min`, or `15 min ago`, as seen from `now`. */
export const relative = (at: number, now: number): string =>
  at >= now ? `in ${duration(at - now)}` : `${duration(now - at)} ago`;
