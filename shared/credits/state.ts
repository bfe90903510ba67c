/** The history of one meter, folded so that it stays small however long it runs. */
export interface MeterHistory {
  /** Recent samples, oldest first, at most one per five minutes, at most 24 hours. */
  readonly samples: readonly { readonly at: number; readonly left: number }[];
  /** Units burnt per hour (start, epoch ms), 35 days; a refill is never negative burn. */
  readonly hours: readonly { readonly start: number; readonly burnt: number; readonly observedMs: number }[];
  /** Jumps up: renewals and top-ups, newest last, at most 24. */
  readonly refills: readonly { readonly at: number; readonly by: number }[];
}

export interface CreditState {
  readonly version: number;
  readonly credits: MeterHistory;
  readonly actions: MeterHistory | null;
  /** The last sample's time and source; null before the first. */
  readonly last: { readonly at: number; readonly source: 'api' | 'pushed' | 'operator' } | null;
}
