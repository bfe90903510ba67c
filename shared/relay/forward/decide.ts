import type { QueuedRow } from '../queue.ts';
import type { SendState } from '../sends.ts';

export type RowDecision =
  | { readonly kind: 'send'; readonly attempt: number }
  /** Clay has it, as far as this message is concerned. */
  | { readonly kind: 'drop' }
  /** Somebody may be sending it right now. */
  | { readonly kind: 'wait'; readonly waitMs: number }
  /** Sent so often without an answer that more would only make duplicates. */
  | { readonly kind: 'give-up' };

export interface DecisionRules {
  /** How long an attempt may be under way, ms: the timeout of a send, and a margin for what comes before and after. */
  readonly claimMs: number;
  /** `relay.tries` */
  readonly tries: number;
}

/**
 * What to do with a row by what the ledger knows of it. A message may come twice, late, and after others with the same
 * row: what was accepted is not sent again, what may be under way is left alone, what is uncertain is sent once more.
 */
export const decide = (
  row: Pick<QueuedRow, 'after'>,
  state: SendState,
  now: number,
  { claimMs, tries }: DecisionRules,
): RowDecision => {
  // A row that came back was taken, whatever we heard of it.
  if (state.accepted > row.after || state.calledBack) return { kind: 'drop' };
  const { open } = state;
  // An attempt that seems to begin in the far future was begun by a wrong clock, some time ago.
  const leftMs = open === null ? 0 : open.at + claimMs - now;
  if (leftMs > 0 && leftMs <= 2 * claimMs) return { kind: 'wait', waitMs: leftMs };
  return state.attempts - row.after >= tries
    ? { kind: 'give-up' }
    : { kind: 'send', attempt: state.attempts + 1 };
};
