import { isMoreUrgent, type Severity } from '../severity.ts';
import { asNobodys } from './anew.ts';
import { isBelievedOpen, owe } from './belief.ts';
import { nextUpdateAt, respondBy } from './deadlines.ts';
import { findingsOf } from './evidence.ts';
import type { IncidentKey, VerdictFact } from './fact.ts';
import { incidentId } from './id.ts';
import type { Incident } from './incident.ts';
import { asSet, isOutgrown, withDeadlines } from './severity.ts';
import { type Moment, noteOfSeverity, turn } from './turn.ts';

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
    timeline: [noteOfSeverity(at, 'triggered', severity, `Opened as ${severity}: ${findings.summary}`)],
    pending: [],
    deliveries: [],
    version: 1,
  };
  return owe(incident, at, now, policy);
};

/** It was over, and people heard of it: nobody has it, and everything begins anew. */
const afresh = (resolved: Incident, severity: Severity, moment: Moment): Incident => {
  // What was done then helped only for a while.
  const { closedBy: _, reviewed: __, severitySet: ___, steps: ____, ...rest } = resolved;
  return {
    ...asNobodys({ ...rest, severity }, moment),
    nextUpdateAt: nextUpdateAt(severity, moment.now, moment.policy.deadlines),
  };
};

/**
 * It was over for so short a time that nobody heard of it: for people nothing has happened. Whoever had it has it still,
 * and every deadline goes on, or flapping would put them all off for ever.
 */
const asItWas = (resolved: Incident, severity: Severity, moment: Moment): Incident => {
  const { closedBy: _, reviewed: __, ...rest } = resolved;
  const kept = { ...rest, severity };
  if (isOutgrown(rest, severity)) return asNobodys(kept, moment);
  if (!rest.acknowledgement) return { ...kept, status: 'triggered' };
  return { ...kept, status: rest.mitigatedAt === undefined ? 'acknowledged' : 'mitigated' };
};

/** The same incident again, one relapse more. */
export const reopen = (resolved: Incident, fact: VerdictFact, moment: Moment): Incident => {
  const { resolvedAt: _, ...current } = resolved;
  const isUnheard = isBelievedOpen(resolved, moment.now);
  const verdict = isUnheard ? asSet(resolved, fact.verdict) : fact.verdict;
  const { severity } = verdict;
  const findings = findingsOf(verdict, current.evidence);
  const reopenings = current.reopenings + 1;
  const next = turn(
    (isUnheard ? asItWas : afresh)(current, severity, moment),
    {
      ...findings,
      peakSeverity: isMoreUrgent(severity, current.peakSeverity) ? severity : current.peakSeverity,
      reopenings,
    },
    'relapse',
    [
      noteOfSeverity(
        moment.at,
        'reopened',
        severity,
        `Opened again (${reopenings}) as ${severity}: ${findings.summary}`,
      ),
    ],
    moment,
  );
  return isUnheard ? withDeadlines(next, current.severity, moment) : next;
};
