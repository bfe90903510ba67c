import { foldSample } from '../../shared/credits/fold.ts';
import { type CreditState, NO_CREDITS } from '../../shared/credits/state.ts';

const MINUTE = 60_000;

export interface Burning {
  readonly from: number;
  readonly until: number;
  readonly left: number;
  /** Credits per hour at a time. */
  readonly perHour: (at: number) => number;
  readonly everyMinutes?: number;
}

/** The history of a balance that falls as told; actions fall half as fast. `left` is what is left at the end. */
export const burning = ({ from, until, left, perHour, everyMinutes = 5 }: Burning): CreditState => {
  const step = everyMinutes * MINUTE;
  const rates: number[] = [];
  for (let at = from; at < until; at += step) rates.push((perHour(at) * everyMinutes) / 60);
  let balance = left + rates.reduce((sum, burnt) => sum + burnt, 0);
  let state = NO_CREDITS;
  for (let index = 0; index <= rates.length; index += 1) {
    const at = from + index * step;
    state = foldSample(state, { at, credits: balance, actions: balance / 2, source: 'api' }, at);
    balance -= rates[index] ?? 0;
  }
  return state;
};
