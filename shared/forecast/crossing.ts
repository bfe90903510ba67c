import { dayOf, isWeekend, type PastDay, type Pattern, weekdayOf } from './pattern.ts';
import { exponential, normal, type Random } from './random.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Beyond this a forecast says nothing: the past does not reach so far. */
export const HORIZON_DAYS = 90;
export const PATHS = 400;

/*
 * The numbers below were chosen on the tuning seeds of bench/forecast.ts; the coverage that it prints comes from
 * others.
 */
/** How long the past is remembered, days to half the weight; which one is right is not known, so each future draws. */
const MEMORIES = [2, 5, 15];
/** Standard deviation of the level's daily drift, as a logarithm. */
const DRIFT = 0.04;
/** Chance of a day that the level changes for good, and by how much (standard deviation of the logarithm). */
const SHIFT = { chance: 0.015, size: 0.4 };
/** Doubt about the level itself: what one day of history leaves; it shrinks with the root of the days. */
const LEVEL_DOUBT = 0.6;
/**
 * Amounts are skewed (a quiet day is never far below the mean, an import may be far above), and the mean of a few such
 * days is more often too low than too high: the level leans up by this, as a logarithm.
 */
const LEAN = 0.04;
/** A kind of day that was never seen is between this and all of what the other kind is. */
const UNSEEN_WEEKEND = 0.08;
/** A level is at most so many times what it was on the mean day, and at least that part of it. */
const MAX_SCALE = 5;

/** One possible future, as the model draws it. */
interface Future {
  /** Level of the days to come, before drift; as `meanLevel` of the pattern. */
  readonly level: number;
  readonly unseenWeekend: number;
  /** Hours for which what is unusual now goes on. */
  readonly momentumHours: number;
  readonly pick: (weekend: boolean) => PastDay | undefined;
}

const pickFrom = (days: readonly PastDay[], weights: readonly number[], random: Random) => {
  const sums: number[] = [];
  let total = 0;
  for (const weight of weights) {
    total += weight;
    sums.push(total);
  }
  return (): PastDay | undefined => {
    const at = random() * total;
    const index = sums.findIndex((upTo) => upTo > at);
    return days[index < 0 ? days.length - 1 : index];
  };
};

const drawFuture = (pattern: Pattern, today: number, random: Random): Future => {
  const memory = MEMORIES[Math.floor(random() * MEMORIES.length)] ?? 5;
  // Random weights upon the past (the Bayesian bootstrap) are the doubt about its mean.
  const weights = pattern.days.map(
    ({ day, seen }) => exponential(random) * seen * 2 ** (-(today - day) / memory),
  );
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
  const level =
    pattern.days.reduce((sum, day, index) => sum + day.level * (weights[index] ?? 0), 0) / weightSum;
  const daysSeen = pattern.observedMs / DAY;
  const ofKind = (weekend: boolean) => {
    const own = pattern.weekendsDiffer ? pattern.days.filter((day) => day.weekend === weekend) : pattern.days;
    const days = own.length > 0 ? own : pattern.days;
    return pickFrom(
      days,
      days.map(({ seen, day }) => seen * 2 ** (-(today - day) / 20)),
      random,
    );
  };
  const picks = { weekday: ofKind(false), weekend: ofKind(true) };
  return {
    level: level * Math.exp(LEAN + (normal(random) * LEVEL_DOUBT) / Math.sqrt(Math.max(daysSeen, 0.1))),
    unseenWeekend: UNSEEN_WEEKEND ** random(),
    momentumHours: exponential(random) / -Math.log(Math.min(0.95, Math.max(0.01, pattern.persistence))),
    pick: (weekend) => (weekend ? picks.weekend() : picks.weekday()),
  };
};

const factorOf = (pattern: Pattern, day: number, future: Future): number =>
  pattern.factors[weekdayOf(day)] ?? (isWeekend(day) ? future.unseenWeekend : 1 / future.unseenWeekend);

/** By how much a past day is scaled to be played on `day`; bounded, so that next to nothing is not scaled to much. */
const scaleOf = (pattern: Pattern, source: PastDay, day: number, future: Future): number =>
  Math.min(1 / UNSEEN_WEEKEND, factorOf(pattern, day, future) / factorOf(pattern, source.day, future));

