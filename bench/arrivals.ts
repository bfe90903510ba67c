/**
 * Synthetic arrivals to back-test forecasts with. Written apart from the forecast and sharing nothing with it, not even
 * its generator of random numbers: rates are continuous, time zones are local, bursts come at any minute.
 */

const MINUTE = 60_000;
export const SLICE = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Dice = () => number;

/** xorshift128; nothing to do with the generator of the forecast. */
export const dice = (seed: number): Dice => {
  let [x, y, z, w] = [seed | 1, 362_436_069, 521_288_629, 88_675_123];
  const next = () => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return (w >>> 0) / 4_294_967_296;
  };
  for (let warm = 0; warm < 20; warm += 1) next();
  return next;
};

const gaussian = (roll: Dice): number => {
  let sum = -6;
  for (let index = 0; index < 12; index += 1) sum += roll();
  return sum;
};
const between = (roll: Dice, from: number, to: number): number => from + roll() * (to - from);
const logBetween = (roll: Dice, from: number, to: number): number => from * (to / from) ** roll();

/** A whole number with this mean and variance: Poisson when small, rounded normal when large. */
const countOf = (roll: Dice, mean: number): number => {
  if (mean > 50) return Math.max(0, Math.round(mean + gaussian(roll) * Math.sqrt(mean)));
  const least = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > least; product *= roll()) count += 1;
  return Math.max(0, count);
};

export const SCENARIOS = ['office', 'always-on', 'imports', 'shifting', 'young'] as const;
export type Scenario = (typeof SCENARIOS)[number];

interface Shape {
  readonly rate: number;
  readonly weekend: number;
  /** Share of a day's rate that goes with the hours of an office. */
  readonly office: number;
  readonly dayNoise: number;
  readonly burstsPerWeek: number;
  readonly burstSize: readonly [number, number];
  readonly shiftsPerWeek: number;
  readonly growthPerWeek: number;
}

const shapeOf = (scenario: Scenario, roll: Dice): Shape => {
  const office: Shape = {
    rate: logBetween(roll, 8, 150),
    weekend: between(roll, 0.02, 0.3),
    office: between(roll, 0.7, 0.97),
    dayNoise: between(roll, 0.1, 0.35),
    burstsPerWeek: between(roll, 0.3, 1.5),
    burstSize: [2, 8],
    shiftsPerWeek: 0.05,
    growthPerWeek: between(roll, -0.03, 0.05),
  };
  if (scenario === 'always-on') {
    return { ...office, weekend: between(roll, 0.6, 1), office: between(roll, 0.1, 0.4), dayNoise: 0.1 };
  }
  if (scenario === 'imports') {
    return {
      ...office,
      rate: logBetween(roll, 1, 8),
      burstsPerWeek: between(roll, 2, 5),
      burstSize: [20, 200],
    };
  }
  if (scenario === 'shifting')
    return { ...office, shiftsPerWeek: 0.35, growthPerWeek: between(roll, -0.1, 0.15) };
  return office;
};

const hump = (hour: number, centre: number, width: number): number => {
  const apart = ((hour - centre + 36) % 24) - 12;
  return Math.exp(-(apart * apart) / (2 * width * width));
};

interface Burst {
  readonly from: number;
  readonly until: number;
  readonly times: number;
}

/** Rows per slice of fifteen minutes, from `start` on. */
export const arrivals = (scenario: Scenario, start: number, days: number, roll: Dice): Float64Array => {
  const base: Scenario = scenario === 'young' ? (SCENARIOS[Math.floor(roll() * 4)] ?? 'office') : scenario;
  const shape = shapeOf(base, roll);
  const zone = Math.round(between(roll, -8, 9)) * HOUR;
  const bursts: Burst[] = [];
  for (let at = start; at < start + days * DAY; at += HOUR) {
    if (roll() < shape.burstsPerWeek / 168) {
      const from = at + roll() * HOUR;
      const [least, most] = shape.burstSize;
      bursts.push({
        from,
        until: from + logBetween(roll, 0.5, 8) * HOUR,
        times: logBetween(roll, least, most),
      });
    }
  }
  const slices = new Float64Array((days * DAY) / SLICE);
  let level = shape.rate;
  let today = 1;
  let dayBefore = -1;
  for (let index = 0; index < slices.length; index += 1) {
    const at = start + index * SLICE;
    const local = at + zone;
    const day = Math.floor(local / DAY);
    if (day !== dayBefore) {
      dayBefore = day;
      today = Math.exp(gaussian(roll) * shape.dayNoise);
      if (roll() < shape.shiftsPerWeek / 7) level *= Math.exp(gaussian(roll) * 0.5);
      level *= (1 + shape.growthPerWeek) ** (1 / 7);
    }
    const weekday = new Date(local).getUTCDay();
    const hour = (local % DAY) / HOUR;
    const ofDay =
      1 - shape.office + shape.office * 3 * (hump(hour, 11, 2) + 0.8 * hump(hour, 15.5, 2)) * 0.44;
    const week = weekday === 0 || weekday === 6 ? shape.weekend : [1, 1.1, 1.1, 1.05, 0.85][weekday - 1];
    const burst = bursts.find(({ from, until }) => from <= at && at < until);
    const perHour = level * today * ((week ?? 1) * ofDay + (burst ? burst.times : 0));
    slices[index] = countOf(roll, (perHour * SLICE) / HOUR);
  }
  return slices;
};
