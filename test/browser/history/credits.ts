import { recordBalance } from '../../../shared/credits/record.ts';
import type { CreditState } from '../../../shared/credits/state.ts';
import type { CreditStore } from '../../../shared/credits/store.ts';
import { busyness } from './shape.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface CreditsPast {
  /** What is left now. */
  readonly left: { readonly credits: number; readonly actions: number };
  readonly burntPerDay: { readonly credits: number; readonly actions: number };
  /** Monthly ones, oldest first. */
  readonly refills: readonly { readonly at: number; readonly credits: number; readonly actions: number }[];
  readonly days: number;
}

const MEAN_STEPS = 24 * 7;

/** Folds every sample in memory, and saves the history once. */
const folded = (): CreditStore & { readonly state: () => CreditState } => {
  let state: CreditState = { version: 0, credits: null, actions: null, last: null };
  return {
    state: () => state,
    load: async () => state,
    save: async (next) => {
      state = next;
      return 'written';
    },
  };
};

/** Times of samples, oldest first: by the hour, and every five minutes of the last day. */
const timesUntil = (present: number, days: number): readonly number[] => {
  const times: number[] = [];
  for (let at = present - days * DAY; at < present - DAY; at += HOUR) times.push(at);
  for (let at = present - DAY; at <= present; at += 5 * MINUTE) times.push(at);
  return times;
};

/** Samples of both meters, which end at what is left now. */
export const fillCredits = async (
  store: CreditStore,
  past: CreditsPast,
  { present }: { readonly present: number },
): Promise<void> => {
  const times = timesUntil(present, past.days);
  const mean =
    Array.from({ length: MEAN_STEPS }, (_, hour) => busyness(present - hour * HOUR, present)).reduce(
      (sum, each) => sum + each,
      0,
    ) / MEAN_STEPS;
  const shareIn = (from: number, to: number) =>
    ((to - from) / DAY) * (busyness((from + to) / 2, present) / mean);
  let ahead = 0;
  const aheadOf = times
    .toReversed()
    .map((at, index, all) => {
      ahead += index === 0 ? 0 : shareIn(at, all[index - 1] ?? at);
      return { at, ahead };
    })
    .reverse();

  const memory = folded();
  for (const sample of aheadOf) {
    const later = past.refills.filter(({ at }) => at > sample.at);
    const leftOf = (meter: 'credits' | 'actions') =>
      Math.round(
        past.left[meter] +
          sample.ahead * past.burntPerDay[meter] -
          later.reduce((sum, refill) => sum + refill[meter], 0),
      );
    await recordBalance(
      { at: sample.at, credits: leftOf('credits'), actions: leftOf('actions'), source: 'operator' },
      { store: memory },
    );
  }
  const { version } = await store.load();
  const state = memory.state();
  const saved = await store.save({
    ...state,
    version: version + 1,
    last: state.last && { ...state.last, source: 'api' },
  });
  if (saved !== 'written') throw new Error('Somebody else writes the history of credits.');
};
