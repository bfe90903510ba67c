import type { Config } from '../config/schema.ts';
import { NO_ANSWER } from './findings.ts';
import type { Observation } from './observation.ts';
import { isSeenByRows } from './relay/probes.ts';

/**
 * What is held to be true of one probe after thresholds: one odd observation does not change it, and neither does
 * one good one. Kept between runs, so it is plain data.
 */
export interface ProbeHealth {
  readonly probe: string;
  /** The state in force; `failing` holds until the probe was seen ok often enough. */
  readonly outcome: 'ok' | 'failing' | 'not-seen-yet';
  /** Since when `outcome` has been in force, epoch ms. */
  readonly since: number;
  /** When the failure in force was first seen, epoch ms: earlier than `since` where a threshold had to be met. */
  readonly firstFailedAt: number | null;
  /** The observation that speaks for the state in force. */
  readonly evidence: Observation;
  /** The last observation, whatever it said. */
  readonly last: Observation;
  /** Runs in a row; an unknown one neither adds to them nor breaks them. */
  readonly runs: { readonly ok: number; readonly slow: number; readonly failing: number };
  /** Since when the probe has not been able to see, epoch ms; null while it sees. */
  readonly unknownSince: number | null;
  /** How often it was seen failing in the failure in force, the runs that led to it included. */
  readonly failures: number;
  /** When what was seen changed between ok and failing, epoch ms, within the flap window. */
  readonly changes: readonly number[];
  readonly flapping: boolean;
}

export type HealthPolicy = Config['observe'];

/** Findings that may pass by themselves: one sight of them alone is not believed. */
export const TRANSIENT: ReadonlySet<string> = new Set([
  ...NO_ANSWER,
  'server-error',
  'slow',
  'rate-limited',
  'limited',
  'limited-long',
  'not-looking',
  'condition-failed',
]);

/** How many runs in a row a failure needs that could not be looked at again within its run (a 429, a canary). */
const UNCONFIRMED_RUNS = 3;
const MINUTE = 60_000;

/** Whether a failure, or a recovery, was seen but is not in force yet: the probe should look again on the next run. */
export const isUndecided = ({ last, outcome, runs }: ProbeHealth): boolean =>
  outcome === 'failing' ? runs.ok > 0 : last.outcome === 'failing';

const nextRuns = (runs: ProbeHealth['runs'], seen: Observation): ProbeHealth['runs'] => {
  if (seen.outcome === 'unknown') return runs;
  if (seen.outcome === 'ok') return { ok: runs.ok + 1, slow: 0, failing: 0 };
  if (seen.finding === 'slow') return { ok: 0, slow: runs.slow + 1, failing: 0 };
  return { ok: 0, slow: 0, failing: runs.failing + 1 };
};

const failureHolds = (runs: ProbeHealth['runs'], seen: Observation, policy: HealthPolicy): boolean => {
  if (seen.finding === 'slow') return runs.slow >= policy.slowThreshold;
  const single = TRANSIENT.has(seen.finding) && seen.attempts < 2;
  return (
    runs.failing >= (single ? Math.max(UNCONFIRMED_RUNS, policy.failureThreshold) : policy.failureThreshold)
  );
};

const recoveryHolds = (prior: ProbeHealth, runs: ProbeHealth['runs'], policy: HealthPolicy): boolean => {
  const needed = prior.flapping ? policy.flap.recoveryThreshold : policy.recoveryThreshold;
  // Answering slowly ends an outage; only answering in time ends slowness.
  const good = prior.evidence.finding === 'slow' ? runs.ok : runs.ok + runs.slow;
  return good >= needed;
};

/** A failure of another kind while failing is the better evidence, once it is itself past its threshold. */
const failingEvidence = (prior: ProbeHealth, seen: Observation, holds: boolean): Observation =>
  holds || seen.finding === prior.evidence.finding ? seen : prior.evidence;

const decide = (prior: ProbeHealth, seen: Observation, runs: ProbeHealth['runs'], policy: HealthPolicy) => {
  const holds = seen.outcome === 'failing' && failureHolds(runs, seen, policy);
  if (prior.outcome === 'failing') {
    if (seen.outcome === 'failing') {
      // A reading of a meter or a slow answer after a hard failure both may end it; see recoveryHolds.
      if (seen.finding === 'slow' && prior.evidence.finding !== 'slow' && recoveryHolds(prior, runs, policy))
        return { outcome: 'ok' as const, evidence: seen };
      return { outcome: 'failing' as const, evidence: failingEvidence(prior, seen, holds) };
    }
    if (seen.outcome === 'ok' && recoveryHolds(prior, runs, policy))
      return { outcome: 'ok' as const, evidence: seen };
    return { outcome: 'failing' as const, evidence: prior.evidence };
  }
  if (holds) return { outcome: 'failing' as const, evidence: seen };
  if (seen.outcome === 'ok') return { outcome: 'ok' as const, evidence: seen };
  return { outcome: prior.outcome, evidence: prior.evidence };
};

