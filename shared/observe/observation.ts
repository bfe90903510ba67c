import { type Finding, type FindingOf, type Outcome, outcomeOf, type Surface } from './findings.ts';

/** How long each phase of an HTTP exchange took, in milliseconds; absent where the phase was not reached. */
export interface Phases {
  readonly dnsMs?: number;
  readonly connectMs?: number;
  readonly tlsMs?: number;
  readonly firstByteMs?: number;
  readonly totalMs: number;
}

/** A small fact that is safe to show: no secret, no row data, no URL of a webhook. */
export type Fact = string | number | boolean;

/** One thing seen at one time, with its evidence. */
export interface Observation {
  /** Stable id of what was looked at, e.g. `clay.web` or `webhook:leads/leads-1`. */
  readonly probe: string;
  readonly surface: Surface;
  /** What an incident about it would be about: `clay`, a feed, `feed/webhook`, the name of a probe. */
  readonly subject: string;
  readonly finding: Finding;
  readonly outcome: Outcome;
  /** When the look began, epoch ms. */
  readonly at: number;
  /** From the first attempt's start to the last one's end, waits included, ms. */
  readonly durationMs: number;
  readonly attempts: number;
  /** True when every attempt of a failure agreed (re-probed within the tick), or when it is not a failure. */
  readonly confirmed: boolean;
  /** One line for a person at 3 a.m.: what was asked and what came back. Redacted. */
  readonly summary: string;
  readonly phases?: Phases;
  readonly facts: Readonly<Record<string, Fact>>;
}

/** Builds an observation whose outcome follows from its finding, so that the two cannot disagree. */
export const observation = <S extends Surface>(
  seen: Omit<Observation, 'outcome' | 'surface' | 'finding' | 'facts' | 'attempts' | 'confirmed'> & {
    readonly surface: S;
    readonly finding: FindingOf<S>;
    readonly facts?: Readonly<Record<string, Fact>>;
    readonly attempts?: number;
    readonly confirmed?: boolean;
  },
): Observation => ({
  attempts: 1,
  confirmed: true,
  facts: {},
  ...seen,
  finding: seen.finding as Finding,
  outcome: outcomeOf(seen.surface, seen.finding),
});
