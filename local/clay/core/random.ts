/** A number in [0, 1). Seeded, so that a run can be repeated exactly. */
export type Random = () => number;

/** Mulberry32: small, fast, good enough for a simulation. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export const between = (random: Random, min: number, max: number): number => min + random() * (max - min);
