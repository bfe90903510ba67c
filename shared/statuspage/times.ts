import { isoInstant } from '../clock.ts';

/** The end of the year 9999, the last that a date of ISO 8601 has. */
const LATEST = 253_402_300_799_000;

/** A time that can be shown and compared, whatever was stored; epoch ms. */
export const sound = (at: number): number =>
  Number.isNaN(at) ? 0 : Math.round(Math.min(Math.max(0, at), LATEST));

/** To the second, in UTC. */
export const instant = (at: number): string => isoInstant(sound(at));

/** Short, and in order. */
export const base36 = (at: number): string => sound(at).toString(36);
