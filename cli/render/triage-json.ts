import { isoInstant } from '../../shared/clock.ts';
import type { Evidence, Verdict } from '../../shared/diagnose/verdict.ts';
import type { Observation } from '../../shared/observe/observation.ts';
import type { TriageReport } from '../../shared/triage/triage.ts';
import type { ExitCode } from '../exit-code.ts';
import type { TriageSource } from '../triage.ts';
import { jsonText } from './text.ts';

/** Raised when a member changes its meaning or goes away; members may be added without. */
const DOCUMENT_VERSION = 1;

const evidence = ({ at, ...rest }: Evidence) => ({ at: isoInstant(at), ...rest });

const verdict = (found: Verdict) => ({
  cause: found.cause,
  subject: found.subject,
  severity: found.severity,
  summary: found.summary,
  evidence: found.evidence.map(evidence),
  ruledOut: found.ruledOut,
  wouldChange: found.wouldChange,
  hiddenBy: found.hiddenBy ?? null,
});

const check = (seen: Observation) => ({
  probe: seen.probe,
  surface: seen.surface,
  subject: seen.subject,
  outcome: seen.outcome,
  finding: seen.finding,
  summary: seen.summary,
  at: isoInstant(seen.at),
  durationMs: seen.durationMs,
  phases: seen.phases ?? null,
  attempts: seen.attempts,
  confirmed: seen.confirmed,
  facts: seen.facts,
});

/** The one document of `--json`. Times are ISO 8601 in UTC, durations milliseconds. */
export const triageDocument = (
  report: TriageReport,
  source: TriageSource,
  { version, exitCode }: { readonly version: string; readonly exitCode: ExitCode },
) => {
  const { diagnosis } = report;
  return {
    version: DOCUMENT_VERSION,
    claywatch: version,
    startedAt: isoInstant(report.startedAt),
    wallMs: report.wallMs,
    slowestMs: report.slowest?.durationMs ?? 0,
    slowestProbe: report.slowest?.probe ?? null,
    config: source.file,
    variables: source.variables,
    confirm: report.confirm,
    webhookCheck: report.webhookCheck,
    conclusion: diagnosis.conclusion,
    exitCode,
    primary: diagnosis.primary ? verdict(diagnosis.primary) : null,
    verdicts: diagnosis.verdicts.map(verdict),
    hidden: diagnosis.hidden.map(verdict),
    path: diagnosis.path,
    questions: diagnosis.questions,
    checks: report.observations.map(check),
    untested: report.untested.map(({ probe, subject, url, summary }) => ({ probe, subject, url, summary })),
  };
};

export type TriageDocument = ReturnType<typeof triageDocument>;

export const renderTriageJson = (...document: Parameters<typeof triageDocument>): string =>
  jsonText(triageDocument(...document));
