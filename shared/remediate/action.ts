import type { Cause } from '../cause.ts';

/** Something that Claywatch does, or proposes, because of an incident. Each can be undone by an operator. */
export interface RemediationAction {
  readonly kind: 'hold' | 'failover' | 'resume';
  readonly feed: string;
  /** The incident that it is done for. */
  readonly cause: Cause;
  readonly subject: string;
  /** In a sentence, for the timeline. */
  readonly why: string;
  /** `propose`: only said, with the command that does it. */
  readonly mode: 'act' | 'propose';
}
