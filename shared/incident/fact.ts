import type { Cause } from '../cause.ts';
import type { Evidence, Verdict } from '../diagnose/verdict.ts';

/** What the diagnosis says of one cause and subject. */
export type IncidentFact =
  | {
      /** In force, and nothing explains it. */
      readonly kind: 'verdict';
      readonly verdict: Verdict;
      /** First seen failing, epoch ms. */
      readonly detectedAt: number;
      /** Verdicts in force that this one explains: noted on its timeline. */
      readonly effects?: readonly Verdict[];
    }
  | {
      /** In force, and explained by `verdict.hiddenBy`: opens nothing, and holds back what an open one owes. */
      readonly kind: 'hidden';
      readonly verdict: Verdict;
      readonly detectedAt: number;
    }
  | {
      /** Positively seen not to hold. The only thing that resolves. */
      readonly kind: 'cleared';
      readonly evidence: readonly Evidence[];
    }
  /** What explained it is over, and nothing new is known of the incident itself. */
  | { readonly kind: 'upstream-over' };

export interface IncidentKey {
  readonly cause: Cause;
  readonly subject: string;
}

export type VerdictFact = Extract<IncidentFact, { kind: 'verdict' }>;
