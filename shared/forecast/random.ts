/** Uniform in [0, 1), as a port: a forecast of the same history with the same seed is the same forecast. */
export type Random = () => number;

/** A small seeded generator (mulberry32): good enough to draw samples, no good for secrets. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Exponentially distributed, mean 1. */
export const exponential = (random: Random): number => -Math.log(1 - random());

/** Normally distributed, mean 0, standard deviation 1. */
export const normal = (random: Random): number =>
  Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random());
