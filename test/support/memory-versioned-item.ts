/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A state in memory of which one of two writers at once must try again; as the real stores keep it. */
export const createMemoryVersionedItem = <T extends { readonly version: number }>(none: T) => {
  let state = none;
  return {
    load: async (): Promise<T> => {
      await yieldTurn();
      return structuredClone(state);
    },
    save: async (next: T): Promise<'written' | 'conflict'> => {
      const saved = structuredClone(next);
      await yieldTurn();
      if (next.version !== state.version + 1) return 'conflict';
      state = saved;
      return 'written';
    },
  };
};
