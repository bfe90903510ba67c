import { endOf } from '../../shared/silence/match.ts';
import type { Silence, SilenceStore } from '../../shared/silence/silence.ts';

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Silences in memory; the same contract as the real store. */
export const createMemorySilenceStore = (...given: readonly Silence[]): SilenceStore => {
  const silences = new Map(given.map((silence) => [silence.id, silence]));
  const copies = (all: readonly Silence[]): readonly Silence[] => structuredClone([...all]);
  return {
    create: async (silence) => {
      await yieldTurn();
      if (silences.has(silence.id)) return 'conflict';
      silences.set(silence.id, structuredClone(silence));
      return 'written';
    },
    end: async (id, at) => {
      await yieldTurn();
      const silence = silences.get(id);
      if (!silence || endOf(silence) <= at || silence.endedAt !== null) return 'gone';
      silences.set(id, { ...silence, endedAt: at });
      return 'ended';
    },
    current: async (now) => {
      await yieldTurn();
      return copies(
        [...silences.values()]
          .filter((silence) => endOf(silence) > now)
          .sort((one, other) => one.from - other.from || (one.id < other.id ? -1 : 1)),
      );
    },
    list: async ({ since, limit }) => {
      await yieldTurn();
      return copies(
        [...silences.values()]
          .filter(({ createdAt }) => createdAt >= since)
          .sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1))
          .slice(0, Math.max(0, limit)),
      );
    },
  };
};
