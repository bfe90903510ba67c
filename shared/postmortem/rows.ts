import { isoInstant } from '../clock.ts';
import type { Incident } from '../incident/incident.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import type { EvidenceSnapshot, Postmortem } from './postmortem.ts';

type Rows = Postmortem['rows'][number];
type Counts = EvidenceSnapshot['feeds'][number];

/** What was kept of an incident when it opened, and when it was over (or last, while it is open). */
export interface Bounds {
  readonly open: EvidenceSnapshot | null;
  readonly end: EvidenceSnapshot | null;
  /** Everything from the one to the other, oldest first. */
  readonly between: readonly EvidenceSnapshot[];
  /** The newest look: of when the rows that had waited were sent on. */
  readonly last: EvidenceSnapshot | null;
}

export const boundsOf = (
  { id, resolvedAt }: Pick<Incident, 'id' | 'resolvedAt'>,
  snapshots: readonly EvidenceSnapshot[],
): Bounds => {
  const own = snapshots
    .filter(({ incidentId }) => incidentId === id)
    .toSorted((one, other) => one.at - other.at);
  const open = own[0] ?? null;
  const end =
    resolvedAt === undefined ? (own.at(-1) ?? null) : (own.find(({ at }) => at >= resolvedAt) ?? null);
  // One look alone is no difference.
  return end === null || end === open
    ? { open, end: null, between: [], last: null }
    : { open, end, between: own.slice(0, own.indexOf(end) + 1), last: own.at(-1) ?? end };
};

const countsOf = (snapshot: EvidenceSnapshot | null, feed: string): Counts | null =>
  snapshot?.feeds.find((one) => one.feed === feed) ?? null;

const NOT_KNOWN = { received: null, held: null, replayed: null, duplicated: null, lost: null };

/** Counts that fell were counted anew in between: their difference says nothing. */
const grown = (from: number, to: number): number | null => (to >= from ? to - from : null);

/** Rows that had to wait: as many as the queue held at its longest beyond what waited before. */
const waitingOf = (feed: string, { between }: Bounds): readonly number[] =>
  between.flatMap((snapshot) => countsOf(snapshot, feed)?.waiting ?? []);

/** What waited later than at the end, where that was looked at. */
const leftAt = (feed: string, { end, last }: Bounds): string => {
  const waiting = countsOf(last, feed)?.waiting ?? null;
  return last === null || last === end || waiting === null
    ? ''
    : ` At ${isoInstant(last.at)} ${waiting} waited.`;
};

/** At most how many of the rows of the incident were accepted by Clay and have not come back. */
const missingAtMost = (end: Counts, endAt: number, later: FeedSnapshot | undefined): number => {
  if (!later || later.asOf < endAt) return end.outstanding;
  const { total, oldestAt } = later.outstanding;
  // All that still wait went in after it was over.
  return oldestAt === null || oldestAt > endAt ? 0 : Math.min(end.outstanding, total);
};

const relayed = (
  feed: string,
  [open, end]: readonly [Counts, Counts],
  bounds: Bounds,
): Pick<Rows, 'received' | 'held' | 'replayed'> & { readonly isRelayed: boolean } => {
  const accepted = grown(open.submitted, end.submitted);
  if (open.waiting === null || end.waiting === null)
    return { received: accepted, held: null, replayed: null, isRelayed: false };
  const received = accepted === null ? null : accepted + end.waiting - open.waiting;
  const peak = Math.max(...waitingOf(feed, bounds));
  const left = countsOf(bounds.last, feed)?.waiting ?? end.waiting;
  return {
    // Rows that were set aside left the queue without being accepted.
    received: received !== null && received < 0 ? null : received,
    held: peak - open.waiting,
    replayed: Math.max(0, peak - Math.max(left, open.waiting)),
    isRelayed: true,
  };
};

const proofOf = (
  [open, end]: readonly [Counts, Counts],
  [openAt, endAt]: readonly [number, number],
  { isRelayed, missing, looks, left }: { isRelayed: boolean; missing: number; looks: number; left: string },
): string =>
  [
    `Counts of ${isoInstant(openAt)} and ${isoInstant(endAt)}: submitted ${open.submitted} and ${end.submitted}, called back ${open.calledBack} and ${end.calledBack}, not back yet ${open.outstanding} and ${end.outstanding}${isRelayed ? `, waiting ${open.waiting} and ${end.waiting}` : ''}.`,
    isRelayed
      ? `Held and replayed by the longest queue in ${looks} looks, so at least.${left}`
      : 'Rows do not pass through the relay: what Clay refused is known to your senders only.',
    missing === 0
      ? 'Every row that Clay accepted has come back.'
      : `At most ${missing} that Clay accepted have not come back.`,
    'What came twice is not counted.',
  ].join(' ');

const rowsOfFeed = (feed: string, bounds: Bounds, later: FeedSnapshot | undefined): Rows => {
  const { open, end } = bounds;
  const first = countsOf(open, feed);
  const last = countsOf(end, feed);
  if (!open || !end || !first || !last)
    return {
      feed,
      ...NOT_KNOWN,
      proof: 'Not known: its rows were not counted both when it opened and when it was over.',
    };
  const { isRelayed, ...counted } = relayed(feed, [first, last], bounds);
  const missing = missingAtMost(last, end.at, later);
  return {
    feed,
    ...counted,
    duplicated: null,
    // What waits is kept, what came back is there; what senders were refused is not seen without the relay.
    lost: isRelayed && missing === 0 ? 0 : null,
    proof: proofOf([first, last], [open.at, end.at], {
      isRelayed,
      missing,
      looks: waitingOf(feed, bounds).length,
      left: leftAt(feed, bounds),
    }),
  };
};

/** Rows of every feed that was hit, from what was kept when it opened and when it was over. */
export const rowsOf = (
  feeds: readonly string[],
  bounds: Bounds,
  later: readonly FeedSnapshot[],
): Postmortem['rows'] =>
  feeds.map((feed) =>
    rowsOfFeed(
      feed,
      bounds,
      later.find((one) => one.feed === feed),
    ),
  );
