import type { Verdict } from '../diagnose/verdict.ts';
import { isMoreUrgent } from '../severity.ts';
import { asNobodys } from './anew.ts';
import type { Turn } from './belief.ts';
import { LIMITS } from './bounds.ts';
import { findingsOf, newestAt, novelEvidence, sayTheSame } from './evidence.ts';
import type { IncidentKey, VerdictFact } from './fact.ts';
import type { Incident, TimelineEntry } from './incident.ts';
import { asSet, isOutgrown, withDeadlines } from './severity.ts';
import { advance, type Moment, named, note, noteOfSeverity, turn } from './turn.ts';

const changeSeverity = (
  current: Incident,
  change: Partial<Incident>,
  { verdict }: VerdictFact,
  entries: readonly TimelineEntry[],
  moment: Moment,
): Incident => {
  const { severity } = verdict;
  const { severitySet: _, ...rest } = current;
  const raised = isMoreUrgent(severity, current.severity);
  const newPeak = isMoreUrgent(severity, current.peakSeverity);
  const worse: Turn = newPeak ? 'worse' : 'relapse';
  const risen: Incident = { ...rest, severity };
  const next = turn(
    isOutgrown(current, severity) ? asNobodys(risen, moment) : risen,
    { ...change, ...(newPeak && { peakSeverity: severity }) },
    raised ? worse : 'better',
    [
      ...entries,
      raised
        ? noteOfSeverity(
            moment.at,
            'severity-raised',
            severity,
            `Raised from ${current.severity} to ${severity}: ${verdict.summary}`,
          )
        : noteOfSeverity(
            moment.at,
            'severity-lowered',
            severity,
            `Lowered from ${current.severity} to ${severity}: ${verdict.summary}`,
          ),
    ],
    moment,
  );
  return withDeadlines(next, current.severity, moment);
};

const newEffects = (current: Incident, effects: readonly Verdict[] = []): readonly IncidentKey[] => {
  const known = new Set((current.effects ?? []).map(named));
  return effects
    .filter((effect) => !known.has(named(effect)) && known.add(named(effect)))
    .slice(0, LIMITS.effects - (current.effects?.length ?? 0))
    .map(({ cause, subject }) => ({ cause, subject }));
};

/** Notes the verdicts that this one explains, once each. */
export const withEffects = (current: Incident, fact: VerdictFact, at: number): Incident => {
  const effects = newEffects(current, fact.effects);
  if (effects.length === 0) return current;
  return {
    ...current,
    effects: [...(current.effects ?? []), ...effects],
    timeline: [
      ...current.timeline,
      ...effects.map((effect) =>
        note(at, 'effect-hidden', `Explains ${named(effect)}, which is not told on its own`),
      ),
    ],
  };
};

/** Whether an open incident's findings are worth a write although nothing turned. */
const isRefreshDue = (current: Incident, fact: VerdictFact, { at, policy }: Moment): boolean => {
  if (sayTheSame(current, findingsOf(fact.verdict, current.evidence))) return false;
  return at - newestAt(current.evidence, current.updatedAt) >= policy.refreshEveryMs;
};

/** An open incident under a verdict in force; the same reference when nothing is worth a write. */
export const update = (current: Incident, fact: VerdictFact, moment: Moment): Incident => {
  const { at } = moment;
  const verdict = asSet(current, fact.verdict);
  const novel = novelEvidence(current.evidence, verdict.evidence);
  const turned = verdict.severity !== current.severity;
  const unhidden = current.hiddenBy !== undefined;
  const unchanged = !turned && !unhidden && novel.length === 0 && !isRefreshDue(current, fact, moment);
  if (unchanged && newEffects(current, fact.effects).length === 0) return current;

  const { hiddenBy, ...visible } = current;
  const entries = [
    ...(hiddenBy ? [note(at, 'unhidden', `No longer explained by ${named(hiddenBy)}`)] : []),
    ...novel.map((evidence) => note(at, 'evidence', evidence.summary)),
  ];
  const findings = findingsOf(verdict, current.evidence);
  return turned
    ? changeSeverity(visible, findings, { ...fact, verdict }, entries, moment)
    : { ...advance(visible, at, entries), ...findings };
};
