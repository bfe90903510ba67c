import type { Incident } from '../incident/incident.ts';
import type { IncidentStore } from '../incident/store.ts';
import type { ProofLedger } from '../notify/proof.ts';
import type { Seen } from '../postmortem/capture.ts';
import type { EvidenceStore } from '../postmortem/postmortem.ts';
import { type DraftDependencies, draftPostmortems } from './draft.ts';
import { keepEvidence } from './evidence.ts';
import { ownErrorsOf } from './own-errors.ts';
import type { Ended } from './store.ts';

export interface RememberContext extends Omit<DraftDependencies, 'stores'> {
  readonly proof: ProofLedger | undefined;
  readonly stores: Omit<DraftDependencies['stores'], 'proof' | 'evidence'> & {
    readonly evidence: EvidenceStore;
  };
  readonly seen: Omit<Seen, 'incident' | 'occasion' | 'ownErrors' | 'now'>;
  /** Incidents that ended a short while ago: nothing may be owed about them any more. */
  readonly lately: readonly Ended[];
  /** What went wrong in this run so far. */
  readonly faults: readonly unknown[];
}

/** Incidents that concern anybody, and those that ended a short while ago. */
const concerned = async (
  store: Pick<IncidentStore, 'active' | 'current'>,
  lately: readonly Ended[],
): Promise<readonly Incident[]> => {
  const active = await store.active();
  const isNew = ({ cause, subject }: Ended) =>
    !active.some((one) => one.cause === cause && one.subject === subject);
  const ended = await Promise.all(
    lately.filter(isNew).map(({ cause, subject }) => store.current(cause, subject)),
  );
  return [...active, ...ended.filter((incident) => incident !== null)];
};

const NO_PROOF: Pick<ProofLedger, 'ofIncident'> = { ofIncident: async () => [] };

/**
 * Keeps what was seen with every incident that changed, and drafts the postmortem of those that are over. Returns why
 * something could not be kept; rejects only when the incidents cannot be read.
 */
export const remember = async (context: RememberContext): Promise<readonly unknown[]> => {
  const { proof, stores, seen, lately, faults, clock, incidentStore } = context;
  const incidents = await concerned(incidentStore, lately);
  if (incidents.length === 0) return [];
  const now = clock.now();
  const ownErrors = await ownErrorsOf(incidents, faults, { ...(proof && { proof }), now });
  const missed = await keepEvidence(stores.evidence, incidents, { ...seen, ownErrors, now });
  const undrafted = await draftPostmortems(incidents, {
    ...context,
    stores: { ...stores, proof: proof ?? NO_PROOF },
  });
  return [...missed, ...undrafted];
};
