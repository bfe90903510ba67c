/** A token bucket: `burst` at once, `perSecond` sustained. */
export interface Bucket {
  /** Takes one token if there is one. */
  take(now: number): boolean;
  /** Whole tokens left at `now`. */
  left(now: number): number;
}

export const createBucket = (perSecond: number, burst: number): Bucket => {
  let tokens = burst;
  let filledAt: number | undefined;
  const refill = (now: number) => {
    // A clock that jumps back refills nothing, and counts from where it jumped to.
    const elapsedMs = Math.max(0, now - (filledAt ?? now));
    tokens = Math.min(burst, tokens + (elapsedMs / 1_000) * perSecond);
    filledAt = now;
  };
  return {
    take: (now) => {
      refill(now);
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    left: (now) => {
      refill(now);
      return Math.floor(tokens);
    },
  };
};
