import type { Config } from '../config/schema.ts';
import type { FeedControl } from '../relay/control.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Rows wait in the queue so long at most. */
const LONGEST_WAIT = 14 * DAY;
/** A backlog without a hold is sent within this time. */
const BACKLOG = DAY;
/** So many lines of history are kept; with as many there, older holds may have been forgotten. */
const HISTORY = 50;

/** When the first hold began that rows may have waited behind; null: there was none lately. */
const firstHold = ({ holds, history }: FeedControl, now: number): number | null => {
  const recent = now - LONGEST_WAIT;
  if (history.length >= HISTORY) return recent;
  const times = [
    ...holds.map(({ since }) => since),
    ...history.filter(({ kind }) => kind === 'hold').map(({ at }) => at),
  ].filter((at) => at > recent);
  return times.length > 0 ? Math.min(...times) : null;
};

/**
 * The earliest time at which a row was taken that is outstanding and still kept: every slice of ten minutes before it
 * would be looked through for nothing. Never before `asked`, the time that somebody asked for. A row is taken before it is accepted, at most for as long as rows wait.
 */
export const searchFrom = (
  config: Config,
  snapshot: FeedSnapshot | null,
  control: FeedControl,
  asked: number,
  now: number,
): number => {
  const kept = Math.max(asked, now - config.relay.outbox.keepHours * HOUR - LONGEST_WAIT);
  // Never counted: new, most likely; who knows better says since when.
  if (!snapshot) return asked > 0 ? kept : now - BACKLOG;
  // None was outstanding when it was counted: those that are now were accepted later.
  const accepted = snapshot.outstanding.oldestAt ?? snapshot.asOf;
  return Math.max(kept, Math.min(accepted, firstHold(control, now) ?? accepted) - BACKLOG);
};
