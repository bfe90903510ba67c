import type { Attempt } from './attempt.ts';

/**
 * What is known of one row. What was reported of it, once there, never changes; an attempt of a forwarder goes from open
 * to accepted, or to nothing when it is refused.
 */
export interface Row {
  /** Somebody reported that Clay took it. */
  readonly submitted?: {
    readonly at: number;
    readonly webhook: string;
    /** Stands for so many rows of which only the number is known. */
    readonly count?: number;
  };
  /** Somebody reported that it was sent and no answer was seen; at most once per webhook. */
  readonly unknown: readonly { readonly at: number; readonly webhook: string }[];
  /** What forwarders did themselves, in the order of the attempts. */
  readonly sends?: readonly Attempt[];
  /** It came back. */
  readonly back?: RowBack;
  readonly entity?: string;
}

export interface RowBack {
  readonly at: number;
  readonly result: 'hit' | 'missed' | 'skipped' | 'failed';
  readonly status: string;
  readonly provider: string;
  readonly column: string;
  readonly crm: 'ok' | 'failed' | 'wrong' | '';
  /** Thousandths, so that sums are exact in whatever order they are made. */
  readonly credits: number;
  readonly actions: number;
}

/** Something to remember of a row. */
export type RowFact =
  | { readonly kind: 'submitted'; readonly fact: NonNullable<Row['submitted']>; readonly entity?: string }
  | { readonly kind: 'unknown'; readonly fact: Row['unknown'][number]; readonly entity?: string }
  | { readonly kind: 'back'; readonly fact: RowBack };

export const NEW_ROW: Row = { unknown: [] };

const acceptedIn = ({ sends = [] }: Row): readonly Attempt[] =>
  sends.filter(({ outcome }) => outcome === 'accepted');

/** Attempts whose outcome is not known. */
export const openIn = ({ sends = [] }: Row): readonly Attempt[] =>
  sends.filter(({ outcome }) => outcome === 'open');

/**
 * The row with one more fact, or null when nothing new is said: the first report counts. An acceptance after an
 * unknown outcome is news, and so is an unknown outcome at another webhook than the one that accepted: that one may
 * have taken the row as well. Nobody need report what a forwarder saw accepted.
 */
export const withFact = (row: Row, said: RowFact): Row | null => {
  if (said.kind === 'back') return row.back ? null : { ...row, back: said.fact };
  if (acceptedIn(row).length > 0) return null;
  const entity = row.entity ?? said.entity;
  const base = { ...row, ...(entity !== undefined && { entity }) };
  if (said.kind === 'submitted') return row.submitted ? null : { ...base, submitted: said.fact };
  const { webhook } = said.fact;
  if (row.submitted?.webhook === webhook || row.unknown.some((each) => each.webhook === webhook)) return null;
  return { ...base, unknown: [...row.unknown, said.fact] };
};

/**
 * What was reported of a row, in marks that are each written once: of two readings of the same rows the one with more
 * marks is the later. Attempts come and go; how often they have changed is counted with the rows' bucket.
 */
export const marksOf = (row: Row): number =>
  (row.submitted ? 1 : 0) + row.unknown.length + (row.back ? 1 : 0);

interface Sent {
  readonly at: number;
  readonly webhook: string;
  readonly count?: number;
}

/**
 * The submission as it counts, once for each row: the first that a forwarder saw accepted, else the one that was
 * reported, else one without an answer that is proved by the callback, which is held to prove the first.
 */
export const submissionOf = (row: Row): Sent | undefined =>
  acceptedIn(row).toSorted(earliest)[0] ??
  row.submitted ??
  (row.back ? [...openIn(row), ...row.unknown].toSorted(earliest)[0] : undefined);

const earliest = (one: Sent, other: Sent): number =>
  one.at - other.at || (one.webhook < other.webhook ? -1 : one.webhook > other.webhook ? 1 : 0);

/** Every time that a webhook took the row, as Clay counts: what forwarders saw accepted, else the one submission. */
export const acceptancesOf = (row: Row): readonly Sent[] => {
  const accepted = acceptedIn(row);
  if (accepted.length > 0) return accepted;
  const submission = submissionOf(row);
  return submission ? [submission] : [];
};

/** Sent, and neither confirmed at that webhook nor refuted: attempts one by one, reports once for each webhook. */
export const unansweredOf = (row: Row): readonly Sent[] => {
  const counted = submissionOf(row);
  const reported = acceptedIn(row).length > 0 ? [] : row.unknown;
  return [
    ...reported.filter(({ webhook }) => webhook !== counted?.webhook),
    ...openIn(row).filter((attempt) => attempt !== counted),
  ];
};

/** When the row was sent the last time before it came back: what its round trip is measured from. */
export const sentBeforeBack = (row: Row, back: number): number | undefined => {
  const submission = submissionOf(row);
  return (
    submission &&
    acceptedIn(row).reduce((at, send) => (send.at <= back ? Math.max(at, send.at) : at), submission.at)
  );
};
