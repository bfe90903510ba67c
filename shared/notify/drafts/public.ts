import { type Incident, isOpen } from '../../incident/incident.ts';
import { NO_PUBLIC_IMPACT, runbookFor } from '../../runbook/index.ts';
import { type About, closedByHand, currentStatus, endOf } from '../about.ts';
import { utcTime } from '../time.ts';
import type { DraftField } from './write.ts';

const RESOLVED =
  'This is resolved: new records are processed normally again. We are looking after the records of the affected time.';
/** Nobody saw it working, so it is not promised. */
const DEALT_WITH = 'The cause has been dealt with, and we are checking that everything works normally again.';
const MITIGATED = 'The effects have been contained. We are still working on the cause.';

/** What may be said to the outside: no internals, no vendor, no numbers. */
export const publicImpactOf = (incident: Incident): string => {
  const { publicImpact } = runbookFor(incident);
  if (publicImpact === NO_PUBLIC_IMPACT) return publicImpact;
  if (!isOpen(incident)) return closedByHand(incident) ? DEALT_WITH : RESOLVED;
  return incident.status === 'mitigated' ? MITIGATED : publicImpact;
};

/** On the outside nothing is over before it was seen working. */
export const publicStatusOf = (incident: Incident): string =>
  closedByHand(incident) ? 'Mitigating' : currentStatus(incident);

/** What a status page says, once a person has confirmed it. */
export const publicFields = ({ incident }: About): readonly DraftField[] => {
  const impact = publicImpactOf(incident);
  if (impact === NO_PUBLIC_IMPACT) return [{ name: 'Impact', text: impact }];
  const isOver = !isOpen(incident) && !closedByHand(incident);
  return [
    { name: 'Current Status', text: publicStatusOf(incident) },
    { name: 'Impact', text: impact },
    { name: 'Started', text: utcTime(incident.detectedAt) },
    isOver
      ? { name: 'Ended', text: utcTime(endOf(incident)) }
      : { name: 'Next Update', text: `by ${utcTime(incident.nextUpdateAt)}` },
  ];
};

/** `Identified: Enrichment of new records is currently paused`. */
export const publicSubject = (incident: Incident): string => {
  const { publicImpact } = runbookFor(incident);
  if (publicImpact === NO_PUBLIC_IMPACT) return 'No public message: no impact on users';
  const headline = publicImpact.split(/\.(?:\s|$)/)[0] ?? publicImpact;
  return `${publicStatusOf(incident)}: ${headline}`;
};
