import type { FeedSnapshot } from './snapshot.ts';

/** A row that Clay took, or may have taken. */
export interface SubmissionRecord {
  /** Ours, or the sender's own; unique within the feed; 1 to 128 printable ASCII characters. */
  readonly rowId: string;
  /** The id of the webhook within the feed. */
  readonly webhook: string;
  /** When it was sent, epoch ms. */
  readonly at: number;
  /** `unknown`: sent, and no answer seen (a timeout). It widens the stated band until the row is confirmed. */
  readonly outcome: 'accepted' | 'unknown';
  /** A hash of what identifies the record (e-mail, domain), to see the same one enter again and again. */
  readonly entity?: string;
}

/** A row that came back. Holds no row data: names and numbers only. */
export interface CallbackRecord {
  readonly rowId: string;
  /** When it arrived, epoch ms. */
  readonly at: number;
  readonly result: 'hit' | 'missed' | 'skipped' | 'failed';
  /** As Clay or the operator calls it; at most 64 safe characters. */
  readonly status: string;
  readonly provider?: string;
  readonly column?: string;
  /** wrong: it was pushed, or refused, because the data is not what belongs there. */
  readonly crm?: 'ok' | 'failed' | 'wrong';
  readonly credits?: number;
  readonly actions?: number;
}

/** `duplicate`: counted before, however it came; an expected outcome. */
export type RecordOutcome = 'recorded' | 'duplicate';

/**
 * Counts every row once (invariant 2): each call may be repeated, reordered, run at once with others and die anywhere.
 * Outcomes are in the order of the records. Throws only when the store fails; repeating the call is then safe.
 */
export interface RowsLedger {
  recordSubmissions(feed: string, records: readonly SubmissionRecord[]): Promise<readonly RecordOutcome[]>;
  /** For a sender that knows how many Clay accepted, not which; `idempotencyKey` counts once. */
  recordSubmissionCount(
    feed: string,
    batch: {
      readonly idempotencyKey: string;
      readonly webhook: string;
      readonly count: number;
      readonly at: number;
    },
  ): Promise<RecordOutcome>;
  recordCallbacks(feed: string, records: readonly CallbackRecord[]): Promise<readonly RecordOutcome[]>;
  /** Callbacks that were refused as malformed: no row id to count once by, so each counts. */
  recordRefused(feed: string, at: number, count: number): Promise<void>;
  /** What a webhook's true count is, from Clay's own limit answer or from a person; everything after counts on. */
  rebase(
    feed: string,
    webhook: string,
    to: { readonly count: number; readonly at: number; readonly why: 'limit-answer' | 'operator' },
  ): Promise<void>;
  /** Brings the snapshot up to date; the watch does it on every run. Idempotent. */
  fold(feed: string, now: number): Promise<FeedSnapshot>;
  /** A handful of read units, however many rows there are; null before the first fold. */
  snapshot(feed: string): Promise<FeedSnapshot | null>;
}

/**
 * The store takes no more just now. Nothing is lost: whoever called answers 429, and the call, repeated as a whole,
 * counts each row once.
 */
export class LedgerThrottled extends Error {
  /** When to try again, seconds. */
  readonly retryAfterSeconds = 1;

  constructor(options?: ErrorOptions) {
    super('The store of the rows ledger takes no more requests just now.', options);
    this.name = 'LedgerThrottled';
  }
}
