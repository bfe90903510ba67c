const HOUR = 3_600_000;
const DAY_HOURS = 24;
const DAY = DAY_HOURS * HOUR;

/** What happened within one hour, as far as it was seen. */
export interface HourAmount {
  /** Epoch ms, a whole hour. */
  readonly start: number;
  readonly amount: number;
  /** How much of the hour was seen. */
  readonly observedMs: number;
}

/** A past day, whole: hours that were not seen hold what is usual. */
export interface PastDay {
  /** Days since the epoch. */
  readonly day: number;
  readonly weekend: boolean;
  readonly hours: Float64Array;
  readonly total: number;
  /** Total without the effect of the weekday: days of the same level have the same. */
  readonly level: number;
  /** How much of the day was seen, 0 to 1. */
  readonly seen: number;
}

/** What is usual, learned from hourly history. */
export interface Pattern {
  /** Oldest first. */
  readonly days: readonly PastDay[];
  readonly meanLevel: number;
  /** False: any day may stand for any other. */
  readonly weekendsDiffer: boolean;
  /** Usual amount of an hour of the day, on weekdays and on weekends. */
  readonly usual: { readonly weekday: Float64Array; readonly weekend: Float64Array };
  /** How a weekday (0 is Sunday) compares with the mean day; null when no such day was seen. */
  readonly factors: readonly (number | null)[];
  /** How much of an hour's surprise is left in the next hour, 0 to 1. */
  readonly persistence: number;
  /** Amount per hour of late against what was usual then; 1 when nothing is unusual. */
  readonly lately: number;
  readonly observedMs: number;
}

/** Of weekdays of the same kind, so many imaginary average ones are added to those that were seen. */
const WEEKDAY_PRIOR = 3;
/** A day of which less was seen than this is not played again, unless there is no better. */
const MIN_SEEN_HOURS = 6;
const LATELY_HOURS = 2;
const PERSISTENCE_PRIOR = { value: 0.5, hours: 24 };
/** Weekends are otherwise than weekdays when their means are so many standard errors apart. */
const KINDS_SPREAD = 3;
/** An hour of which less was seen says nothing of its rate. */
const MIN_SEEN_MS = 15 * 60_000;

export const dayOf = (at: number): number => Math.floor(at / DAY);
/** 0 is Sunday; day 0 of the epoch was a Thursday. */
export const weekdayOf = (day: number): number => (day + 4) % 7;
export const isWeekend = (day: number): boolean => weekdayOf(day) === 0 || weekdayOf(day) === 6;

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

interface SeenDay {
  readonly day: number;
  /** Amount per hour; NaN where not seen. */
  readonly hours: Float64Array;
  readonly seenHours: number;
}

const seenDays = (history: readonly HourAmount[]): readonly SeenDay[] => {
  const days = new Map<number, { hours: Float64Array; seenHours: number }>();
  for (const { start, amount, observedMs } of history) {
    if (observedMs < MIN_SEEN_MS) continue;
    const day = dayOf(start);
    const found = days.get(day) ?? { hours: new Float64Array(DAY_HOURS).fill(Number.NaN), seenHours: 0 };
    found.hours[Math.floor((start % DAY) / HOUR)] = (amount * HOUR) / observedMs;
    found.seenHours += observedMs / HOUR;
    days.set(day, found);
  }
  return [...days].map(([day, seen]) => ({ day, ...seen })).sort((one, other) => one.day - other.day);
};

const usualHours = (days: readonly SeenDay[], fallback: number): Float64Array =>
  Float64Array.from({ length: DAY_HOURS }, (_, hour) => {
    const values = days.map(({ hours }) => hours[hour] ?? Number.NaN).filter((value) => !Number.isNaN(value));
    return values.length === 0 ? fallback : mean(values);
  });

const fill = (hours: Float64Array, usual: Float64Array): Float64Array =>
  hours.map((amount, hour) => (Number.isNaN(amount) ? (usual[hour] ?? 0) : amount));

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

interface DayTotal {
  readonly day: number;
  readonly total: number;
}

const totalsOf = (days: readonly DayTotal[], weekend: boolean): readonly number[] =>
  days.filter(({ day }) => isWeekend(day) === weekend).map(({ total }) => total);

/** Whether weekends are known to be otherwise than weekdays: what differs by chance is not taken for a pattern. */
const weekendsDiffer = (days: readonly DayTotal[]): boolean => {
  const [weekday, weekend] = [totalsOf(days, false), totalsOf(days, true)];
  if (weekday.length === 0 || weekend.length === 0) return true;
  const spread = deviation(weekday) * KINDS_SPREAD + 1e-9;
  return (
    Math.abs(mean(weekday) - mean(weekend)) > spread * Math.sqrt(1 / weekday.length + 1 / weekend.length)
  );
};

