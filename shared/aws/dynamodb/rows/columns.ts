import type { Counters } from '../../../rows/counters.ts';
import type { LedgerState } from '../../../rows/state.ts';
import type { RowsSum } from '../../../rows/sum.ts';

/**
 * Counters of many windows, by name instead of by window: each name is written once, and what is left compresses to
 * half. 0 stands for a name that a window does not have.
 */
interface Columns {
  readonly starts: readonly number[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

type Stored<T> = Omit<T, 'windows' | 'hours'> & { readonly windows: Columns; readonly hours: Columns };
export type StoredSum = Stored<RowsSum>;
export type StoredState = Omit<LedgerState, 'base' | 'days'> & {
  readonly base: StoredSum;
  readonly days: Readonly<Record<string, StoredSum>>;
};

const toColumns = (groups: Readonly<Record<string, Counters>>): Columns => {
  const starts = Object.keys(groups)
    .map(Number)
    .toSorted((one, other) => one - other);
  const names = [...new Set(Object.values(groups).flatMap(Object.keys))].toSorted();
  const column = (name: string) => starts.map((start) => groups[start]?.[name] ?? 0);
  return { starts, columns: Object.fromEntries(names.map((name) => [name, column(name)])) };
};

const fromColumns = ({ starts, columns }: Columns): Record<string, Counters> => {
  const groups: Record<string, Counters> = {};
  for (const [index, start] of starts.entries()) {
    const counters: Counters = {};
    for (const [name, values] of Object.entries(columns)) {
      const value = values[index] ?? 0;
      if (value !== 0) counters[name] = value;
    }
    groups[start] = counters;
  }
  return groups;
};

export const toStoredSum = (sum: RowsSum): StoredSum => ({
  ...sum,
  windows: toColumns(sum.windows),
  hours: toColumns(sum.hours),
});

export const fromStoredSum = (stored: StoredSum): RowsSum => ({
  ...stored,
  windows: fromColumns(stored.windows),
  hours: fromColumns(stored.hours),
});

/** The same keys with other values. */
export const mapValues = <T, R>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => R,
): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

export const toStoredState = (state: LedgerState): StoredState => ({
  ...state,
  base: toStoredSum(state.base),
  days: mapValues(state.days, toStoredSum),
});

export const fromStoredState = (stored: StoredState): LedgerState => ({
  ...stored,
  base: fromStoredSum(stored.base),
  days: mapValues(stored.days, fromStoredSum),
});
