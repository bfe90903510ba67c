import type { Incident } from '../incident/incident.ts';
import type { IncidentStore } from '../incident/store.ts';
import { captureEvidence, type Seen } from '../postmortem/capture.ts';
import type { EvidenceStore } from '../postmortem/postmortem.ts';

/** A transition of the run before counts too: that one may have died before it kept anything. */
const RECENT_MS = 90_000;

/**
 * What an incident has just been through and nobody was told of yet; null: nothing. By what it owes and not by what
 * this run changed, so that what people did is kept as well.
 */
const occasionOf = ({ pending }: Incident, now: number): string | null => {
  const fresh = pending.findLast(
    ({ transition, attempts, createdAt }) =>
      attempts === 0 && now - createdAt < RECENT_MS && transition !== 'update-due',
  );
  return fresh?.transition ?? null;
};

const lastErrors = (incidents: readonly Incident[]): readonly string[] => [
  ...new Set(incidents.flatMap(({ pending }) => pending.flatMap(({ lastError }) => lastError ?? []))),
];

/**
 * Keeps what is seen now with every incident that changed; at least once per change. Returns why some could not be
 * kept; rejects only when the incidents cannot be listed.
 */
export const keepEvidence = async (
  { evidence, incidentStore }: { evidence: Pick<EvidenceStore, 'keep'>; incidentStore: IncidentStore },
  seen: Omit<Seen, 'incident' | 'occasion' | 'ownErrors'>,
): Promise<readonly unknown[]> => {
  const active = await incidentStore.active();
  const ownErrors = lastErrors(active);
  const outcomes = await Promise.allSettled(
    active.map(async (incident) => {
      const occasion = occasionOf(incident, seen.now);
      if (occasion !== null) await evidence.keep(captureEvidence({ ...seen, incident, occasion, ownErrors }));
    }),
  );
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
};
