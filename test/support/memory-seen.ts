import type { SeenStore } from '../../shared/relay/intake/ports.ts';

/** Entities that were taken lately in memory; the same contract as the real store. */
export const createMemorySeenStore = (): SeenStore => {
  const takenAt = new Map<string, number>();
  const nameOf = (feed: string, hash: string): string => JSON.stringify([feed, hash]);
  return {
    lastTaken: async (feed, hashes) => {
      await Promise.resolve();
      return hashes.map((hash) => takenAt.get(nameOf(feed, hash)) ?? null);
    },
    taken: async (feed, hashes, at) => {
      await Promise.resolve();
      for (const hash of hashes) takenAt.set(nameOf(feed, hash), at);
    },
  };
};
