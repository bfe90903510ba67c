import type { Config } from '../config/schema.ts';
import type { CreditState } from '../credits/state.ts';
import type { Incident } from '../incident/incident.ts';
import { affectedFeeds } from '../notify/affected.ts';
import { byAge, type DeliveryProof } from '../notify/proof.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import { actionsOf } from './actions.ts';
import { creditsOf, refundOf } from './cost.ts';
import { lessonsOf } from './lessons.ts';
import type { EvidenceSnapshot, Postmortem } from './postmortem.ts';
import { boundsOf, rowsOf } from './rows.ts';
import { timesOf } from './times.ts';

/** All that is stored about an incident. */
export interface PostmortemSources {
  readonly incident: Incident;
  readonly proofs: readonly DeliveryProof[];
  /** What was kept at its transitions; of other incidents too does no harm. */
  readonly snapshots: readonly EvidenceSnapshot[];
  /** What the rows ledger says now. */
  readonly feedSnapshots: readonly FeedSnapshot[];
  readonly creditHistory: CreditState | null;
  /** Incidents of before, for warnings that nobody took. */
  readonly earlier?: readonly Incident[];
  readonly config: Config;
  readonly now: number;
}

/**
 * The postmortem of an incident, from what is stored and nothing else; pure, never throws. What cannot be known is
 * null, and says why. While the incident is open it is a draft up to `now`.
 */
export const makePostmortem = (sources: PostmortemSources): Postmortem => {
  const { incident, snapshots, feedSnapshots, creditHistory, earlier = [], config, now } = sources;
  const proofs = sources.proofs.filter(({ incidentId }) => incidentId === incident.id).toSorted(byAge);
  const feeds = affectedFeeds(incident, config);
  const bounds = boundsOf(incident, snapshots);
  const times = timesOf(incident, proofs, { config, now });
  const rows = rowsOf(feeds, bounds, feedSnapshots);
  const credits = creditsOf(incident, feeds, {
    ...{ bounds, later: feedSnapshots, history: creditHistory },
    ...{ config, now },
  });
  const told = { incident, times, rows, credits, proofs, feeds, config, earlier };
  return {
    incident,
    severity: incident.peakSeverity,
    durationMs: times.resolve.tookMs,
    times,
    rows,
    credits,
    refund: refundOf(feeds, config, credits.wasted),
    timeline: incident.timeline,
    deliveries: proofs,
    lessons: lessonsOf(told),
    actions: actionsOf(told),
  };
};
