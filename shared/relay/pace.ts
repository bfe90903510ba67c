/**
 * The pace of a workspace, after the generic cell rate algorithm: one number, the time of the next slot, moves on by an
 * interval with every slot that is given out. Pure: the same state and the same clock give the same offer.
 */

export interface PaceRules {
  /** What Clay takes of a workspace (10/s [C]). */
  readonly rowsPerSecond: number;
  /** What Clay takes at once after a pause (20 [C]). */
  readonly burst: number;
}

/** What all forwarders share. Times are epoch ms; those of slots are multiples of 1/64 ms, exact in binary and decimal. */
export interface PaceState {
  /** When the next slot is; null before the first one. */
  readonly next: number | null;
  /** How many times longer the interval is made, at `slowedAt`; 1: not at all. */
  readonly slowness: number;
  /** The last time that it was made longer. */
  readonly slowedAt: number | null;
  /** Since when it has been longer than it should be. */
  readonly slowedSince: number | null;
  /** No slot lies before it. */
  readonly pausedUntil: number | null;
  /** Moves on when the pace changes, not when slots are given out. */
  readonly version: number;
}

export const FULL_PACE: PaceState = {
  next: null,
  slowness: 1,
  slowedAt: null,
  slowedSince: null,
  pausedUntil: null,
  version: 0,
};

/** A change of the state by one atomic conditional write; it fails when the condition does not hold. */
export type PaceChange =
  /** `next += by`, if `floor <= next <= latest`: who comes at the same time gets the slots after these. */
  | {
      readonly kind: 'advance';
      readonly version: number;
      readonly floor: number;
      readonly latest: number;
      readonly by: number;
    }
  /**
   * `next = to`, if there is none, or it lies before `floor` (nobody sent lately), or is still exactly `absurd`, which a
   * wrong clock wrote. A bound would not do: to a write that was held up, the present looks like the far future.
   */
  | {
      readonly kind: 'restart';
      readonly version: number;
      readonly floor: number;
      readonly absurd: number | null;
      readonly to: number;
    }
  | {
      readonly kind: 'slow';
      readonly version: number;
      readonly slowness: number;
      readonly slowedAt: number;
      readonly slowedSince: number;
      readonly pausedUntil: number;
    };

export type Offer =
  | {
      readonly kind: 'take';
      readonly change: Extract<PaceChange, { kind: 'advance' | 'restart' }>;
      readonly count: number;
      readonly interval: number;
    }
  | { readonly kind: 'wait'; readonly waitMs: number };

/** No slot is given out that lies further ahead, ms. */
const AHEAD_MS = 1_000;
/** Of the rate: the rest makes up for requests that bunch on their way, and for clocks that run fast. */
const SHARE = 0.995;
/** Of Clay's burst: the rest is the margin for requests that bunch on their way. */
const BURST_SHARE = 0.5;
/** What the clocks of two machines may differ by, ms; a time further ahead than that explains is nobody's. */
const SKEW_MS = 10_000;
const GROWTH = 1.5;
const MAX_SLOWNESS = 8;
/** Without another 429 the interval shrinks to this share of itself in that time, ms. */
const RECOVERY = 0.9;
const RECOVERY_MS = 10_000;
/** Requests that were under way when the pace was slowed are answered 429 as well; that is one reason, not several, ms. */
const SAME_REASON_MS = 2_000;
const MIN_PAUSE_MS = 1_000;
/** No pause longer than this is believed, ms: after it Clay is asked again, slowly. */
export const MAX_PAUSE_MS = 300_000;

const exact = (ms: number): number => Math.ceil(ms * 64) / 64;

const isAbsurd = (at: number, now: number, furthest: number): boolean => at > now + furthest + SKEW_MS;

const pauseEnd = ({ pausedUntil }: PaceState, now: number): number =>
  pausedUntil === null || isAbsurd(pausedUntil, now, MAX_PAUSE_MS) ? Number.NEGATIVE_INFINITY : pausedUntil;

/** How many times longer than it should be the interval is at `now`. */
export const slownessAt = (state: PaceState, now: number): number => {
  const { slowness, slowedAt } = state;
  if (slowedAt === null || isAbsurd(slowedAt, now, MAX_PAUSE_MS)) return 1;
  const calmMs = Math.max(0, now - Math.max(slowedAt, pauseEnd(state, now)));
  return Math.max(1, slowness * RECOVERY ** (calmMs / RECOVERY_MS));
};

