import type { ManualQuestion } from './question.ts';

/** One thing to do by hand. */
export interface Step {
  readonly do: string;
  /** The clicks in Clay's UI, or the place elsewhere, e.g. "Table > + Add > Webhooks > Monitor webhook". */
  readonly where?: string;
  /** What is seen when it worked. */
  readonly expect?: string;
}

/**
 * What of an incident shows that an automatic action was done. opened: that there is the incident · told: a message was
 * taken · effects: it explains others · hold, failover, reconcile: it is among what was done · seen-working: its end ·
 * status-page, balance: there is evidence of such a probe
 */
export type DoneSign =
  | 'opened'
  | 'told'
  | 'effects'
  | 'hold'
  | 'failover'
  | 'reconcile'
  | 'seen-working'
  | 'status-page'
  | 'balance';

/** Something Claywatch does by itself. */
export interface AutomaticAction {
  readonly action: string;
  /** Left out: it goes on all the time, or nothing of the incident shows that it was done. */
  readonly shownBy?: DoneSign;
}

/**
 * Who is hit. everybody: every feed, because the workspace or Clay itself is hit · subject: the feed that the incident
 * is about · nobody: no row is hit, only what can be seen.
 */
export type Reach = 'everybody' | 'subject' | 'nobody';

/**
 * What is known about a cause before it ever happens. Written for a person who was woken up: plain words, exact
 * clicks. All text is ASCII, so that it survives every channel.
 */
export interface RunbookEntry {
  /** What is wrong, as a headline of at most 46 characters: "Webhook has reached its 50,000 rows". */
  readonly title: string;
  /** Plain words, two sentences at most. */
  readonly meaning: string;
  /** What is not working, for whom; for colleagues. */
  readonly impact: string;
  /** One sentence for an external status page: no internals, no vendor blame. */
  readonly publicImpact: string;
  readonly reach: Reach;
  /** What Claywatch does by itself. */
  readonly automatic: readonly AutomaticAction[];
  /** What a person does, in order, with the exact clicks. */
  readonly steps: readonly Step[];
  /** How to see that it works again. */
  readonly verify: readonly string[];
  /** What is left to do once it works again, e.g. rows that have to be sent again. */
  readonly afterwards: readonly string[];
  readonly prevent: readonly string[];
  /** The likely root cause, as a sentence for the communication template. */
  readonly rootCause: string;
  /** The one thing to do, at most 60 characters of GSM-7. */
  readonly sms: string;
  /** The one thing left to do after recovery, at most 60 characters of GSM-7. */
  readonly smsAfterwards: string;
  /** Instead of `sms` once Claywatch holds the rows, or another webhook took over; instead of `smsAfterwards` then. */
  readonly smsWhen?: { readonly hold?: string; readonly failover?: string; readonly afterwards?: string };
  /** What only a person with Clay open can answer, in the order of the decision tree. */
  readonly questions: readonly ManualQuestion['id'][];
}
