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
  /** The level of the days around it, so that the day can be played at another level. */
  readonly localLevel: number;
  /** How much of the day was seen, 0 to 1. */
  readonly seen: number;
}

/** What is usual, learned from hourly history. */
export interface Pattern {
  /** Oldest first. */
  readonly days: readonly PastDay[];
  readonly meanLevel: number;
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
/** Days on each side that make the local level. */
const LOCAL_DAYS = 5;
const LOCAL_PRIOR = 2;
/** A day of which less was seen than this is not played again, unless there is no better. */
const MIN_SEEN_HOURS = 6;
const LATELY_HOURS = 2;
const PERSISTENCE_PRIOR = { value: 0.5, hours: 24 };
const MIN_SEEN_MS = 5 * 60_000;

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

/** Factors of the seven weekdays: a weekday leans towards its kind, the kinds stand for themselves. */
const weekdayFactors = (
  days: readonly { readonly day: number; readonly total: number }[],
): (number | null)[] => {
  const kindMean = (weekend: boolean) => {
    const totals = days.filter(({ day }) => isWeekend(day) === weekend).map(({ total }) => total);
    return totals.length === 0 ? null : mean(totals);
  };
  const kinds = { weekday: kindMean(false), weekend: kindMean(true) };
  const overall = ((kinds.weekday ?? kinds.weekend ?? 0) * 5 + (kinds.weekend ?? kinds.weekday ?? 0) * 2) / 7;
  return Array.from({ length: 7 }, (_, weekday) => {
    const kind = weekday === 0 || weekday === 6 ? kinds.weekend : kinds.weekday;
    if (kind === null) return null;
    if (overall <= 0) return 1;
    const own = days.filter(({ day }) => weekdayOf(day) === weekday).map(({ total }) => total);
    const leaned = (mean(own) * own.length + kind * WEEKDAY_PRIOR) / (own.length + WEEKDAY_PRIOR);
    return Math.max(leaned / overall, 1e-3);
  });
};

const localLevel = (
  days: readonly { readonly day: number; readonly level: number; readonly seen: number }[],
  around: number,
  meanLevel: number,
): number => {
  let weights = LOCAL_PRIOR;
  let total = LOCAL_PRIOR * meanLevel;
  for (const { day, level, seen } of days) {
    const weight = Math.max(0, 1 - Math.abs(day - around) / (LOCAL_DAYS + 1)) * seen;
    weights += weight;
    total += weight * level;
  }
  return total / weights;
};

interface Surprise {
  readonly start: number;
  readonly amount: number;
  readonly expected: number;
}

/** Every whole hour beside what was to be expected of it. */
const surprises = (
  days: readonly PastDay[],
  seen: readonly SeenDay[],
  pattern: Pick<Pattern, 'usual' | 'meanLevel'>,
) =>
  seen.flatMap(({ day, hours }): readonly Surprise[] => {
    const past = days.find((each) => each.day === day);
    const usual = isWeekend(day) ? pattern.usual.weekend : pattern.usual.weekday;
    const scale = past && pattern.meanLevel > 0 ? past.localLevel / pattern.meanLevel : 1;
    return [...hours].flatMap((amount, hour) =>
      Number.isNaN(amount)
        ? []
        : [{ start: day * DAY + hour * HOUR, amount, expected: (usual[hour] ?? 0) * scale }],
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
  const factors = weekdayFactors(whole);
  const levelled = whole.map((each) => ({
    ...each,
    level: each.total / (factors[weekdayOf(each.day)] ?? 1),
  }));
  const meanLevel = mean(levelled.map(({ level }) => level));
  const days = levelled.map((each) => ({
    ...each,
    weekend: isWeekend(each.day),
    localLevel: localLevel(levelled, each.day, meanLevel),
  }));
  const all = surprises(days, seen, { usual, meanLevel });
  return {
    days,
    meanLevel,
    usual,
    factors,
    persistence: persistenceOf(all),
    lately: latelyOf(all, now, perHour),
    observedMs,
  };
};
