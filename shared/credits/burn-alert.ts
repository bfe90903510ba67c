import type { Config } from '../config/schema.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import { type BurnBaseline, burnBaseline, burntAt } from './burn.ts';
import { spendOf } from './spend.ts';
import { type CreditState, lastSample, type MeterHistory } from './state.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ROWS_WINDOW = 5 * MINUTE;

/** Of the window at least this share must lie between samples. */
const MIN_SEEN = 0.8;

interface Burnt {
  readonly perHour: number;
  readonly burnt: number;
  /** Rates that must all be high: of each half of the window, and without the largest step between two samples. */
  readonly rates: readonly number[];
}

export type BurnAlert =
  | { readonly kind: 'unknown'; readonly why: 'no-sample' | 'stale' | 'too-little-history' }
  | {
      readonly kind: 'spike' | 'usual';
      /** The balance, or the callbacks where the balance cannot be seen: then only what they tell of. */
      readonly source: 'balance' | 'callbacks';
      readonly windowMinutes: number;
      /** Credits burnt within the window. */
      readonly burnt: number;
      readonly perHour: number;
      /** The rate that counts as a spike now. */
      readonly threshold: number;
      readonly baseline: BurnBaseline | null;
      /** Times the baseline; null when none is known, or it is zero. */
      readonly times: number | null;
    };

/**
 * The rate without the largest step between two samples. A single large charge is spread over the minutes between the
 * two samples that saw it, which may lie in both halves; without it nothing is left. Null where there is only one step:
 * samples too far apart for this to tell anything.
 */
const withoutLargestStep = (meter: MeterHistory, from: number, to: number): number | null => {
  const samples = meter.samples.filter(({ at }) => at >= from && at <= to);
  const begin = burntAt(meter.samples, from);
  const marks = [...(begin === null ? [] : [{ at: from, burnt: begin }]), ...samples];
  const steps = marks.slice(1).map(({ at, burnt }, index) => {
    const before = marks[index];
    return { ms: at - (before?.at ?? at), burnt: burnt - (before?.burnt ?? burnt) };
  });
  if (steps.length < 2) return null;
  const largest = steps.reduce((most, step) => (step.burnt > most.burnt ? step : most), { ms: 0, burnt: 0 });
  const total = steps.reduce((sum, { burnt }) => sum + burnt, 0);
  const ms = steps.reduce((sum, step) => sum + step.ms, 0) - largest.ms;
  return ms > 0 ? ((total - largest.burnt) * HOUR) / ms : 0;
};

const fromBalance = (meter: MeterHistory, to: number, windowMs: number): Burnt | null => {
  const marks = [to - windowMs, to - windowMs / 2, to].map((at) => burntAt(meter.samples, at));
  const [begin, middle, end] = marks;
  const first = meter.samples[0]?.at ?? to;
  if (end === null || end === undefined || to - first < windowMs * MIN_SEEN) return null;
  const from = begin ?? meter.samples[0]?.burnt ?? end;
  const seenMs = Math.min(windowMs, to - first);
  const withoutLargest = withoutLargestStep(meter, Math.max(first, to - windowMs), to);
  return {
    burnt: end - from,
    perHour: ((end - from) * HOUR) / seenMs,
    rates: [
      ...(withoutLargest === null ? [] : [withoutLargest]),
      (((middle ?? from) - from) * HOUR) / Math.max(1, seenMs - windowMs / 2),
      ((end - (middle ?? from)) * HOUR) / (windowMs / 2),
    ],
  };
};

const judge = (
  burn: Config['burn'],
  source: 'balance' | 'callbacks',
  { burnt, perHour, rates }: Burnt,
  baseline: BurnBaseline | null,
): BurnAlert => {
  const threshold = Math.max(burn.aboveCreditsPerHour, baseline ? baseline.perHour * burn.timesBaseline : 0);
  const lasting = rates.every((rate) => rate > threshold);
  return {
    kind: lasting && perHour > threshold && burnt >= burn.minCredits ? 'spike' : 'usual',
    source,
    windowMinutes: burn.windowMinutes,
    burnt,
    perHour,
    threshold,
    baseline,
    times: baseline && baseline.perHour > 0 ? perHour / baseline.perHour : null,
  };
};

/** The same from callbacks, in whole five-minute windows; null when they tell of no credits. */
const fromCallbacks = (snapshots: readonly FeedSnapshot[], now: number, windowMs: number): Burnt | null => {
  const asOf = Math.min(now, ...snapshots.map((snapshot) => snapshot.asOf));
  const to = asOf - (asOf % ROWS_WINDOW);
  const middle = to - Math.floor(windowMs / 2 / ROWS_WINDOW) * ROWS_WINDOW;
  const halves = [
    spendOf(snapshots, to - windowMs, middle),
    ...(middle < to ? [spendOf(snapshots, middle, to)] : []),
  ];
  const burnt = halves.reduce((sum, { credits }) => sum + credits, 0);
  if (burnt === 0) return null;
  return { burnt, perHour: (burnt * HOUR) / windowMs, rates: halves.map(({ perHour }) => perHour) };
};

/**
 * Whether credits burn unusually fast: above the absolute rate and, once a week is known, above so many times what is
 * usual in this hour of the week; all through the window; and with a minimum spent.
 *
 * The balance is asked first; callbacks (`snapshots` of every feed) speak only where the balance cannot be seen.
 */
export const burnAlert = (
  state: CreditState,
  snapshots: readonly FeedSnapshot[],
  burn: Config['burn'],
  now: number,
): BurnAlert => {
  const last = lastSample(state.credits);
  const stale = last !== null && now - last.at > burn.staleAfterMinutes * MINUTE;
  const baseline = state.credits && burnBaseline(state.credits, now);
  const windowMs = burn.windowMinutes * MINUTE;
  if (state.credits && last && !stale) {
    const burnt = fromBalance(state.credits, last.at, windowMs);
    if (burnt) return judge(burn, 'balance', burnt, baseline);
  }
  const told = fromCallbacks(snapshots, now, windowMs);
  if (told) return judge(burn, 'callbacks', told, null);
  if (!last) return { kind: 'unknown', why: 'no-sample' };
  return { kind: 'unknown', why: stale ? 'stale' : 'too-little-history' };
};
