import type { Incident } from '../incident/incident.ts';
import { captureEvidence, type Seen } from '../postmortem/capture.ts';
import { occasionDue } from '../postmortem/occasion.ts';
import type { EvidenceStore } from '../postmortem/postmortem.ts';

/**
 * Keeps what is seen now with every incident for which a look is due, by what is stored and not by what this run
 * changed: so what people did is kept as well, and a run that died before it kept anything is made up for. Returns why
 * some could not be kept.
 */
export const keepEvidence = async (
  evidence: Pick<EvidenceStore, 'keep' | 'latest'>,
  incidents: readonly Incident[],
  seen: Omit<Seen, 'incident' | 'occasion'>,
): Promise<readonly unknown[]> => {
  const outcomes = await Promise.allSettled(
    incidents.map(async (incident) => {
      const occasion = occasionDue(incident, await evidence.latest(incident.id), seen.waiting);
      if (occasion !== null) await evidence.keep(captureEvidence({ ...seen, incident, occasion }));
    }),
  );
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
};
