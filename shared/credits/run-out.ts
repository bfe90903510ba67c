import { crossingTimes } from '../forecast/crossing.ts';
import { learnPattern } from '../forecast/pattern.ts';
import { type Quantiles, quantilesOf, shareBefore } from '../forecast/quantiles.ts';
import { type Random, seededRandom } from '../forecast/random.ts';
import { type NextRefill, nextRefill } from './refill.ts';
import { type CreditState, lastSample, type MeterHistory } from './state.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Less than this says nothing about the days to come. */
const MIN_OBSERVED = 3 * HOUR;
const DEFAULT_STALE_MINUTES = 30;
const SEED = 20_260_311;

export interface RunOutOptions {
  /** `burn.nextRefill`: a date; monthly from then. */
  readonly nextRefill?: string | undefined;
  /** `burn.staleAfterMinutes`. */
  readonly staleAfterMinutes?: number | undefined;
  /** Left out: a fixed seed, so that the same history gives the same forecast. */
  readonly random?: Random | undefined;
}

/** Against the next refill; `none-known` when no refill is known, so that only the times say something. */
export type BeforeRefill = 'not-before-refill' | 'possible' | 'likely' | 'certain' | 'none-known';

export type RunOut =
  | {
      readonly kind: 'unknown';
      readonly why: 'no-sample' | 'stale' | 'too-little-history';
      readonly lastAt: number | null;
    }
  | {
      readonly kind: 'exhausted';
      readonly left: number;
      readonly asOf: number;
      readonly nextRefill: NextRefill | null;
    }
  | {
      readonly kind: 'forecast';
      readonly left: number;
      /** Time of the sample that it rests on, epoch ms. */
      readonly asOf: number;
      /** When nothing is left if nothing is refilled; null: not within the horizon of 90 days. */
      readonly at: Quantiles;
      readonly nextRefill: NextRefill | null;
      readonly beforeRefill: BeforeRefill;
      /** Chance that nothing is left before the refill, 0 to 1; null when no refill is known. */
      readonly chanceBeforeRefill: number | null;
    };

const verdictOf = (chance: number | null): BeforeRefill => {
  if (chance === null) return 'none-known';
  if (chance < 0.1) return 'not-before-refill';
  if (chance < 0.5) return 'possible';
  return chance < 0.9 ? 'likely' : 'certain';
};

/** When one meter runs out, as quantiles. */
export const meterRunOut = (meter: MeterHistory | null, now: number, options: RunOutOptions = {}): RunOut => {
  const last = lastSample(meter);
  if (!meter || !last) return { kind: 'unknown', why: 'no-sample', lastAt: null };
  if (now - last.at > (options.staleAfterMinutes ?? DEFAULT_STALE_MINUTES) * MINUTE) {
    return { kind: 'unknown', why: 'stale', lastAt: last.at };
  }
  const { left, at: asOf } = last;
  const refill = nextRefill(meter, now, options.nextRefill);
  if (left <= 0) return { kind: 'exhausted', left, asOf, nextRefill: refill };
  const history = meter.hours.map(({ start, burnt, observedMs }) => ({ start, amount: burnt, observedMs }));
  const pattern = learnPattern(history, asOf);
  if (!pattern || pattern.observedMs < MIN_OBSERVED) {
    return { kind: 'unknown', why: 'too-little-history', lastAt: asOf };
  }
  const [times = new Float64Array()] = crossingTimes(pattern, asOf, [left], {
    random: options.random ?? seededRandom(SEED),
  });
  const chanceBeforeRefill = refill ? shareBefore(times, refill.at) : null;
  return {
    kind: 'forecast',
    left,
    asOf,
    at: quantilesOf(times),
    nextRefill: refill,
    beforeRefill: verdictOf(chanceBeforeRefill),
    chanceBeforeRefill,
  };
};

/** When both meters run out; actions are null on legacy billing. */
export const runOut = (
  state: CreditState,
  now: number,
  options: RunOutOptions = {},
): { readonly credits: RunOut; readonly actions: RunOut | null } => ({
  credits: meterRunOut(state.credits, now, options),
  actions: state.actions && meterRunOut(state.actions, now, options),
});
