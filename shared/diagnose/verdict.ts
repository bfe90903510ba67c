import type { Cause } from '../cause.ts';
import type { Evidence, Signal } from '../observe/signals.ts';
import type { ManualQuestion } from '../runbook/question.ts';
import type { Severity } from '../severity.ts';

export type { Evidence, ManualQuestion, Signal };

/** A question of the decision tree that was answered "no" on the way to the verdict, and why. */
export interface RuledOut {
  readonly cause: Cause;
  readonly why: string;
}

/** A question of the tree on the way to a verdict; the last of them names it. */
export interface PathTaken {
  /** The id of the question. */
  readonly id: string;
  readonly answer: PathStep['answer'];
  /** Why, in a few words. */
  readonly because: string;
  /** What "no" names, and what "yes" rules out; null: neither. */
  readonly cause: Cause | null;
}

/** A named cause about a subject, with what speaks for it. */
export interface Verdict {
  readonly cause: Cause;
  readonly subject: string;
  readonly severity: Severity;
  /** One sentence that a person understands without knowing Claywatch. */
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly ruledOut: readonly RuledOut[];
  /** The questions from the network outward up to the one that names this. Left out: no tree decided it. */
  readonly path?: readonly PathTaken[];
  /** What would have to be seen for this verdict to change, e.g. "An answer below 500 from the API host". */
  readonly wouldChange: readonly string[];
  /**
   * True for what has not been seen long or often enough to tell anybody: a fresh gap, or a passing kind of failure of
   * one run that is less urgent than P1. Shown, but opens no incident.
   */
  readonly tentative: boolean;
  /** Present when an upstream cause explains this one: recorded on its timeline, not notified. */
  readonly hiddenBy?: { readonly cause: Cause; readonly subject: string };
}

/** One question of the tree, as it was answered. */
export interface PathStep {
  readonly id: string;
  readonly question: string;
  readonly answer: 'yes' | 'no' | 'unknown' | 'not-checked';
  /** Why, in a few words. */
  readonly because: string;
}

export type Conclusion = 'healthy' | 'problem' | 'cannot-tell';

export interface Diagnosis {
  readonly conclusion: Conclusion;
  /** The verdict that explains most; null only when healthy. */
  readonly primary: Verdict | null;
  /** Every verdict in force that nothing upstream hides, the primary first, then by severity. */
  readonly verdicts: readonly Verdict[];
  /** Effects of a verdict in force. */
  readonly hidden: readonly Verdict[];
  /**
   * Causes (with subject) that were positively seen not to hold. An open incident is resolved only when it is
   * listed here: "no longer seen" is not "seen working" (invariants 5 and 8).
   */
  readonly cleared: readonly {
    readonly cause: Cause;
    readonly subject: string;
    readonly evidence: readonly Evidence[];
  }[];
  readonly path: readonly PathStep[];
  readonly questions: readonly ManualQuestion[];
}
