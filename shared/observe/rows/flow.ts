import { isoInstant } from '../../clock.ts';
import type { OutstandingRows, RowsWindow } from '../../rows/snapshot.ts';
import type { Observation } from '../observation.ts';
import { type RowsContext, seenInRows } from './context.ts';
import { MINUTE, sum, windowsIn } from './window.ts';
import { duration, rows } from './words.ts';

const WINDOW = 5 * MINUTE;
/** Rows that have waited longer than this are lost rather than late, minutes. */
const LATELY_MINUTES = 240;
/** A callback seen since the last run but one; runs jitter. */
const FRESH_RUNS = 3;

/** Rows waiting at least `minutes`; the ledger counts by ages, so it is those of the ages that lie wholly beyond. */
export const waitingOver = ({ ages }: OutstandingRows, minutes: number, upTo = Number.POSITIVE_INFINITY) =>
  sum(
    ages.filter(
      ({ upToMinutes }, index) =>
        (ages[index - 1]?.upToMinutes ?? 0) >= minutes && (upToMinutes ?? Number.POSITIVE_INFINITY) <= upTo,
    ),
    (age) => age.rows,
  );

/** Of the rows that must have been sent since the last callback, nearly all wait. */
const NEARLY_ALL = 0.8;

/** Rows that were submitted after `from` and up to `until`, as if those of a window came evenly. */
const submittedBetween = (windows: readonly RowsWindow[], from: number, until: number): number =>
  sum(windows, ({ start, submitted }) => {
    const overlap = Math.min(until, start + WINDOW) - Math.max(from, start);
    return overlap > 0 ? (submitted * overlap) / WINDOW : 0;
  });

/**
 * Rows that were submitted after the last callback and have waited at least `minutes`. A row that was submitted before
 * it and has not come back, while later ones have, is lost and says nothing about now.
 *
 * Windows tell when rows came only to five minutes, so there are two ways. Surely: the window of the last callback
 * counts as before it. Sooner, while senders go on and the silence is short enough for the ages to hold few others:
 * nearly as many wait as must have come since then.
 */
const waitingSinceLastCallback = ({ snapshot, now }: RowsContext, minutes: number): number => {
  const { outstanding, windows, lastCallbackAt } = snapshot;
  const last = lastCallbackAt ?? Number.NEGATIVE_INFINITY;
  const from = Number.isFinite(last) ? last - (last % WINDOW) : last;
  const submitted = (until: number) =>
    sum(
      windows.filter(({ start }) => start > from && start <= until),
      (window) => window.submitted,
    );
  // Nothing came back since, so whatever was sent in a window that is old enough still waits: also where senders report
  // counts, and single rows are not known.
  const longSince = submitted(now - minutes * MINUTE - WINDOW);
  const lostBefore = lastCallbackAt === null ? 0 : Math.max(0, outstanding.total - submitted(now));
  const sure = Math.min(
    Math.max(0, waitingOver(outstanding, minutes) - lostBefore),
    submitted(now - minutes * MINUTE),
  );

  const nextAge = outstanding.ages.find(({ upToMinutes }) => upToMinutes !== null && upToMinutes > minutes);
  const waits = waitingOver(outstanding, minutes, nextAge?.upToMinutes ?? 0);
  const came = submittedBetween(windows, last, now - minutes * MINUTE);
  const isShort = now - last < (nextAge?.upToMinutes ?? 0) * MINUTE;
  const sentIn = (start: number) => windows.find((window) => window.start === start)?.submitted ?? 0;
  const goesOn = sentIn(from + WINDOW) >= sentIn(from) / 2;
  const soon = isShort && goesOn && waits >= came * NEARLY_ALL ? Math.floor(Math.min(waits, came)) : 0;
  return Math.max(longSince, sure, soon);
};

/**
 * Do accepted rows come back? `stalled`: no callback for `rows.stalled.afterMinutes`, while rows wait that were sent
 * since the last one. `flowing`: callbacks arrive, as many as are worth believing. `idle`: nothing to expect, or too
 * little to say; a feed at night is neither failing nor working.
 */
export const observeFlow = (context: RowsContext): Observation => {
  const { feed, snapshot, rows: config, now } = context;
  const { afterMinutes, minRows } = config.stalled;
  const { outstanding, lastCallbackAt } = snapshot;
  const silentMs = lastCallbackAt === null ? null : Math.max(0, now - lastCallbackAt);
  const lately = windowsIn(snapshot.windows, afterMinutes, now);
  const cameBack = sum(lately, ({ calledBack }) => calledBack);
  const refused = sum(lately, (window) => window.refused);
  const isSilent = silentMs === null || silentMs >= afterMinutes * MINUTE;
  const stuck = isSilent ? waitingSinceLastCallback(context, afterMinutes) : 0;
  const waitingLately = waitingOver(outstanding, afterMinutes, LATELY_MINUTES);

  const facts = {
    waiting: outstanding.total,
    cameBack,
    overMinutes: afterMinutes,
    freshCallback: silentMs !== null && silentMs <= FRESH_RUNS * context.everyMinutes * MINUTE,
    ...(lastCallbackAt === null ? {} : { lastCallbackAt: isoInstant(lastCallbackAt) }),
    ...(isSilent ? { waitingSince: stuck } : {}),
  };
  const said = { surface: 'flow', probe: 'flow', subject: feed, facts } as const;
  const last = silentMs === null ? 'no row has ever come back' : `no row came back for ${duration(silentMs)}`;

  // Callbacks that arrive and are refused are not stalled enrichment: callback-rows names them.
  if (isSilent && stuck >= minRows && refused < minRows)
    return seenInRows(context, {
      ...said,
      finding: 'stalled',
      summary: `Rows go in and ${last}; ${rows(stuck)} sent since then wait longer than ${afterMinutes} min.`,
    });
  if (!isSilent && (cameBack >= minRows || waitingLately < minRows))
    return seenInRows(context, {
      ...said,
      finding: 'flowing',
      summary: `${rows(cameBack)} came back in the last ${afterMinutes} min, the latest ${duration(silentMs ?? 0)} ago.`,
    });
  return seenInRows(context, {
    ...said,
    finding: 'idle',
    summary: isSilent
      ? `Too few rows wait to expect one back: ${last}.`
      : `Only ${rows(cameBack)} came back in the last ${afterMinutes} min, while ${rows(waitingLately)} wait longer.`,
  });
};
