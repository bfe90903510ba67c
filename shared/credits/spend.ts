import type { FeedSnapshot, RowsWindow } from '../rows/snapshot.ts';
import { burnWindow } from './burn.ts';
import { type CreditState, lastSample } from './state.ts';

const MINUTE = 60_000;
const WINDOW = 5 * MINUTE;

/** What callbacks said that rows cost, of one feed or of all. */
export interface Spend {
  readonly from: number;
  readonly to: number;
  readonly calledBack: number;
  readonly credits: number;
  readonly actions: number;
  readonly creditsOnMisses: number;
  /** Share of the credits spent on rows that came back as missed, 0 to 1; null when nothing was spent. */
  readonly wasteShare: number | null;
  readonly byFeed: Readonly<Record<string, number>>;
  readonly byProvider: Readonly<Record<string, number>>;
  readonly perHour: number;
}

const add = (sums: Record<string, number>, name: string, amount: number): void => {
  if (amount > 0) sums[name] = (Object.hasOwn(sums, name) ? (sums[name] ?? 0) : 0) + amount;
};

const within = (snapshot: FeedSnapshot, from: number, to: number): readonly RowsWindow[] =>
  snapshot.windows.filter(({ start }) => start + WINDOW > from && start < to);

const total = (windows: readonly RowsWindow[], of: (window: RowsWindow) => number): number =>
  windows.reduce((sum, window) => sum + of(window), 0);

/** What callbacks between `from` and `to` (whole five-minute windows) cost, by feed and by provider. */
export const spendOf = (snapshots: readonly FeedSnapshot[], from: number, to: number): Spend => {
  const byFeed: Record<string, number> = Object.create(null);
  const byProvider: Record<string, number> = Object.create(null);
  const all = snapshots.flatMap((snapshot) => {
    const windows = within(snapshot, from, to);
    add(
      byFeed,
      snapshot.feed,
      total(windows, ({ credits }) => credits),
    );
    for (const window of windows) {
      for (const [provider, { credits }] of Object.entries(window.byProvider))
        add(byProvider, provider, credits);
    }
    return windows;
  });
  const credits = total(all, (window) => window.credits);
  const creditsOnMisses = total(all, (window) => window.creditsOnMisses);
  return {
    from,
    to,
    calledBack: total(all, ({ calledBack }) => calledBack),
    credits,
    actions: total(all, ({ actions }) => actions),
    creditsOnMisses,
    wasteShare: credits > 0 ? creditsOnMisses / credits : null,
    byFeed: { ...byFeed },
    byProvider: { ...byProvider },
    perHour: to > from ? (credits * 60 * MINUTE) / (to - from) : 0,
  };
};

const COMPARED_MINUTES = 24 * 60;
/** Less than this burnt, or less than this seen of the day, and a difference says nothing. */
const MIN_BURNT = 100;
const MIN_OBSERVED = 6 * 60 * MINUTE;
/** The balance and the callbacks are never read at the same moment: a smaller difference is no finding. */
const TOLERANCE = 0.1;

/** The burn of the balance beside what callbacks explain of it, over the same time. */
export type SpendComparison =
  | {
      readonly kind: 'unknown';
      readonly why: 'no-balance' | 'too-little-history' | 'too-little-burn' | 'no-costs-in-callbacks';
    }
  | {
      readonly kind: 'explained' | 'elsewhere' | 'over-reported';
      readonly from: number;
      readonly to: number;
      /** What the balance fell by. */
      readonly burnt: number;
      /** What callbacks of all feeds said that they cost. */
      readonly spent: number;
      /** Burnt and in no callback: spent elsewhere in the workspace; negative when callbacks say more than was burnt. */
      readonly unexplained: number;
      readonly share: number;
    };

/**
 * Balance burn and callback costs are kept apart, since neither knows everything: the balance does not say what for,
 * and callbacks see only their own feeds. The difference is what the rest of the workspace spends.
 */
export const compareSpend = (state: CreditState, snapshots: readonly FeedSnapshot[]): SpendComparison => {
  const last = lastSample(state.credits);
  if (!state.credits || !last) return { kind: 'unknown', why: 'no-balance' };
  const { burnt, observedMs } = burnWindow(state.credits, last.at, COMPARED_MINUTES);
  if (observedMs < MIN_OBSERVED) return { kind: 'unknown', why: 'too-little-history' };
  if (burnt < MIN_BURNT) return { kind: 'unknown', why: 'too-little-burn' };
  const from = last.at - observedMs;
  const spent = spendOf(snapshots, from, last.at).credits;
  if (spent === 0) return { kind: 'unknown', why: 'no-costs-in-callbacks' };
  const unexplained = burnt - spent;
  const share = unexplained / burnt;
  const kind = share > TOLERANCE ? 'elsewhere' : share < -TOLERANCE ? 'over-reported' : 'explained';
  return { kind, from, to: last.at, burnt, spent, unexplained, share };
};