/** From one slot to the next, ms. */
export const intervalAt = ({ rowsPerSecond }: PaceRules, state: PaceState, now: number): number =>
  exact((1_000 / (rowsPerSecond * SHARE)) * slownessAt(state, now));

const longestAhead = ({ rowsPerSecond }: PaceRules): number =>
  AHEAD_MS + exact((1_000 / (rowsPerSecond * SHARE)) * MAX_SLOWNESS);

/**
 * The next `count` slots, or as many of them as lie within reach. `own` is the end of the slots that the asking process
 * was given last: whatever the clocks of others do to the shared time, no process alone is faster than the pace.
 */
export const offer = (
  rules: PaceRules,
  state: PaceState,
  { now, count, own }: { readonly now: number; readonly count: number; readonly own: number | null },
): Offer => {
  const interval = intervalAt(rules, state, now);
  const furthest = longestAhead(rules);
  const isWrong = state.next !== null && isAbsurd(state.next, now, furthest);
  // Slowed, or set right, nobody gets a burst.
  const usable =
    isWrong || slownessAt(state, now) > 1 ? 1 : Math.max(1, Math.floor(rules.burst * BURST_SHARE));
  const floor = Math.max(
    exact(now - (usable - 1) * interval),
    pauseEnd(state, now),
    own === null || isAbsurd(own, now, furthest) ? Number.NEGATIVE_INFINITY : own,
  );
  const isShared = state.next !== null && !isWrong && state.next >= floor;
  const first = isShared && state.next !== null ? state.next : floor;
  const room = Math.floor((now + AHEAD_MS - first) / interval) + 1;
  const taken = Math.min(Math.floor(count), room);
  if (taken < 1) {
    const later = Math.min(Math.max(0, count - 1) * interval, AHEAD_MS / 2);
    return { kind: 'wait', waitMs: Math.max(1, Math.ceil(first - now - AHEAD_MS + later)) };
  }
  const { version } = state;
  const by = taken * interval;
  return {
    kind: 'take',
    count: taken,
    interval,
    change: isShared
      ? { kind: 'advance', version, floor, latest: now + AHEAD_MS - (taken - 1) * interval, by }
      : { kind: 'restart', version, floor, absurd: isWrong ? state.next : null, to: floor + by },
  };
};

/** The slots of an offer that was taken up; `next` is what the state says afterwards. */
export const slotsBefore = (next: number, count: number, interval: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => next - (count - index) * interval);

/** Clay said 429: nobody sends for so long, then all send slower. Several at once are one reason. */
export const slowed = (
  state: PaceState,
  now: number,
  retryAfterMs: number,
): Extract<PaceChange, { kind: 'slow' }> => {
  const asked = Number.isFinite(retryAfterMs) ? retryAfterMs : MIN_PAUSE_MS;
  const pausedUntil = Math.max(
    pauseEnd(state, now),
    now + Math.ceil(Math.min(Math.max(asked, MIN_PAUSE_MS), MAX_PAUSE_MS)),
  );
  const before = slownessAt(state, now);
  const { version, slowedAt } = state;
  const isKnown =
    slowedAt !== null &&
    (Math.abs(now - slowedAt) < SAME_REASON_MS || (now >= slowedAt && now < pauseEnd(state, now)));
  return {
    kind: 'slow',
    version,
    pausedUntil,
    slowness: isKnown ? Math.max(before, state.slowness) : Math.min(MAX_SLOWNESS, before * GROWTH),
    slowedAt: isKnown ? slowedAt : now,
    slowedSince: before > 1 ? (state.slowedSince ?? now) : now,
  };
};

/**
 * A slot that is this much too late is given up, ms: requests would bunch. A quarter of the time in which Clay takes a
 * burst, which is half of the margin.
 */
export const lateAfterMs = ({ rowsPerSecond, burst }: PaceRules): number =>
  Math.min(500, Math.max(50, (burst / rowsPerSecond) * 250));

/** What a change makes of a state, or `conflict`: the model that every store of the pace follows. */
export const applyPace = (state: PaceState, change: PaceChange): PaceState | 'conflict' => {
  const { next, version } = state;
  if (version !== change.version) return 'conflict';
  switch (change.kind) {
    case 'advance':
      return next !== null && next >= change.floor && next <= change.latest
        ? { ...state, next: next + change.by }
        : 'conflict';
    case 'restart':
      return next === null || next < change.floor || next === change.absurd
        ? { ...state, next: change.to }
        : 'conflict';
    case 'slow': {
      const { kind: _, ...slower } = change;
      return { ...state, ...slower, version: version + 1 };
    }
  }
};
