import type { SignInAttempts } from '../../shared/session/attempts.ts';

/** Counts as the store does, and keeps when each count may be forgotten. */
export const createMemorySignInAttempts = (): SignInAttempts & {
  readonly expiries: ReadonlyMap<string, number>;
} => {
  const counts = new Map<string, number>();
  const expiries = new Map<string, number>();
  const keyOf = (source: string, window: number) => `${source} ${window}`;
  const raise = (key: string, expiresAt: number) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    expiries.set(key, expiresAt);
  };
  return {
    expiries,
    take: async (source, window, atMost, expiresAt) => {
      const key = keyOf(source, window);
      if ((counts.get(key) ?? 0) >= atMost) return 'full';
      raise(key, expiresAt);
      return 'taken';
    },
    giveBack: async (source, window) => {
      const key = keyOf(source, window);
      counts.set(key, Math.max(0, (counts.get(key) ?? 0) - 1));
    },
    count: async (source, window) => counts.get(keyOf(source, window)) ?? 0,
    add: async (source, window, expiresAt) => raise(keyOf(source, window), expiresAt),
  };
};
