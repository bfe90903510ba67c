import type { Notification } from '../../shared/notify/publisher.ts';
import type { FaultKind, FaultPlan } from './calls.ts';
import { wrongIn } from './check.ts';
import { createNight, type Night, type NightOptions } from './night.ts';
import type { NightScript } from './script.ts';

/** Plays a night and says what is wrong with what was received. */
export const play = async (
  script: NightScript,
  options: NightOptions = {},
): Promise<{ readonly night: Night; readonly wrong: readonly string[] }> => {
  const night = await createNight(script, options);
  await night.run();
  return { night, wrong: await wrongIn(night) };
};

/** One thing that goes wrong at one call. */
export interface Point {
  readonly index: number;
  readonly kind: FaultKind;
}

export const at =
  (...points: readonly Point[]): FaultPlan =>
  (index) =>
    points.find((point) => point.index === index)?.kind ?? null;

/**
 * So many of the calls of a night, spread over its kinds of calls in turn and over the night: `turn` tells one choice
 * from the next. Most calls of a night are those of quiet minutes, and alike.
 */
export const spread = (calls: readonly string[], count: number, turn: number): readonly number[] => {
  const perLabel = [...Map.groupBy(calls.keys(), (index) => calls[index] ?? '').values()];
  return Array.from({ length: count }, (_, choice) => {
    const step = turn * count + choice;
    const indices = perLabel[step % perLabel.length] ?? [];
    // The golden ratio spreads points evenly, however many there are.
    const place = ((step + 1) * 0.618_033_988_75) % 1;
    return indices[Math.floor(place * indices.length)] ?? 0;
  });
};

/** What a night writes when nothing goes wrong is most of what it writes when something does. */
export const createLibrary = (): ((script: NightScript) => Map<string, Notification>) => {
  const libraries = new Map<string, Map<string, Notification>>();
  return ({ name }) => {
    const library = libraries.get(name) ?? new Map<string, Notification>();
    libraries.set(name, library);
    return library;
  };
};
