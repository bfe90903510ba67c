import type { Finding, Outcome, Surface } from './findings.ts';
import type { Observation } from './observation.ts';

/**
 * What is held to be true of one probe after thresholds: one odd observation does not change it, and neither does
 * one good one. Kept between runs, so it is plain data.
 */
export interface ProbeHealth {
  readonly probe: string;
  readonly surface: Surface;
  readonly subject: string;
  /** The state in force. `unknown` also before anything was seen. */
  readonly outcome: Outcome;
  readonly finding: Finding | 'not-seen-yet';
  /** Since when `outcome` has been in force, epoch ms. */
  readonly since: number;
  /** The observation that speaks for the state in force. */
  readonly evidence: Observation;
  /** The last observation, whatever it said. */
  readonly last: Observation;
  /** Runs in a row, of the last observation's kind. */
  readonly streak: {
    readonly outcome: Outcome;
    readonly finding: Finding;
    readonly runs: number;
    readonly since: number;
  };
  /** When `outcome` changed between ok and failing, epoch ms, within the flap window. */
  readonly changes: readonly number[];
  readonly flapping: boolean;
}
