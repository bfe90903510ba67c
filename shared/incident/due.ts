import { CLOCK_SKEW_MS } from './deadlines.ts';
import type { PendingNotification } from './incident.ts';

/** Waits after a failed attempt: 10 s, doubled each time, at most 10 min. */
export const FIRST_WAIT_MS = 10_000;
export const LONGEST_WAIT_MS = 600_000;

/** Whether a sender whose clock says `now` sends it. */
export const isDue = (pending: PendingNotification, now: number): boolean =>
  pending.dueAt <= now ||
  // The clock has gone back since; sent early is better than not sent.
  pending.createdAt > now + CLOCK_SKEW_MS ||
  (pending.attempts > 0 && pending.dueAt > now + LONGEST_WAIT_MS + CLOCK_SKEW_MS);
