import type { EvidenceSnapshot, EvidenceStore } from '../../shared/postmortem/postmortem.ts';

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Evidence in memory; the same contract as the real store. */
export const createMemoryEvidenceStore = (): EvidenceStore => {
  const kept = new Map<string, EvidenceSnapshot>();
  const ofIncident = (incidentId: string) =>
    structuredClone([...kept.values()])
      .filter((snapshot) => snapshot.incidentId === incidentId)
      .sort((one, other) => one.at - other.at);
  return {
    keep: async (snapshot) => {
      await yieldTurn();
      const key = `${snapshot.incidentId}#${snapshot.at}`;
      if (!kept.has(key)) kept.set(key, structuredClone(snapshot));
    },
    ofIncident: async (incidentId) => {
      await yieldTurn();
      return ofIncident(incidentId);
    },
    latest: async (incidentId) => {
      await yieldTurn();
      return ofIncident(incidentId).at(-1) ?? null;
    },
  };
};
