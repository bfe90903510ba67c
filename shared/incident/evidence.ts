import type { Evidence, Verdict } from '../diagnose/verdict.ts';
import { boundEvidence, clip, LIMITS } from './bounds.ts';
import type { Incident } from './incident.ts';

/** Evidence of the same kind about the same thing; the numbers in it may differ. */
const kindOf = (evidence: Evidence): string => `${evidence.kind} ${evidence.probe} ${evidence.finding}`;

const oneOfEachKind = (evidence: readonly Evidence[]): readonly Evidence[] => {
  const kinds = new Set<string>();
  return evidence.filter((item) => !kinds.has(kindOf(item)) && kinds.add(kindOf(item)));
};

const bounded = (evidence: readonly Evidence[]): readonly Evidence[] =>
  oneOfEachKind(evidence.map(boundEvidence)).slice(0, LIMITS.evidence);

/** What an incident shows of its verdict. */
export type Findings = Pick<Incident, 'summary' | 'evidence' | 'ruledOut' | 'path' | 'wouldChange'>;

/** Evidence in front of what was kept; of each kind only the newest. */
export const mergeEvidence = (kept: readonly Evidence[], seen: readonly Evidence[]): readonly Evidence[] =>
  oneOfEachKind([...bounded(seen), ...kept]).slice(0, LIMITS.evidence);

export const findingsOf = (verdict: Verdict, kept: readonly Evidence[] = []): Findings => ({
  summary: clip(verdict.summary),
  evidence: mergeEvidence(kept, verdict.evidence),
  ruledOut: verdict.ruledOut.slice(0, LIMITS.ruledOut).map(({ cause, why }) => ({ cause, why: clip(why) })),
  ...(verdict.path && {
    path: verdict.path.slice(-LIMITS.path).map(({ id, answer, because, cause }) => ({
      id: clip(id, LIMITS.factName),
      answer,
      because: clip(because, LIMITS.pathText),
      cause,
    })),
  }),
  wouldChange: verdict.wouldChange.slice(0, LIMITS.wouldChange).map((text) => clip(text)),
});

/** Evidence of a kind that the incident does not have yet. */
export const novelEvidence = (kept: readonly Evidence[], seen: readonly Evidence[]): readonly Evidence[] => {
  const kinds = new Set(kept.map(kindOf));
  return bounded(seen).filter((item) => !kinds.has(kindOf(item)));
};

const withoutTimes = (findings: Findings): string =>
  JSON.stringify([
    findings.summary,
    findings.evidence.map((item) => [kindOf(item), item.summary, Object.entries(item.facts).sort()]),
    findings.ruledOut,
    findings.wouldChange,
  ]);

/** Whether two findings say the same but for when it was seen. */
export const sayTheSame = (one: Findings, other: Findings): boolean =>
  withoutTimes(one) === withoutTimes(other);

/** When the newest evidence was seen, epoch ms; `fallback` without any. */
export const newestAt = (evidence: readonly Evidence[], fallback: number): number =>
  evidence.reduce((newest, item) => Math.max(newest, item.at), evidence.length === 0 ? fallback : 0);
