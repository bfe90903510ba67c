import type { Incident } from '../../shared/incident/incident.ts';
import { assertSuccessor, type IncidentStore, isActive, newestFirst } from '../../shared/incident/store.ts';
import type { WatchState, WatchStore } from '../../shared/watch/store.ts';

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
};

/** A copy that nobody else holds and nobody can change, as from a real store. */
const copy = <T>(value: T): T => deepFreeze(structuredClone(value));

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Incidents in memory; the same contract as the real store. What is kept is frozen, so nobody who reads needs a copy. */
export const createMemoryIncidentStore = (): IncidentStore => {
  const current = new Map<string, Incident>();
  const archived = new Map<string, Incident>();
  const keyOf = (cause: string, subject: string) => `${cause}\n${subject}`;
  const everything = () => [...new Map([...archived, ...[...current.values()].map(byOwnId)]).values()];
  const byOwnId = (incident: Incident): [string, Incident] => [incident.id, incident];

  return {
    current: async (cause, subject) => {
      await yieldTurn();
      const found = current.get(keyOf(cause, subject));
      return found ?? null;
    },
    byId: async (id) => {
      await yieldTurn();
      const found = everything().find((incident) => incident.id === id);
      return found ?? null;
    },
    write: async (next, expected) => {
      assertSuccessor(next, expected);
      const written = copy(next);
      await yieldTurn();
      const key = keyOf(next.cause, next.subject);
      const stored = current.get(key);
      if (stored?.id !== expected?.id || stored?.version !== expected?.version) return 'conflict';
      if (stored && stored.id !== next.id) archived.set(stored.id, stored);
      current.set(key, written);
      return 'written';
    },
    active: async () => {
      await yieldTurn();
      return [...current.values()].filter(isActive);
    },
    list: async ({ since, limit, after }) => {
      await yieldTurn();
      return everything()
        .filter((one) => one.openedAt >= since && (!after || newestFirst(after, one) < 0))
        .sort(newestFirst)
        .slice(0, Math.max(0, limit));
    },
  };
};

/** The watch state in memory; the same contract as the real store. */
export const createMemoryWatchStore = (): WatchStore => {
  let state: WatchState = copy({ lastSlot: 0, health: {}, version: 0 });
  let claimedUntil: number | null = null;

  return {
    load: async () => {
      await yieldTurn();
      // Frozen through and through: nobody can change it, so nobody needs a copy.
      return state;
    },
    claim: async (slot, now, leaseMs) => {
      await yieldTurn();
      if (state.version > 0 && state.lastSlot >= slot && state.lastSlot <= Math.max(now, slot) + 2 * leaseMs)
        return 'done';
      if (claimedUntil !== null && claimedUntil > now && claimedUntil <= now + 2 * leaseMs) return 'busy';
      claimedUntil = now + leaseMs;
      return 'claimed';
    },
    save: async (next) => {
      const saved = copy(next);
      await yieldTurn();
      if (next.version !== state.version + 1) return 'conflict';
      state = saved;
      claimedUntil = null;
      return 'written';
    },
  };
};
