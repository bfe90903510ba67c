import type { Config } from '../config/schema.ts';
import type { CreditStore } from '../credits/store.ts';
import type { Incident } from '../incident/incident.ts';
import type { IncidentStore } from '../incident/store.ts';
import { affectedFeeds } from '../notify/affected.ts';
import type { ProofLedger } from '../notify/proof.ts';
import type { RowsLedger } from '../rows/ledger.ts';
import { WARNED_WITHIN_MS } from './lessons.ts';
import { makePostmortem } from './make.ts';
import type { EvidenceStore, Postmortem } from './postmortem.ts';

/** More than happens in a fortnight that anybody reviews. */
const EARLIER_AT_MOST = 300;

export interface PostmortemStores {
  readonly incidents: Pick<IncidentStore, 'list'>;
  readonly proof: Pick<ProofLedger, 'ofIncident'>;
  readonly evidence: Pick<EvidenceStore, 'ofIncident'>;
  readonly rows: Pick<RowsLedger, 'snapshot'>;
  readonly credits: Pick<CreditStore, 'load'>;
}

/** The postmortem of an incident by what is stored at this moment. Reads only; rejects when a store does not answer. */
export const readPostmortem = async (
  incident: Incident,
  { incidents, proof, evidence, rows, credits }: PostmortemStores,
  { config, now }: { readonly config: Config; readonly now: number },
): Promise<Postmortem> => {
  const since = Math.max(0, incident.detectedAt - WARNED_WITHIN_MS);
  const [proofs, snapshots, feeds, creditHistory, earlier] = await Promise.all([
    proof.ofIncident(incident.id),
    evidence.ofIncident(incident.id),
    Promise.all(affectedFeeds(incident, config).map((feed) => rows.snapshot(feed))),
    credits.load(),
    incidents.list({ since, limit: EARLIER_AT_MOST }),
  ]);
  const feedSnapshots = feeds.filter((feed) => feed !== null);
  return makePostmortem({
    ...{ incident, proofs, snapshots, feedSnapshots, creditHistory, earlier },
    ...{ config, now },
  });
};
