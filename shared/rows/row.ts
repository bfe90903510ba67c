/** What is known of one row: facts that, once there, never change. */
export interface Row {
  /** Clay took it. */
  readonly submitted?: {
    readonly at: number;
    readonly webhook: string;
    /** Stands for so many rows of which only the number is known. */
    readonly count?: number;
  };
  /** It was sent and no answer was seen; at most once per webhook. */
  readonly unknown: readonly { readonly at: number; readonly webhook: string }[];
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
  readonly crm: 'ok' | 'failed' | '';
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

/**
 * The row with one more fact, or null when nothing new is said: the first report counts. An acceptance after an
 * unknown outcome is news, and so is an unknown outcome at another webhook than the one that accepted: that one may
 * have taken the row as well.
 */
export const withFact = (row: Row, said: RowFact): Row | null => {
  if (said.kind === 'back') return row.back ? null : { ...row, back: said.fact };
  const entity = row.entity ?? said.entity;
  const base = { ...row, ...(entity !== undefined && { entity }) };
  if (said.kind === 'submitted') return row.submitted ? null : { ...base, submitted: said.fact };
  const { webhook } = said.fact;
  if (row.submitted?.webhook === webhook || row.unknown.some((each) => each.webhook === webhook)) return null;
  return { ...base, unknown: [...row.unknown, said.fact] };
};

/** Each mark is written once; of two readings of the same rows the one with more marks is the later. */
export const marksOf = (row: Row): number =>
  (row.submitted ? 1 : 0) + row.unknown.length + (row.back ? 1 : 0);

/**
 * The submission as it counts: accepted, or without an answer and proved by the callback. Of several without an
 * answer, the callback is held to prove the first.
 */
export const submissionOf = (row: Row): Row['submitted'] =>
  row.submitted ?? (row.back ? row.unknown.toSorted(earliest)[0] : undefined);

const earliest = (
  one: { readonly at: number; readonly webhook: string },
  other: { readonly at: number; readonly webhook: string },
): number => one.at - other.at || (one.webhook < other.webhook ? -1 : 1);

/** Sent, and neither confirmed at that webhook nor refuted. */
export const unansweredOf = (row: Row): Row['unknown'] => {
  const counted = submissionOf(row)?.webhook;
  return row.unknown.filter(({ webhook }) => webhook !== counted);
};
