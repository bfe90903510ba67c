import type { RecordOutcome } from './ledger.ts';

/** What became of one row of a request; `detail` names keys, never values. */
export type ItemTaken =
  | { readonly outcome: RecordOutcome | 'not-final'; readonly rowId: string }
  | { readonly outcome: 'malformed'; readonly detail: string };

/** What became of a request that brought rows. */
export type Taken =
  | { readonly kind: 'one'; readonly item: ItemTaken }
  | { readonly kind: 'many'; readonly items: readonly ItemTaken[] }
  | { readonly kind: 'malformed'; readonly detail: string }
  | { readonly kind: 'too-many' };

/** Hands out a ledger's outcomes, which are in the order of its records. */
export const outcomesInOrder = (outcomes: readonly RecordOutcome[]): (() => RecordOutcome) => {
  const remaining = outcomes.values();
  return () => {
    const { value } = remaining.next();
    if (value === undefined) throw new Error('the ledger gave fewer outcomes than it was given records');
    return value;
  };
};
