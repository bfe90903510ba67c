import type { Cause } from '../cause.ts';
import type { Evidence, RuledOut } from '../diagnose/verdict.ts';
import type { Severity } from '../severity.ts';

/** Open is every status but `resolved`. Acknowledged, mitigated and reviewed come with the people's part. */
export type IncidentStatus = 'triggered' | 'resolved';

/** What happened to an incident that somebody must hear of. */
export type Transition = 'triggered' | 'reopened' | 'severity-raised' | 'severity-lowered' | 'resolved';

/**
 * A message that is owed. It leaves the incident only when every routed channel took it (invariant 3), or when it
 * was put off and a relapse made it untrue before it was due.
 */
export interface PendingNotification {
  /** Stable over retries: `<incident id>:<version at which it arose>:<transition>`. */
  readonly id: string;
  readonly transition: Transition;
  readonly severity: Severity;
  readonly createdAt: number;
  readonly attempts: number;
  /** Not before this, epoch ms: back-off after a failure, or an improvement that must first last. */
  readonly dueAt: number;
  /** The last failure, redacted. */
  readonly lastError?: string;
}

export interface Delivery {
  readonly id: string;
  readonly transition: Transition;
  /** The severity it was announced at: whoever heard of it then hears of all that follows, recovery included. */
  readonly severity?: Severity;
  readonly deliveredAt: number;
  /** The provider's own receipt, e.g. the SNS MessageId. */
  readonly receipt: string;
}

/** One thing that happened, for people and for the postmortem. */
export interface TimelineEntry {
  readonly at: number;
  readonly kind:
    | Transition
    | 'evidence'
    | 'effect-hidden'
    | 'hidden-by-upstream'
    | 'unhidden'
    | 'recovering'
    /** What Claywatch did because of it, and what it proposes to do. */
    | 'action'
    | 'proposed'
    | 'notified'
    | 'notify-failed';
  readonly text: string;
}

/** What Claywatch did because of an incident, or proposes; each can be undone by an operator. */
export interface IncidentAction {
  /** Names it once and for all, so that it is noted once: `hold:leads:1700000000000`. */
  readonly ref: string;
  /**
   * overruled: an operator undid what Claywatch had done, and it does not do it again in this opening · reconcile:
   * nothing was changed; it says what is left of the rows
   */
  readonly kind: 'hold' | 'failover' | 'resume' | 'overruled' | 'reconcile';
  readonly mode: 'act' | 'propose';
  readonly feed: string;
  /** When it was done, epoch ms; of a resume: since when there was the hold that it ends. */
  readonly since: number;
  /** Which opening of the incident it was done in: `Incident.reopenings` of that time. */
  readonly opening: number;
  /** In a sentence or two, for people. */
  readonly text: string;
}

/** One open problem, keyed by cause and subject; changed only by conditional writes of a whole new version. */
export interface Incident {
  /** `inc-<yyyymmdd>-<8 hex>`; derived from cause, subject and time of opening, so that racing openers agree. */
  readonly id: string;
  readonly cause: Cause;
  readonly subject: string;
  readonly status: IncidentStatus;
  readonly severity: Severity;
  /** The most urgent it has been. */
  readonly peakSeverity: Severity;
  readonly summary: string;
  /** First seen failing, epoch ms: earlier than openedAt when thresholds had to be met. */
  readonly detectedAt: number;
  readonly openedAt: number;
  readonly updatedAt: number;
  readonly resolvedAt?: number;
  /** When somebody must have responded, by severity and calendar, epoch ms. */
  readonly respondBy: number;
  /** When the next update is due, epoch ms. */
  readonly nextUpdateAt: number;
  /** How often it was opened again within the window. */
  readonly reopenings: number;
  /**
   * A streak of relapses (opened again, or back up to a severity it had before), broken when nothing turned for
   * longer than the reopening window. After the third, improvements are told only once they lasted (see belief.ts).
   */
  readonly flap?: { readonly relapses: number; readonly lastTurnAt: number };
  /** Set while an upstream incident explains this one: nothing is notified meanwhile. */
  readonly hiddenBy?: { readonly cause: Cause; readonly subject: string };
  /** Other verdicts that this one explains; they are not told on their own. */
  readonly effects?: readonly { readonly cause: Cause; readonly subject: string }[];
  /** What was done about it, oldest first; the same is on the timeline. */
  readonly actions?: readonly IncidentAction[];
  /** Newest first, one per probe and finding; what resolved it comes first once it is resolved. */
  readonly evidence: readonly Evidence[];
  readonly ruledOut: readonly RuledOut[];
  readonly wouldChange: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  /** Oldest first; sent in this order, each only when those before it are delivered (`duePending`). */
  readonly pending: readonly PendingNotification[];
  /** The newest, oldest first. */
  readonly deliveries: readonly Delivery[];
  /** Optimistic version; 1 at opening. */
  readonly version: number;
}

export const isOpen = (incident: Incident): boolean => incident.status !== 'resolved';
