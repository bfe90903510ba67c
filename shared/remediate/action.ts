import type { Cause } from '../cause.ts';
import type { NewAction } from '../incident/actions.ts';
import type { RotationReason } from '../relay/control.ts';

/** What changes in the control state of a feed; each may be repeated, and then changes nothing. */
export type ControlStep =
  | { readonly kind: 'hold'; readonly why: string }
  /** Ends exactly the hold that was set because of the incident, and has the breaker try a row at once. */
  | { readonly kind: 'release'; readonly why: string }
  | { readonly kind: 'rotate'; readonly from: string; readonly to: string; readonly why: RotationReason }
  /** No row goes to these webhooks any more, because their table is full; or they count as new again. */
  | { readonly kind: 'close-table' | 'open-table'; readonly webhooks: readonly string[] };

/** Something that Claywatch does, or proposes, because of an incident. Each can be undone by an operator. */
export interface RemediationAction {
  readonly feed: string;
  /** The incident that it is done for. */
  readonly cause: Cause;
  readonly subject: string;
  /** `propose`: only said, with the command that does it. */
  readonly mode: 'act' | 'propose';
  /** What is done; empty when only the note is missing, because a run died between the two. */
  readonly steps: readonly ControlStep[];
  /**
   * What goes on the timeline of the incident with this id; null where there is none. `hold` and `failover` are named by
   * the time at which they were done, so the ref is completed once they are.
   */
  readonly note: { readonly incident: string; readonly action: NewAction } | null;
}
