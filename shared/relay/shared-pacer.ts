import type { Clock } from '../clock.ts';
import {
  FULL_PACE,
  intervalAt,
  offer,
  type PaceChange,
  type PaceRules,
  type PaceState,
  slotsBefore,
  slowed,
  slownessAt,
} from './pace.ts';
import type { Pacer } from './pacer.ts';

/** Where the pace is kept that all forwarders share. */
export interface PaceStore {
  /** Strongly consistent; null before the first change. */
  load(): Promise<PaceState | null>;
  /** One atomic write: what `next` is afterwards, or `conflict` when the condition of the change does not hold. */
  change(change: PaceChange): Promise<{ readonly next: number | null } | 'conflict'>;
}

/** So often others may come first before asking again later. */
const TRIES = 6;
const BUSY_MS = 50;

/**
 * A pacer over a shared state. What is remembered of it only makes a guess; the condition of the write decides, so that
 * no slot is given twice. An answer of the store that is lost wastes slots and never repeats them.
 */
export const createSharedPacer = ({
  store,
  rules,
  clock,
}: {
  readonly store: PaceStore;
  readonly rules: PaceRules;
  readonly clock: Pick<Clock, 'now'>;
}): Pacer => {
  let known: PaceState | null = null;
  /** The end of the slots that this process was given last. */
  let own: number | null = null;

  const load = async (): Promise<PaceState> => {
    known = (await store.load()) ?? FULL_PACE;
    return known;
  };

  return {
    reserve: async (count) => {
      if (count < 1) return { slots: [], waitMs: 0 };
      let state = known ?? (await load());
      for (let tried = 0; tried < TRIES; tried += 1) {
        const offered = offer(rules, state, { now: clock.now(), count, own });
        if (offered.kind === 'wait') return { slots: [], waitMs: offered.waitMs };
        const changed = await store.change(offered.change);
        if (changed !== 'conflict' && changed.next !== null) {
          known = { ...state, next: changed.next };
          own = changed.next;
          return { slots: slotsBefore(changed.next, offered.count, offered.interval), waitMs: 0 };
        }
        state = await load();
      }
      return { slots: [], waitMs: BUSY_MS };
    },

    slowDown: async (retryAfterMs) => {
      for (let tried = 0; tried < TRIES; tried += 1) {
        const state = await load();
        const { version, ...slower } = slowed(state, clock.now(), retryAfterMs);
        if ((await store.change({ ...slower, version })) === 'conflict') continue;
        known = { ...state, ...slower, version: version + 1 };
        return;
      }
    },

    state: async () => {
      const state = await load();
      const now = clock.now();
      const isSlowed = slownessAt(state, now) > 1;
      const isPaused = isSlowed && state.pausedUntil !== null && state.pausedUntil > now;
      return {
        perSecond: 1_000 / intervalAt(rules, state, now),
        slowedSince: isSlowed ? state.slowedSince : null,
        pausedUntil: isPaused ? state.pausedUntil : null,
      };
    },
  };
};
