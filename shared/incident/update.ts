import type { Verdict } from '../diagnose/verdict.ts';
import { compareSeverity } from '../severity.ts';
import type { Turn } from './belief.ts';
import { LIMITS } from './bounds.ts';
import { nextUpdateAt, respondBy } from './deadlines.ts';
import { findingsOf, newestAt, novelEvidence, sayTheSame } from './evidence.ts';
import type { IncidentKey, VerdictFact } from './fact.ts';
import type { Incident, TimelineEntry } from './incident.ts';
import { advance, type Moment, named, note, turn } from './turn.ts';

const changeSeverity = (
  current: Incident,
  change: Partial<Incident>,
  { verdict }: VerdictFact,
  entries: readonly TimelineEntry[],
  moment: Moment,
): Incident => {
  const { at, policy } = moment;
  const { severity } = verdict;
  const { severitySet: _, acknowledgement, mitigatedAt, ...rest } = current;
  const raised = compareSeverity(severity, current.severity) < 0;
  // Nobody has what it has become.
  const outgrown = acknowledgement !== undefined && compareSeverity(severity, acknowledgement.severity) < 0;
  const newPeak = compareSeverity(severity, current.peakSeverity) < 0;
  const deadline = respondBy(severity, at, policy.deadlines);
  const how: Turn = newPeak ? 'worse' : 'relapse';
  return turn(
    {
      ...rest,
      ...(acknowledgement && !outgrown && { acknowledgement }),
      ...(mitigatedAt !== undefined && !outgrown && { mitigatedAt }),
    },
    {
      ...change,
      ...(outgrown && { status: 'triggered' as const }),
      severity,
      ...(newPeak && { peakSeverity: severity }),
      ...(raised && { respondBy: Math.min(current.respondBy, deadline) }),
      nextUpdateAt: nextUpdateAt(severity, at, policy.deadlines),
    },
    raised ? how : 'better',
    [
      ...entries,
      raised
        ? note(at, 'severity-raised', `Raised from ${current.severity} to ${severity}: ${verdict.summary}`)
        : note(at, 'severity-lowered', `Lowered from ${current.severity} to ${severity}: ${verdict.summary}`),
    ],
    moment,
  );
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

/** What a person said of the severity holds as long as the diagnosis says nothing new of it. */
const asSet = ({ severitySet }: Incident, verdict: Verdict): Verdict =>
  severitySet && verdict.severity === severitySet.insteadOf
    ? { ...verdict, severity: severitySet.severity }
    : verdict;

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
