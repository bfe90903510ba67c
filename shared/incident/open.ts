import { compareSeverity } from '../severity.ts';
import { owe } from './belief.ts';
import { nextUpdateAt, respondBy } from './deadlines.ts';
import { findingsOf } from './evidence.ts';
import type { IncidentKey, VerdictFact } from './fact.ts';
import { incidentId } from './id.ts';
import type { Incident } from './incident.ts';
import { type Moment, note, turn } from './turn.ts';

/** A new incident, which owes its first message. */
export const open = (key: IncidentKey, fact: VerdictFact, { at, now, policy }: Moment): Incident => {
  const { severity } = fact.verdict;
  const findings = findingsOf(fact.verdict);
  const incident: Incident = {
    id: incidentId(key.cause, key.subject, at),
    cause: key.cause,
    subject: key.subject,
    status: 'triggered',
    severity,
    peakSeverity: severity,
    detectedAt: Math.min(Math.max(0, fact.detectedAt), at),
    openedAt: at,
    updatedAt: at,
    respondBy: respondBy(severity, at, policy.deadlines),
    nextUpdateAt: nextUpdateAt(severity, at, policy.deadlines),
    reopenings: 0,
    ...findings,
    timeline: [note(at, 'triggered', `Opened as ${severity}: ${findings.summary}`)],
    pending: [],
    deliveries: [],
    version: 1,
  };
  return owe(incident, at, now, policy);
};

/** The same incident again: a fresh deadline, and one relapse more. */
export const reopen = (resolved: Incident, fact: VerdictFact, moment: Moment): Incident => {
  const { at, policy } = moment;
  const {
    resolvedAt: _resolvedAt,
    closedBy: _closedBy,
    acknowledgement: _acknowledgement,
    mitigatedAt: _mitigatedAt,
    reviewed: _reviewed,
    escalation: _escalation,
    mergedInto: _mergedInto,
    severitySet: _severitySet,
    ...current
  } = resolved;
  const { severity } = fact.verdict;
  const findings = findingsOf(fact.verdict, current.evidence);
  const reopenings = current.reopenings + 1;
  return turn(
    current,
    {
      ...findings,
      status: 'triggered',
      severity,
      peakSeverity: compareSeverity(severity, current.peakSeverity) < 0 ? severity : current.peakSeverity,
      reopenings,
      respondBy: respondBy(severity, at, policy.deadlines),
      nextUpdateAt: nextUpdateAt(severity, at, policy.deadlines),
    },
    'relapse',
    [note(at, 'reopened', `Opened again (${reopenings}) as ${severity}: ${findings.summary}`)],
    moment,
  );
};
