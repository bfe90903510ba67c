/** What is answered to a request that was carried out; kept as it is. */
export type Answered = Readonly<Record<string, unknown>>;

export type RequestKnown<Intent> =
  | { readonly kind: 'new' }
  /** The same was asked with this key: what was about to be done, and what was answered, if it was. */
  | { readonly kind: 'known'; readonly intent: Intent; readonly answer: Answered | null }
  /** Something else was asked with this key. */
  | { readonly kind: 'conflict' };

/**
 * Requests with an `Idempotency-Key`, for a day. What is about to be done is written down before it is done, and names
 * it (a time, an id): done again after a crash, it finds that it was done.
 */
export interface OperateRequests {
  /** Looks, and writes nothing. Strongly consistent. `digest` is of all that is asked for. */
  find<Intent>(key: string, digest: string): Promise<RequestKnown<Intent>>;
  /** One conditional write; of two at once, one is `new`. */
  begin<Intent>(key: string, digest: string, intent: Intent): Promise<RequestKnown<Intent>>;
  /** Keeps what was answered. */
  answered(key: string, answer: Answered): Promise<void>;
}
