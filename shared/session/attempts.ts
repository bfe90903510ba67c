/** Failed sign-ins of a stretch of time, by where they came from. */
export interface SignInAttempts {
  /**
   * Counts a try of a source in a window, unless so many are counted already: one conditional write, so that tries at
   * the same time cannot all be the last. `expiresAt`: epoch s.
   */
  take(source: string, window: number, atMost: number, expiresAt: number): Promise<'taken' | 'full'>;
  /** Takes a try back: it did not fail. */
  giveBack(source: string, window: number): Promise<void>;
  /** How many are counted. */
  count(source: string, window: number): Promise<number>;
  /** Counts one more, however many there are. */
  add(source: string, window: number, expiresAt: number): Promise<void>;
}
