import type { RowsWindow } from '../../rows/snapshot.ts';
import { bounds, type Share, shareOf } from './confidence.ts';

export const MINUTE = 60_000;
const WINDOW = 5 * MINUTE;
/** What must be bad too for a rate to be bad now, and not only to have been. */
const RECENT_MINUTES = 10;

/** The windows that reach into the last `minutes`, oldest first; one from the future of a clock that was ahead is none. */
export const windowsIn = (
  windows: readonly RowsWindow[],
  minutes: number,
  now: number,
): readonly RowsWindow[] =>
  windows.filter(({ start }) => start <= now && start + WINDOW > now - minutes * MINUTE);

export const sum = <T>(items: readonly T[], count: (item: T) => number): number =>
  items.reduce((total, item) => total + count(item), 0);

const total = (shares: readonly Share[]): Share => ({
  part: sum(shares, ({ part }) => part),
  of: sum(shares, ({ of }) => of),
});

export interface RateQuestion {
  readonly windows: readonly RowsWindow[];
  readonly now: number;
  readonly windowMinutes: number;
  readonly minRows: number;
  /** The share above which it is bad. */
  readonly above: number;
  /** The bad rows of a window, and all that count. */
  readonly shareIn: (window: RowsWindow) => Share;
}

/**
 * `above`: too high, beyond doubt, and still so · `within`: not too high · `unclear`: too few rows to say either.
 */
export interface Rate {
  readonly standing: 'above' | 'within' | 'unclear';
  /** Over the whole window. */
  readonly share: Share;
}

/** Whether the newest rows alone, however many of them it takes, prove the rate good: so that it ends soon. */
const isProvenGood = (shares: readonly Share[], above: number): boolean =>
  shares
    .toReversed()
    .some((_, index, newestFirst) => bounds(total(newestFirst.slice(0, index + 1))).high <= above);

/**
 * Judges a rate over a window. It is too high when its lower confidence bound is, over at least `minRows`, and the
 * last ten minutes say the same. More bad rows never make a rate that is too high anything less.
 */
export const judgeRate = ({ windows, now, windowMinutes, minRows, above, shareIn }: RateQuestion): Rate => {
  const shares = windowsIn(windows, windowMinutes, now).map(shareIn);
  const share = total(shares);
  const recent = total(windowsIn(windows, Math.min(RECENT_MINUTES, windowMinutes), now).map(shareIn));
  if (isProvenGood(shares, above)) return { standing: 'within', share };
  if (share.of < minRows) return { standing: 'unclear', share };
  if (bounds(share).low > above && recent.of > 0 && shareOf(recent) > above)
    return { standing: 'above', share };
  const good = shareOf(share) <= above && shareOf(recent) <= above;
  return { standing: good ? 'within' : 'unclear', share };
};
