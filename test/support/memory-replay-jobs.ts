import type { ReplayJob, ReplayJobStore } from '../../shared/replay/job.ts';

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Replays in memory; the same contract as the real store. */
export const createMemoryReplayJobs = (): ReplayJobStore => {
  const jobs = new Map<string, ReplayJob>();
  return {
    load: async (id) => {
      await yieldTurn();
      return structuredClone(jobs.get(id) ?? null);
    },
    save: async (next) => {
      const saved = structuredClone(next);
      await yieldTurn();
      if (next.version !== (jobs.get(next.id)?.version ?? 0) + 1) return 'conflict';
      jobs.set(next.id, saved);
      return 'written';
    },
    list: async (limit) => {
      await yieldTurn();
      const newestFirst = [...jobs.values()].toSorted((one, other) => other.startedAt - one.startedAt);
      return structuredClone(newestFirst.slice(0, limit));
    },
  };
};
