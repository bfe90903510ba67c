import type { IncidentStore } from './store.ts';

/**
 * A store as one run of the watch sees it. Once no incident concerned anybody, that is believed for the rest of the run:
 * its steps list them one after the other, in nearly every minute for nothing. A write of the run's own ends the belief.
 * An incident that somebody else opens meanwhile is met by the next run, as if it had been opened a few seconds later.
 */
export const believingNone = (store: IncidentStore): IncidentStore => {
  let writes = 0;
  let noneSince: number | null = null;
  return {
    ...store,
    active: async () => {
      if (noneSince === writes) return [];
      const before = writes;
      const found = await store.active();
      noneSince = found.length === 0 ? before : null;
      return found;
    },
    write: async (next, expected) => {
      writes += 1;
      try {
        return await store.write(next, expected);
      } finally {
        // A list that was read while the write was under way says nothing of it.
        writes += 1;
      }
    },
  };
};