/** The breaker tries a row every quarter of an hour at least; without any for longer, rows say nothing of now. */
const ROWS_SAY_NOTHING_AFTER = 20 * MINUTE;

/**
 * How long a failure is held while nothing is seen: a declared state that can no longer be read gives way to what is
 * measured, and what rows said to the rows that come. Any other measured failure holds until it is seen working.
 */
const heldFor = ({ evidence, probe }: ProbeHealth, policy: HealthPolicy): number => {
  if (evidence.surface === 'clay-status') return policy.unknownThresholdMinutes * MINUTE;
  return evidence.surface === 'webhook' && isSeenByRows(probe)
    ? ROWS_SAY_NOTHING_AFTER
    : Number.POSITIVE_INFINITY;
};

const lapse = (health: ProbeHealth, now: number, policy: HealthPolicy): ProbeHealth =>
  health.outcome === 'failing' &&
  health.unknownSince !== null &&
  now - health.unknownSince >= heldFor(health, policy)
    ? { ...health, outcome: 'not-seen-yet', since: now, firstFailedAt: null }
    : health;

/** The time before which nothing was known of the probe. */
const blank = (seen: Observation): ProbeHealth => ({
  probe: seen.probe,
  outcome: 'not-seen-yet',
  since: seen.at,
  firstFailedAt: null,
  evidence: seen,
  last: seen,
  runs: { ok: 0, slow: 0, failing: 0 },
  unknownSince: null,
  failures: 0,
  changes: [],
  flapping: false,
});

const countFailures = (
  prior: ProbeHealth,
  outcome: ProbeHealth['outcome'],
  runs: ProbeHealth['runs'],
  seen: Observation,
): number => {
  if (outcome !== 'failing') return 0;
  if (prior.outcome !== 'failing') return runs.failing + runs.slow;
  return prior.failures + (seen.outcome === 'failing' ? 1 : 0);
};

/** Whether what is seen turned from ok to failing or back; an unknown in between turns nothing. */
const hasTurned = (prior: ProbeHealth, runs: ProbeHealth['runs'], seen: Observation): boolean => {
  if (seen.outcome === 'unknown') return false;
  const wasGood = prior.runs.ok + prior.runs.slow > 0;
  const wasBad = prior.runs.failing > 0;
  return runs.failing > 0 ? wasGood : wasBad;
};

const firstFailedAt = (
  prior: ProbeHealth,
  seen: Observation,
  outcome: ProbeHealth['outcome'],
): number | null => {
  if (seen.outcome === 'failing') return prior.firstFailedAt ?? seen.at;
  return outcome === 'failing' || seen.outcome === 'unknown' ? prior.firstFailedAt : null;
};

/**
 * One step: what was held, and what was now seen, give what is held. Pure. A clock that jumps back never makes an
 * age negative: times only move forward.
 */
export const stepHealth = (
  held: ProbeHealth | undefined,
  seen: Observation,
  policy: HealthPolicy,
): ProbeHealth => {
  const prior = held ?? blank(seen);
  const now = Math.max(seen.at, prior.last.at, prior.since);
  const runs = nextRuns(prior.runs, seen);
  const windowStart = now - policy.flap.windowMinutes * MINUTE;
  const kept = prior.changes.filter((at) => at > windowStart);
  const changes = hasTurned(prior, runs, seen) ? [...kept, now] : kept;
  // Flapping ends only when a whole window has passed without a change, not when the oldest one leaves it.
  const flapping = changes.length >= policy.flap.changes || (prior.flapping && changes.length > 0);

  const { outcome, evidence } = decide({ ...prior, flapping }, seen, runs, policy);
  const changed = outcome !== prior.outcome;

  return lapse(
    {
      probe: seen.probe,
      outcome,
      since: changed ? now : prior.since,
      firstFailedAt: firstFailedAt(prior, seen, outcome),
      evidence,
      last: seen,
      runs,
      unknownSince: seen.outcome === 'unknown' ? (prior.unknownSince ?? now) : null,
      failures: countFailures(prior, outcome, runs, seen),
      changes: changes.slice(-20),
      flapping,
    },
    now,
    policy,
  );
};
