/** What a reservation gives: when requests may go out. */
export interface Reservation {
  /** One for each request, ascending, epoch ms; the first ones may lie in the past (now). May be fewer than asked for. */
  readonly slots: readonly number[];
  /** When there is none: ask again after so many ms. */
  readonly waitMs: number;
}

/**
 * The workspace's budget of requests (Clay: 10/s, burst 20, shared by all webhooks [C]), shared by every forwarder
 * that runs, wherever: a reservation that one holds no other is given.
 */
export interface Pacer {
  /** Reserves at most `count` requests, never further ahead than about a second. */
  reserve(count: number): Promise<Reservation>;
  /** Clay said 429: everybody pauses for `retryAfterMs`, then goes on slower, and gently faster again. */
  slowDown(retryAfterMs: number): Promise<void>;
  /** What is allowed now; for people. */
  state(): Promise<{
    readonly perSecond: number;
    readonly slowedSince: number | null;
    readonly pausedUntil: number | null;
  }>;
}
