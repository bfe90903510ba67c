import type { Finding, Outcome, Surface } from './findings.ts';
import { type ProbeHealth, TRANSIENT } from './health.ts';
import type { Fact, Observation } from './observation.ts';

/** Something seen that speaks for a verdict; safe to show anywhere (no secret, no row data). */
export interface Evidence {
  readonly probe: string;
  readonly at: number;
  readonly summary: string;
  readonly finding: string;
  /**
   * `measured` is what we saw, `declared` what Clay says of itself (status page), `reported` what a person answered.
   * Kept apart (invariant 6).
   */
  readonly kind: 'measured' | 'declared' | 'reported';
  readonly facts: Readonly<Record<string, Fact>>;
}

/** What the diagnosis reads: one surface of one subject, discretised, with what was seen. */
export interface Signal {
  readonly probe: string;
  readonly surface: Surface;
  readonly subject: string;
  readonly outcome: Outcome;
  readonly finding: Finding;
  readonly evidence: Evidence;
  /** How long this has been so, ms; 0 in a one-shot triage. */
  readonly ageMs: number;
  readonly flapping: boolean;
  /**
   * True for an unknown that has not lasted as long as its threshold, and for a passing kind of failure that was seen
   * in one run only: shown at once, but by itself no reason yet to tell anybody, unless it means a P1.
   */
  readonly tentative: boolean;
}

/** What an observation contributes to a verdict. */
export const evidenceOf = (seen: Observation): Evidence => ({
  probe: seen.probe,
  at: seen.at,
  summary: seen.summary,
  finding: seen.finding,
  kind: seen.surface === 'clay-status' ? 'declared' : 'measured',
  facts: seen.facts,
});

const signalOf = (seen: Observation, rest: Pick<Signal, 'ageMs' | 'flapping' | 'tentative'>): Signal => ({
  probe: seen.probe,
  surface: seen.surface,
  subject: seen.subject,
  outcome: seen.outcome,
  finding: seen.finding,
  evidence: evidenceOf(seen),
  ...rest,
});

/** Signals of a one-shot look: no history, so what was seen is what holds. */
export const signalsFromObservations = (observations: readonly Observation[]): readonly Signal[] =>
  observations.map((seen) => signalOf(seen, { ageMs: 0, flapping: false, tentative: false }));

/**
 * Signals of watched probes. A failure that has not met its threshold says nothing yet. A failure in force stays a failure while the probe cannot see; anything else that
 * cannot be seen right now is unknown, tentatively so until it has lasted `unknownThresholdMs`.
 */
export const signalsFromHealth = (
  health: Iterable<ProbeHealth>,
  now: number,
  unknownThresholdMs: number,
): readonly Signal[] => {
  const age = (since: number) => Math.max(0, now - since);
  const signals: Signal[] = [];
  for (const probe of health) {
    const { flapping, unknownSince } = probe;
    if (probe.outcome === 'failing') {
      const tentative = TRANSIENT.has(probe.evidence.finding) && probe.failures < 2;
      signals.push(signalOf(probe.evidence, { ageMs: age(probe.since), flapping, tentative }));
    } else if (probe.outcome === 'ok' && unknownSince === null)
      signals.push(signalOf(probe.evidence, { ageMs: age(probe.since), flapping, tentative: false }));
    if (unknownSince !== null) {
      const ageMs = age(unknownSince);
      signals.push(signalOf(probe.last, { ageMs, flapping, tentative: ageMs < unknownThresholdMs }));
    }
  }
  return signals;
};
