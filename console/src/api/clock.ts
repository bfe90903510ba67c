/** Less than this is the delay of the network, or the second that `Date` is rounded to. */
const TOLERATED_MS = 2_500;

export interface ServerClock {
  readonly now: () => number;
  /** Told of the `Date` of an answer, epoch ms. */
  readonly told: (serverTime: number) => void;
}

/** Deadlines are the server's: a laptop whose clock is wrong counts down to them all the same. */
export const createServerClock = (localNow: () => number): ServerClock => {
  let ahead = 0;
  return {
    now: () => localNow() + ahead,
    told: (serverTime) => {
      const seen = serverTime - localNow();
      if (Math.abs(seen) <= TOLERATED_MS) ahead = 0;
      else if (Math.abs(seen - ahead) > TOLERATED_MS) ahead = seen;
    },
  };
};
