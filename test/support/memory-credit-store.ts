import { type CreditState, NO_CREDITS } from '../../shared/credits/state.ts';
import type { CreditStore } from '../../shared/credits/store.ts';

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The credit history in memory; the same contract as the real store. */
export const createMemoryCreditStore = (): CreditStore => {
  let state: CreditState = NO_CREDITS;
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