/** Notes when a running sum reaches each of the amounts (ascending). */
const createSum = (amounts: readonly number[], reached: (target: number, at: number) => void) => {
  let done = 0;
  let target = 0;
  return {
    isOpen: () => target < amounts.length,
    wouldReach: (amount: number) => done + amount >= (amounts[target] ?? Number.POSITIVE_INFINITY),
    /** Adds an amount that comes evenly between two times. */
    add: (amount: number, from: number, until: number): void => {
      for (let next = amounts[target]; next !== undefined && done + amount >= next; next = amounts[target]) {
        reached(target, from + (amount > 0 ? (next - done) / amount : 0) * (until - from));
        target += 1;
      }
      done += amount;
    },
  };
};

type Sum = ReturnType<typeof createSum>;

interface Played {
  readonly day: number;
  readonly source: PastDay;
  readonly scale: number;
  /** Level of this future's day over the usual one. */
  readonly level: number;
}

/** An hour in which what is unusual now still goes on: a burst comes on top, a lull takes its share. */
const perHourWithMomentum = (
  pattern: Pattern,
  { day, source, scale, level }: Played,
  hour: number,
): number => {
  const played = (source.hours[hour] ?? 0) * scale;
  if (pattern.lately <= 1) return played * pattern.lately;
  const usual = (isWeekend(day) ? pattern.usual.weekend : pattern.usual.weekday)[hour] ?? 0;
  return played + (pattern.lately - 1) * usual * level;
};

const playHours = (pattern: Pattern, played: Played, now: number, momentumUntil: number, sum: Sum): void => {
  for (let hour = 0; hour < 24 && sum.isOpen(); hour += 1) {
    const start = played.day * DAY + hour * HOUR;
    const from = Math.max(now, start);
    const until = start + HOUR;
    if (until <= now) continue;
    const perHour =
      from < momentumUntil
        ? perHourWithMomentum(pattern, played, hour)
        : (played.source.hours[hour] ?? 0) * played.scale;
    sum.add((perHour * (until - from)) / HOUR, from, until);
  }
};

/** Plays one future until the sum has reached everything, or the horizon is. */
const play = (
  pattern: Pattern,
  future: Future,
  { now, horizon }: { readonly now: number; readonly horizon: number },
  sum: Sum,
  random: Random,
): void => {
  let level = pattern.meanLevel > 0 ? future.level / pattern.meanLevel : 1;
  const momentumUntil = now + future.momentumHours * HOUR;
  for (let day = dayOf(now); day * DAY < horizon && sum.isOpen(); day += 1) {
    const source = future.pick(isWeekend(day));
    if (!source) return;
    const bounded = Math.min(MAX_SCALE, Math.max(1 / MAX_SCALE, level));
    const scale = scaleOf(pattern, source, day, future) * bounded;
    const start = day * DAY;
    if (start < momentumUntil || sum.wouldReach(source.total * scale)) {
      playHours(pattern, { day, source, scale, level }, now, momentumUntil, sum);
    } else {
      sum.add(source.total * scale, start, start + DAY);
    }
    level *= Math.exp(normal(random) * DRIFT + (random() < SHIFT.chance ? normal(random) * SHIFT.size : 0));
  }
};

export interface CrossingOptions {
  readonly random: Random;
  readonly paths?: number;
  readonly horizonDays?: number;
}

/**
 * When a running sum, beginning at `now`, reaches each of `amounts`: one time (epoch ms) per simulated future, infinite
 * when not within the horizon. An amount of 0 or less is reached now.
 *
 * A seasonal bootstrap: each future is made of past days of the same kind (weekday, weekend), scaled to a level that is
 * itself uncertain: which part of the past counts, how well its mean is known, drift, and changes for good. What is
 * unusual right now (a burst) goes on for a while that is learned from the past.
 */
export const crossingTimes = (
  pattern: Pattern,
  now: number,
  amounts: readonly number[],
  { random, paths = PATHS, horizonDays = HORIZON_DAYS }: CrossingOptions,
): readonly Float64Array[] => {
  const order = amounts
    .map((amount, index) => ({ amount, index }))
    .sort((one, other) => one.amount - other.amount);
  const times = amounts.map((amount) =>
    new Float64Array(paths).fill(amount <= 0 ? now : Number.POSITIVE_INFINITY),
  );
  const open = order.filter(({ amount }) => amount > 0);
  const horizon = now + horizonDays * DAY;
  const today = dayOf(now);
  const ascending = open.map(({ amount }) => amount);
  for (let path = 0; path < paths && open.length > 0; path += 1) {
    const sum = createSum(ascending, (target, at) => {
      const column = times[open[target]?.index ?? -1];
      if (column && at < horizon) column[path] = at;
    });
    play(pattern, drawFuture(pattern, today, random), { now, horizon }, sum, random);
  }
  return times;
};