/** Factors of the seven weekdays: a weekday leans towards its kind, the kinds stand for themselves. */
const weekdayFactors = (days: readonly DayTotal[], differ: boolean): (number | null)[] => {
  const all = days.map(({ total }) => total);
  const kindMean = (weekend: boolean) => {
    const totals = differ ? totalsOf(days, weekend) : all;
    return totals.length === 0 ? null : mean(totals);
  };
  const kinds = { weekday: kindMean(false), weekend: kindMean(true) };
  const overall = ((kinds.weekday ?? kinds.weekend ?? 0) * 5 + (kinds.weekend ?? kinds.weekday ?? 0) * 2) / 7;
  const noise = deviation(all) / Math.max(mean(all), 1e-9);
  const prior = WEEKDAY_PRIOR * (1 + noise ** 2 * 4);
  return Array.from({ length: 7 }, (_, weekday) => {
    const kind = weekday === 0 || weekday === 6 ? kinds.weekend : kinds.weekday;
    if (kind === null) return null;
    if (overall <= 0) return 1;
    const own = days.filter(({ day }) => weekdayOf(day) === weekday).map(({ total }) => total);
    const leaned = (mean(own) * own.length + kind * prior) / (own.length + prior);
    return Math.max(leaned / overall, 1e-3);
  });
};

interface Surprise {
  readonly start: number;
  readonly amount: number;
  readonly expected: number;
}

/** Every hour beside what was to be expected of it. */
const surprises = (seen: readonly SeenDay[], usual: Pattern['usual']): readonly Surprise[] =>
  seen.flatMap(({ day, hours }) => {
    const expected = isWeekend(day) ? usual.weekend : usual.weekday;
    return [...hours].flatMap((amount, hour) =>
      Number.isNaN(amount) ? [] : [{ start: day * DAY + hour * HOUR, amount, expected: expected[hour] ?? 0 }],
    );
  });

const persistenceOf = (all: readonly Surprise[]): number => {
  let together = 0;
  let alone = 0;
  let pairs = 0;
  for (const [index, { start, amount, expected }] of all.entries()) {
    const before = all[index - 1];
    if (!before || start - before.start !== HOUR) continue;
    together += (amount - expected) * (before.amount - before.expected);
    alone += ((amount - expected) ** 2 + (before.amount - before.expected) ** 2) / 2;
    pairs += 1;
  }
  const measured = alone > 0 ? Math.max(0, together / alone) : 0;
  const { value, hours } = PERSISTENCE_PRIOR;
  return (measured * pairs + value * hours) / (pairs + hours);
};

const latelyOf = (all: readonly Surprise[], now: number, usualPerHour: number): number => {
  const last = all.filter(({ start }) => start > now - (LATELY_HOURS + 1) * HOUR);
  const amount = mean(last.map((each) => each.amount));
  const expected = mean(last.map((each) => each.expected));
  const smoothing = usualPerHour / 4;
  return last.length === 0 || expected + smoothing <= 0 ? 1 : (amount + smoothing) / (expected + smoothing);
};

/** Learns what is usual. Null when nothing was seen. `history` is in order of time, none of it after `now`. */
export const learnPattern = (history: readonly HourAmount[], now: number): Pattern | null => {
  const seen = seenDays(history);
  if (seen.length === 0) return null;
  const observedMs = history.reduce((total, hour) => total + hour.observedMs, 0);
  const perHour = history.reduce((total, hour) => total + hour.amount, 0) / (observedMs / HOUR);
  const kinds = [false, true].map((weekend) => {
    const days = seen.filter(({ day }) => isWeekend(day) === weekend);
    return usualHours(
      days,
      days.length === 0
        ? perHour
        : mean(days.flatMap(({ hours }) => [...hours].filter((value) => !Number.isNaN(value)))),
    );
  });
  const usual = {
    weekday: kinds[0] ?? new Float64Array(DAY_HOURS),
    weekend: kinds[1] ?? new Float64Array(DAY_HOURS),
  };
  const most = Math.max(...seen.map(({ seenHours }) => seenHours));
  const whole = seen
    .filter(({ seenHours }) => seenHours >= Math.min(MIN_SEEN_HOURS, most))
    .map(({ day, hours, seenHours }) => {
      const filled = fill(hours, isWeekend(day) ? usual.weekend : usual.weekday);
      return { day, hours: filled, total: sum(filled), seen: Math.min(1, seenHours / DAY_HOURS) };
    });
  const differ = weekendsDiffer(whole);
  const factors = weekdayFactors(whole, differ);
  const levelled = whole.map((each) => ({
    ...each,
    level: each.total / (factors[weekdayOf(each.day)] ?? 1),
  }));
  const meanLevel = mean(levelled.map(({ level }) => level));
  const days = levelled.map((each) => ({
    ...each,
    weekend: isWeekend(each.day),
  }));
  const all = surprises(seen, usual);
  return {
    days,
    meanLevel,
    weekendsDiffer: differ,
    usual,
    factors,
    persistence: persistenceOf(all),
    lately: latelyOf(all, now, perHour),
    observedMs,
  };
};
