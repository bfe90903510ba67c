import { type CreditState, lastSample, type MeterName } from '../credits/state.ts';
import type { FeedSnapshot, RowsWindow } from '../rows/snapshot.ts';

/** Fewer callbacks than this say nothing of what a row costs. */
const MIN_CALLBACKS = 20;

/** What one row costs on average, by the callbacks of the last day, else of all time; null: unknown. */
export const costPerRow = (snapshot: FeedSnapshot | null, meter: MeterName): number | null => {
  if (!snapshot) return null;
  const sum = (of: (window: RowsWindow) => number) =>
    snapshot.windows.reduce((total, window) => total + of(window), 0);
  const day = { rows: sum(({ calledBack }) => calledBack), spent: sum((window) => window[meter]) };
  const all = { rows: snapshot.totals.calledBack, spent: snapshot.totals[meter] };
  const known = [day, all].find(({ rows }) => rows >= MIN_CALLBACKS);
  // Callbacks that name no cost at all do not say that rows are free.
  return known && known.spent > 0 ? known.spent / known.rows : null;
};

/** What a replay needs of one meter. */
export interface MeterNeed {
  /** Null: callbacks do not say. */
  readonly perRow: number | null;
  readonly needed: number | null;
  /** What rows that wait already will need; they come first. Null: unknown. */
  readonly committed: number | null;
  /** Null: never read. */
  readonly left: number | null;
  readonly asOf: number | null;
  readonly stale: boolean;
  /** What must be left over. */
  readonly reserve: number;
  /** Rows that can be paid for; null: unknown. */
  readonly fits: number | null;
}

export interface NeedInput {
  readonly meter: MeterName;
  readonly rows: number;
  readonly snapshot: FeedSnapshot | null;
  /** Rows that wait, of every feed of the workspace. */
  readonly waiting: readonly { readonly snapshot: FeedSnapshot | null; readonly rows: number }[];
  readonly credits: CreditState;
  readonly reserve: number;
  readonly staleAfterMs: number;
  readonly now: number;
}

/** Rows that the rest of the balance pays for. With nothing left over the reserve it pays for none, whatever a row costs. */
const fitting = (free: number | null, perRow: number | null): number | null => {
  if (free === null) return null;
  if (free <= 0) return 0;
  return perRow === null ? null : Math.floor(free / perRow);
};

/** What a replay needs of a meter, beside what is left of it; null for a meter that the workspace does not have. */
export const meterNeed = ({
  meter,
  rows,
  snapshot,
  waiting,
  credits,
  reserve,
  staleAfterMs,
  now,
}: NeedInput): MeterNeed | null => {
  const last = lastSample(credits[meter]);
  if (!last && meter === 'actions') return null;
  const perRow = costPerRow(snapshot, meter);
  const perWaiting = waiting
    .filter((each) => each.rows > 0)
    .map((each) => ({ rows: each.rows, perRow: costPerRow(each.snapshot, meter) }));
  // What is not known of other feeds is left out of the sum; what is known still counts.
  const owed = perWaiting.reduce((sum, each) => sum + each.rows * (each.perRow ?? 0), 0);
  const free = last ? last.left - reserve - owed : null;
  return {
    perRow,
    needed: perRow === null ? null : perRow * rows,
    committed: perWaiting.some((each) => each.perRow === null) ? null : owed,
    left: last?.left ?? null,
    asOf: last?.at ?? null,
    stale: last !== null && now - last.at > staleAfterMs,
    reserve,
    fits: fitting(free, perRow),
  };
};
