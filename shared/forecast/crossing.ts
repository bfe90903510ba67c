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
const LEVEL_DOUBT = 0.35;
/** A kind of day that was never seen is between this and all of what the other kind is. */
const UNSEEN_WEEKEND = 0.08;
const MAX_SCALE = 5;

/** One possible future, as the model draws it. */
interface Future {
  /** Level of the day now, against which past days are scaled. */
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
    const own = pattern.days.filter((day) => day.weekend === weekend);
    const days = own.length > 0 ? own : pattern.days;
    return pickFrom(
      days,
      days.map(({ seen, day }) => seen * 2 ** (-(today - day) / 20)),
      random,
    );
  };
  const picks = { weekday: ofKind(false), weekend: ofKind(true) };
  return {
    level: level * Math.exp((normal(random) * LEVEL_DOUBT) / Math.sqrt(Math.max(daysSeen, 0.1))),
    unseenWeekend: UNSEEN_WEEKEND ** random(),
    momentumHours: exponential(random) / -Math.log(Math.min(0.95, Math.max(0.01, pattern.persistence))),
    pick: (weekend) => (weekend ? picks.weekend() : picks.weekday()),
  };
};

const factorOf = (pattern: Pattern, day: number, future: Future): number =>
  pattern.factors[weekdayOf(day)] ?? (isWeekend(day) ? future.unseenWeekend : 1 / future.unseenWeekend);

/** By how much a past day is scaled to be played on `day` at the given level. */
const scaleOf = (pattern: Pattern, source: PastDay, day: number, level: number, future: Future): number => {
  const weekdays = factorOf(pattern, day, future) / factorOf(pattern, source.day, future);
  const levels = source.localLevel > 0 ? level / source.localLevel : 1;
  return weekdays * Math.min(MAX_SCALE, Math.max(1 / MAX_SCALE, levels));
};

/** Plays one future and writes when each amount (ascending) is reached; beyond the horizon it is never. */
const play = (
  pattern: Pattern,
  future: Future,
  now: number,
  amounts: readonly number[],
  horizon: number,
  random: Random,
  reached: (target: number, at: number) => void,
): void => {
  let done = 0;
  let target = 0;
  let level = future.level;
  const momentumUntil = now + future.momentumHours * HOUR;

  const usualOf = (day: number, hour: number): number =>
    ((isWeekend(day) ? pattern.usual.weekend : pattern.usual.weekday)[hour] ?? 0) *
    (pattern.meanLevel > 0 ? level / pattern.meanLevel : 1);

  const addHour = (from: number, until: number, perHour: number): void => {
    const amount = (perHour * (until - from)) / HOUR;
    while (target < amounts.length && done + amount >= (amounts[target] ?? 0)) {
      const share = amount > 0 ? ((amounts[target] ?? 0) - done) / amount : 0;
      reached(target, from + share * (until - from));
      target += 1;
    }
    done += amount;
  };

  for (let day = dayOf(now); day * DAY < horizon && target < amounts.length; day += 1) {
    const source = future.pick(isWeekend(day));
    if (!source) return;
    const scale = scaleOf(pattern, source, day, level, future);
    const start = day * DAY;
    if (start > momentumUntil && done + source.total * scale < (amounts[target] ?? 0)) {
      done += source.total * scale;
    } else {
      for (let hour = 0; hour < 24 && target < amounts.length; hour += 1) {
        const from = Math.max(now, start + hour * HOUR);
        const until = start + (hour + 1) * HOUR;
        if (until <= now) continue;
        const perHour =
          from < momentumUntil ? usualOf(day, hour) * pattern.lately : (source.hours[hour] ?? 0) * scale;
        addHour(from, until, perHour);
      }
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
  for (let path = 0; path < paths && open.length > 0; path += 1) {
    const future = drawFuture(pattern, today, random);
    play(
      pattern,
      future,
      now,
      open.map(({ amount }) => amount),
      horizon,
      random,
      (target, at) => {
        const column = times[open[target]?.index ?? -1];
        if (column && at < horizon) column[path] = at;
      },
    );
  }
  return times;
};
