import type { Surface } from './findings.ts';
import type { Observation } from './observation.ts';

/** One thing to look at. */
export interface Probe {
  /** Stable id, e.g. `clay.web` or `webhook:leads/leads-1`. */
  readonly id: string;
  readonly surface: Surface;
  /** What an incident about it would be about. */
  readonly subject: string;
  /** Minutes between looks. */
  readonly everyMinutes: number;
  /** What it looks at, as people say it. */
  readonly title: string;
  /**
   * Looks once, and again after a failure where that is asked for. What is found is a value, one or more; rejects when
   * `signal` aborts before anything was found.
   */
  run(signal?: AbortSignal): Promise<readonly Observation[]>;
}
