import type { QueuedRow } from './queue.ts';

/** Whose fault it is that a row cannot be sent: the row's own, or ours (or Clay's). Kept apart, because the remedy is. */
export type DeadLetterFault = 'row' | 'ours';

export type DeadLetterReason =
  /** 413 */
  | 'too-large'
  /** 400, 415, 422 */
  | 'bad-request'
  /** Answers that nobody can read meaning into, again and again, while other rows went through. */
  | 'unknown-answer'
  /** Sent so often without an answer that more would only make duplicates. */
  | 'uncertain-too-often'
  /** A message that is not a row of ours, or cannot be opened with the key at hand. */
  | 'unreadable'
  /** Received again and again without being settled: whoever handled it died each time. */
  | 'undeliverable';

/** A row that is set aside. */
export interface DeadLetter {
  /** Sorts by time. Of a row, best `deadLetterId(row.id)`: a row that is set aside twice is then there once. */
  readonly id: string;
  readonly feed: string;
  readonly at: number;
  readonly fault: DeadLetterFault;
  readonly reason: DeadLetterReason;
  /** In a sentence, without row data, URLs or secrets. */
  readonly detail: string;
  readonly status: number | null;
  readonly webhook: string | null;
  /** Null for a message that could not be read; then it is kept as it was, in `body`. */
  readonly row: QueuedRow | null;
  /** Of an unreadable message: as it was received. */
  readonly body?: string;
  /** It is there, but the key at hand does not open it. Said by the store; `row` is null then, and `body` absent. */
  readonly locked?: true;
}

/** Dead letters, sealed; they expire after `relay.deadLetters.keepDays`. */
export interface DeadLetterStore {
  /** Idempotent by id: the last one said is kept. */
  put(letters: readonly DeadLetter[]): Promise<void>;
  /** In the order of the ids, oldest first. `cursor`: where the page before ended; null: nothing comes after. */
  list(
    feed: string,
    query: { readonly limit: number; readonly cursor?: string; readonly fault?: DeadLetterFault },
  ): Promise<{ readonly letters: readonly DeadLetter[]; readonly cursor: string | null }>;
  byId(feed: string, id: string): Promise<DeadLetter | null>;
  /**
   * `gone`: it is not there (any more); an expected outcome. With `at`, only the letter that was set aside at that time:
   * a row that was sent again meanwhile, and set aside again, stays.
   */
  remove(feed: string, id: string, at?: number): Promise<'removed' | 'gone'>;
  /** May lag behind by a second. */
  count(feed: string): Promise<Readonly<Record<DeadLetterFault, number>>>;
}

/** The id of the dead letter of a row. Row ids begin with their time. */
export const deadLetterId = (rowId: string): string => `dl-${rowId}`;

/** Rows as they were sent, sealed, until they expire (`relay.outbox.keepHours`): what a replay of accepted rows is made of. */
export interface Outbox {
  /** Before the rows are first sent. Idempotent: rows that are kept twice are found once. */
  keep(feed: string, rows: readonly QueuedRow[]): Promise<void>;
  /** Those of the rows that are still kept; in no order. */
  find(feed: string, rowIds: readonly string[]): Promise<readonly QueuedRow[]>;
  /** Which of the rows are still kept, and until when, epoch ms; in no order. Reads none of them. */
  kept(
    feed: string,
    rowIds: readonly string[],
  ): Promise<readonly { readonly rowId: string; readonly until: number }[]>;
}
