import type { RowOutcome } from './outcome.ts';

/** What is remembered of a request that was named by an `Idempotency-Key`. */
export interface RememberedRequest {
  /** In the order of its rows: the ids of those that were taken, the reasons of those that were not. */
  readonly outcomes: readonly RowOutcome[];
  /** When it was taken, epoch ms. */
  readonly takenAt: number;
}

/** Requests that were named by `Idempotency-Key`, for `relay.idempotencyHours`. */
export interface IdempotencyStore {
  /**
   * One conditional write. `new`: the outcomes are this request's from now on. `known`: an earlier request with the same
   * key and body has these; its rows go into the queue again if they are not known to be there. `conflict`: the key was
   * used for another body.
   */
  begin(
    feed: string,
    key: string,
    request: RememberedRequest & { readonly digest: string },
  ): Promise<
    | { readonly kind: 'new' }
    | ({ readonly kind: 'known'; readonly done: boolean } & RememberedRequest)
    | { readonly kind: 'conflict' }
  >;
  /** Every row of the request is in the queue. */
  done(feed: string, key: string): Promise<void>;
}

/** Entities that were taken lately, to refuse the same one within a window. Written after the row is durable. */
export interface SeenStore {
  /** In the order of the hashes: when each was last taken, epoch ms, or null. */
  lastTaken(feed: string, hashes: readonly string[]): Promise<readonly (number | null)[]>;
  taken(feed: string, hashes: readonly string[], at: number, keepMs: number): Promise<void>;
}

/** Starts a forwarder unless one runs; a hint, not a promise: the schedule starts one every minute anyway. */
export interface Waker {
  /** Of that feed a row is durable. Never rejects. */
  wake(feed: string): Promise<void>;
}
