import type { Config } from '../config/schema.ts';
import type { FeedControl } from '../relay/control.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A backlog without a hold is sent within this time. */
const BACKLOG = DAY;
/** How far back rows that were held are looked for when older holds may have been forgotten. */
const LONG_HOLD = 14 * DAY;
/** So many lines of history are kept. */
const HISTORY = 50;

/**
 * When the first hold began that rows accepted from then on may have waited behind; `unknown`: the history does not
 * reach back so far; null: there was none.
 */
const firstHold = ({ holds, history }: FeedControl, accepted: number): number | 'unknown' | null => {
  const isCut = history.length >= HISTORY && (history.at(-1)?.at ?? 0) > accepted - BACKLOG;
  if (isCut) return 'unknown';
  const starts = holds.map(({ since }) => since);
  let open: number[] = [];
  for (const { kind, at } of history.toReversed()) {
    if (kind === 'hold') open.push(at);
    if (kind !== 'release') continue;
    if (open.length === 0 && history.length >= HISTORY) return 'unknown';
    if (at >= accepted - BACKLOG) starts.push(...open);
    open = open.slice(0, -1);
  }
  return starts.length > 0 ? Math.min(...starts) : null;
};

/**
 * The earliest time at which a row was taken that is outstanding and still kept: every slice of ten minutes before it
 * would be looked through for nothing. Never before `asked`, the time that somebody asked for. A row is taken before
 * it is accepted: at most a day before, or as long as a hold lasted.
 */
export const searchFrom = (
  config: Config,
  snapshot: FeedSnapshot | null,
  control: FeedControl,
  asked: number,
  now: number,
): number => {
  const kept = now - config.relay.outbox.keepHours * HOUR;
  // Never counted: new, most likely; who knows better says since when.
  if (!snapshot) return asked > 0 ? Math.max(asked, kept - LONG_HOLD) : now - BACKLOG;
  // None was outstanding when it was counted: those that are now were accepted later.
  const accepted = Math.max(kept, snapshot.outstanding.oldestAt ?? snapshot.asOf);
  const hold = firstHold(control, accepted);
  const taken = hold === 'unknown' ? accepted - LONG_HOLD : Math.min(accepted, hold ?? accepted);
  return Math.max(asked, taken - BACKLOG);
};
