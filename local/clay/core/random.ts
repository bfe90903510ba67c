import { type Random, seededRandom } from '../../../shared/forecast/random.ts';

export type { Random };

/** Seeded, so that a simulation can be repeated exactly. */
export const createRandom = seededRandom;

export const between = (random: Random, min: number, max: number): number => min + random() * (max - min);
