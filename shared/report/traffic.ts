import { MINUTE, sum, windowsIn } from '../observe/rows/window.ts';
import type { FeedControl } from '../relay/control.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';

/** What passes now; a window has five minutes, so it is this and up to five more. */
const RECENT_MINUTES = 10;
const WINDOW = 5 * MINUTE;

/** What went through a feed within the last minutes. */
export interface Traffic {
  /** How long it was looked at, minutes; at least one. */
  readonly minutes: number;
  readonly submitted: number;
  readonly calledBack: number;
}

/**
 * When counting began, as far as the windows of a day show it, and to the moment where the relay sent the first row:
 * before that there is nothing to divide by.
 */
const beganAt = ({ windows, totals }: FeedSnapshot, control: FeedControl | null): number => {
  const isAll = sum(windows, ({ submitted }) => submitted) >= totals.submitted;
  const [first] = windows;
  if (!isAll || !first) return Number.NEGATIVE_INFINITY;
  const { rotation } = control ?? {};
  return rotation?.why === 'first' && rotation.at < first.start + WINDOW
    ? Math.max(first.start, rotation.at)
    : first.start;
};

/** A feed's last minutes, up to the present of its counts. */
export const trafficOf = (snapshot: FeedSnapshot, control: FeedControl | null = null): Traffic => {
  const { asOf } = snapshot;
  const windows = windowsIn(snapshot.windows, RECENT_MINUTES, asOf);
  const from = Math.floor((asOf - RECENT_MINUTES * MINUTE) / WINDOW) * WINDOW;
  const start = Math.max(from, beganAt(snapshot, control));
  return {
    minutes: Math.max(1, (asOf - start) / MINUTE),
    submitted: sum(windows, ({ submitted }) => submitted),
    calledBack: sum(windows, ({ calledBack }) => calledBack),
  };
};

/** Rows a minute, to the hundredth. */
export const perMinute = (rows: number, { minutes }: Traffic): number =>
  Math.round((rows / minutes) * 100) / 100;
