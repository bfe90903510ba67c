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
   * `measured` is what we saw, `declared` what Clay says of itself (status page), `reported` what a person answered,
   * `fallback` what stands in for something that cannot be seen: it speaks for no verdict by itself. Kept apart
   * (invariant 6).
   */
  readonly kind: 'measured' | 'declared' | 'reported' | 'fallback';
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

/** What a probe is read off, where that is watched as well; null: it looks by itself. */
const sourceOf = (probe: string): string | null => {
  const rows = /^(rows:[^/]+)\//.exec(probe)?.[1];
  if (rows !== undefined) return rows;
  if (probe === 'credits.burn' || probe === 'credits.run-out' || probe === 'actions.run-out')
    return 'credits.history';
  return probe === 'clay.credits' || probe === 'clay.actions' ? 'clay.balance' : null;
};

/** Signals of a one-shot look: no history, so what was seen is what holds. */
export const signalsFromObservations = (observations: readonly Observation[]): readonly Signal[] =>
  observations.map((seen) => signalOf(seen, { ageMs: 0, flapping: false, tentative: false }));

/**
 * Signals of watched probes. A failure that has not met its threshold says nothing yet. A failure in force stays a
 * failure while the probe cannot see; anything else that cannot be seen right now is unknown, tentatively so until it has
 * lasted `unknownThresholdMs`. What was fine when its source was last read says nothing while that cannot be read: a dead
 * source never looks green.
 */
export const signalsFromHealth = (
  health: Iterable<ProbeHealth>,
  now: number,
  unknownThresholdMs: number,
): readonly Signal[] => {
  const age = (since: number) => Math.max(0, now - since);
  const signals: Signal[] = [];
  const known = [...health];
  const blind = new Set(known.filter(({ unknownSince }) => unknownSince !== null).map(({ probe }) => probe));
  for (const probe of known) {
    const { flapping, unknownSince } = probe;
    const source = sourceOf(probe.probe);
    const isStale = source !== null && blind.has(source);
    if (probe.outcome === 'failing') {
      const tentative = TRANSIENT.has(probe.evidence.finding) && probe.failures < 2;
      signals.push(signalOf(probe.evidence, { ageMs: age(probe.since), flapping, tentative }));
    } else if (probe.outcome === 'ok' && unknownSince === null && !isStale)
      signals.push(signalOf(probe.evidence, { ageMs: age(probe.since), flapping, tentative: false }));
    if (unknownSince !== null) {
      const ageMs = age(unknownSince);
      signals.push(signalOf(probe.last, { ageMs, flapping, tentative: ageMs < unknownThresholdMs }));
    }
  }
  return signals;
};
