import type { Verdict } from '../diagnose/verdict.ts';
import { isMoreUrgent, type Severity } from '../severity.ts';
import { asNobodys } from './anew.ts';
import { tellsNow } from './belief.ts';
import { nextUpdateAt, respondBy } from './deadlines.ts';
import type { Incident } from './incident.ts';
import type { Moment } from './turn.ts';

/** What a person said of the severity holds as long as the diagnosis says nothing new of it. */
export const asSet = ({ severitySet }: Incident, verdict: Verdict): Verdict =>
  severitySet && verdict.severity === severitySet.insteadOf
    ? { ...verdict, severity: severitySet.severity }
    : verdict;

/** Somebody has it, but not as urgent as it has become: nobody has that. */
export const isOutgrown = ({ acknowledgement }: Incident, severity: Severity): boolean =>
  acknowledgement !== undefined && isMoreUrgent(severity, acknowledgement.severity);

/**
 * The deadlines of an open incident after its severity changed from `before`; nobody gets more time by that. Where
 * people were paged for it after the escalation had begun, that begins anew. What nobody hears of, because it flaps,
 * moves no promise.
 */
export const withDeadlines = (changed: Incident, before: Severity, moment: Moment): Incident => {
  const { now, policy } = moment;
  const isTold = tellsNow(changed, now);
  const update = nextUpdateAt(changed.severity, now, policy.deadlines);
  const next: Incident = {
    ...changed,
    nextUpdateAt: isTold ? update : Math.min(changed.nextUpdateAt, update),
  };
  if (!isMoreUrgent(changed.severity, before)) return next;
  if (isTold && next.status === 'triggered' && next.escalation) return asNobodys(next, moment);
  return {
    ...next,
    respondBy: Math.min(next.respondBy, respondBy(changed.severity, now, policy.deadlines)),
  };
};
