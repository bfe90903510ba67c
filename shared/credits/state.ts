/** What a meter said at one time. */
export interface MeterSample {
  /** Epoch ms. */
  readonly at: number;
  readonly left: number;
  /** Burnt since the history began, up to then: the burn between two samples is the difference, across refills too. */
  readonly burnt: number;
}

/** What was burnt within one hour. */
export interface MeterHour {
  /** Epoch ms, a whole hour. */
  readonly start: number;
  readonly burnt: number;
  /** How much of the hour was seen; while nothing was left, nothing of it counts as seen. */
  readonly observedMs: number;
}

/** A jump up: a renewal or a top-up. */
export interface Refill {
  readonly at: number;
  readonly by: number;
}

/** The history of one meter, folded so that it stays small however long it runs. */
export interface MeterHistory {
  /** Recent samples, oldest first: the last of every five minutes, at most 24 hours, at least one. */
  readonly samples: readonly MeterSample[];
  /** Units burnt per hour, 35 days, oldest first; a refill is never negative burn. Hours not seen are left out. */
  readonly hours: readonly MeterHour[];
  /** Newest last, at most 24. */
  readonly refills: readonly Refill[];
  /** Since the first sample. Always: `firstLeft + refilled - burnt` is what is left. */
  readonly totals: {
    readonly since: number;
    readonly firstLeft: number;
    readonly burnt: number;
    readonly refilled: number;
  };
}

export interface CreditState {
  readonly version: number;
  /** Null before the first sample. */
  readonly credits: MeterHistory | null;
  /** Null before the first sample, and on legacy billing, which has no second meter [C]. */
  readonly actions: MeterHistory | null;
  /** The last sample's time and source; null before the first. */
  readonly last: { readonly at: number; readonly source: 'api' | 'pushed' | 'operator' } | null;
}

/** Before the first sample. */
export const NO_CREDITS: CreditState = { version: 0, credits: null, actions: null, last: null };

export type MeterName = 'credits' | 'actions';

/** The last sample of a meter; null when there is none. */
export const lastSample = (meter: MeterHistory | null): MeterSample | null => meter?.samples.at(-1) ?? null;
