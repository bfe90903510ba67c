import type { CreditState } from './state.ts';

/** What Clay says is left, at one time. */
export interface BalanceSample {
  /** Epoch ms. */
  readonly at: number;
  /** Data credits left; may be fractional, and negative after an overdraft. */
  readonly credits: number;
  /** Actions left; null on legacy billing, which has no second meter, and when nothing was said of it. */
  readonly actions: number | null;
  /** Read from the API, pushed by a system of the user, or typed in by a person. */
  readonly source: 'api' | 'pushed' | 'operator';
}

/** Where the folded balance history lives: one item, changed by conditional writes. */
export interface CreditStore {
  /** Strongly consistent; the empty state before the first sample. */
  load(): Promise<CreditState>;
  /** Saves if the version is still `next.version - 1`. */
  save(next: CreditState): Promise<'written' | 'conflict'>;
}
