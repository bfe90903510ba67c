import type { Counters } from '../../../rows/counters.ts';
import type { LedgerState } from '../../../rows/state.ts';
import type { RowsSum } from '../../../rows/sum.ts';

/**
 * Counters of many windows, by name instead of by window: each name is written once, and what is left compresses to
 * half. A name that most windows have is a row of numbers, 0 where it is not; any other is pairs of index and number.
 */
interface Columns {
  readonly starts: readonly number[];
  readonly dense: Readonly<Record<string, readonly number[]>>;
  readonly sparse: Readonly<Record<string, readonly number[]>>;
}

type Stored<T> = Omit<T, 'windows' | 'hours'> & { readonly windows: Columns; readonly hours: Columns };
export type StoredSum = Stored<RowsSum>;
export type StoredState = Omit<LedgerState, 'base' | 'days'> & {
  readonly base: StoredSum;
  readonly days: Readonly<Record<string, StoredSum>>;
};

/** A pair takes two numbers, and both are longer than a zero. */
const DENSE_FROM = 1 / 3;

const toColumns = (groups: Readonly<Record<string, Counters>>): Columns => {
  const starts = Object.keys(groups)
    .map(Number)
    .toSorted((one, other) => one - other);
  const pairs = new Map<string, number[]>();
  for (const [index, start] of starts.entries())
    for (const [name, value] of Object.entries(groups[start] ?? {})) {
      const known = pairs.get(name);
      if (known) known.push(index, value);
      else pairs.set(name, [index, value]);
    }
  const isDense = (of: readonly number[]) => of.length / 2 >= starts.length * DENSE_FROM;
  const toDense = (of: readonly number[]): readonly number[] => {
    const values: number[] = starts.map(() => 0);
    for (let at = 0; at < of.length; at += 2) values[of[at] ?? 0] = of[at + 1] ?? 0;
    return values;
  };
  const all = [...pairs].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    starts,
    dense: Object.fromEntries(all.filter(([, of]) => isDense(of)).map(([name, of]) => [name, toDense(of)])),
    sparse: Object.fromEntries(all.filter(([, of]) => !isDense(of))),
  };
};

const fromColumns = ({ starts, dense, sparse }: Columns): Record<string, Counters> => {
  const groups = starts.map((): Counters => ({}));
  const put = (index: number | undefined, name: string, value: number | undefined): void => {
    const counters = groups[index ?? -1];
    if (counters && value) counters[name] = value;
  };
  for (const [name, values] of Object.entries(dense))
    for (const [index, value] of values.entries()) put(index, name, value);
  for (const [name, of] of Object.entries(sparse))
    for (let at = 0; at < of.length; at += 2) put(of[at], name, of[at + 1]);
  return Object.fromEntries(starts.map((start, index) => [start, groups[index] ?? {}]));
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
