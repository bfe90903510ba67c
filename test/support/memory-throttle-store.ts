import { NOTHING_SENT, type ThrottleState, type ThrottleStore } from '../../shared/notify/throttle.ts';

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** How much was sent lately, in memory; the same contract as the real store. */
export const createMemoryThrottleStore = (): ThrottleStore => {
  let state: ThrottleState = NOTHING_SENT;
  return {
    load: async () => {
      await yieldTurn();
      return structuredClone(state);
    },
    save: async (next) => {
      const saved = structuredClone(next);
      await yieldTurn();
      if (next.version !== state.version + 1) return 'conflict';
      state = saved;
      return 'written';
    },
  };
};
