import type { Cause } from '../cause.ts';
import type { Evidence, PathTaken, RuledOut } from '../diagnose/verdict.ts';
import type { Severity } from '../severity.ts';

/**
 * triggered: nobody has it yet · acknowledged: somebody has it · mitigated: people are no longer hit, the cause is still
 * there · resolved: seen working, or closed by somebody's word · reviewed: its postmortem is done
 */
export const INCIDENT_STATUSES = ['triggered', 'acknowledged', 'mitigated', 'resolved', 'reviewed'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** What happened to an incident that somebody must hear of. */
export type Transition =
  | 'triggered'
  | 'reopened'
  | 'severity-raised'
  | 'severity-lowered'
  | 'acknowledged'
  /** Acknowledged so long ago, and nothing since, that it is nobody's again. */
  | 'acknowledgement-stale'
  /** Nobody acknowledged in time: the next step of the escalation policy. */
  | 'escalated'
  | 'mitigated'
  /** The next update was promised for now. */
  | 'update-due'
  /** Somebody wrote an update. */
  | 'updated'
  | 'resolved';

/** page: somebody must act, whoever is asleep · notice: good to know. No page after acknowledgement (invariant 3). */
export type Urgency = 'page' | 'notice';

/** Who did something, and from where. The name is what they gave; it is shown, and proves nothing by itself. */
export interface Actor {
  readonly name: string;
  readonly via: 'api' | 'cli' | 'link' | 'slack' | 'pagerduty' | 'console' | 'claywatch';
}

/**
 * A message that is owed. It leaves the incident only when every routed channel took it (invariant 3), or when it
 * was put off and a relapse made it untrue before it was due.
 */
export interface PendingNotification {
  /** Stable over retries: `<incident id>:<version at which it arose>:<transition>`. */
  readonly id: string;
  readonly transition: Transition;
  readonly severity: Severity;
  /** Left out by earlier versions: a page. */
  readonly urgency?: Urgency;
  /** Of `escalated`: whom beside everybody who hears of this severity; names of `notify.people` or `on-call`. */
  readonly to?: readonly string[];
  /** Of `updated`: for whom it was written. */
  readonly audience?: UpdateAudience;
  /** Of `updated`: its words. */
  readonly text?: string;
  readonly createdAt: number;
  readonly attempts: number;
  /** Not before this, epoch ms: back-off after a failure, or an improvement that must first last. */
  readonly dueAt: number;
  /** The last failure, redacted. */
  readonly lastError?: string;
}

/** For whom an update is written; what may be said differs. */
export type UpdateAudience = 'responders' | 'stakeholders' | 'public';

export interface Delivery {
  readonly id: string;
  readonly transition: Transition;
  /** The severity it was announced at: whoever heard of it then hears of all that follows, recovery included. */
  readonly severity?: Severity;
  /** Left out: as the transition has it. A raise is a notice while somebody has the incident. */
  readonly urgency?: Urgency;
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
    | 'notify-failed'
    | 'note'
    | 'assigned'
    | 'unacknowledged'
    | 'severity-set'
    | 'merged'
    | 'unmerged'
    | 'reviewed'
    | 'withheld'
    /** Its postmortem was drafted. */
    | 'drafted'
    /** Somebody did a step of the runbook; or not, after all. */
    | 'step-done'
    | 'step-undone';
  readonly text: string;
  /** Left out: Claywatch itself. */
  readonly by?: Actor;
  /** Of what opened it and of what changed its severity: the severity since; left out by earlier versions. */
  readonly severity?: Severity;
  /** Of `updated`: for whom it was written. */
  readonly audience?: UpdateAudience;
  /** The request that it came of, so that a repetition of it does nothing. */
  readonly request?: RequestMark;
}

/** A request of a person or a program, in hashes of 16 characters: of the key that names it, and of what it asks for. */
export interface RequestMark {
  readonly key: string;
  readonly body: string;
}

/** Somebody has it. */
export interface Acknowledgement {
  readonly by: Actor;
  readonly at: number;
  /** The severity that was acknowledged: a more urgent one pages again. */
  readonly severity: Severity;
  /** When it no longer counts unless somebody does something, epoch ms. */
  readonly staleAt: number;
}

/** How far the escalation has gone since nobody acknowledged. */
export interface Escalation {
  /** Steps taken, repeats included; 0: none. */
  readonly taken: number;
  /** When the next one is due, epoch ms; null: all are taken. */
  readonly nextAt: number | null;
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

/** A step of the runbook that somebody did. */
export interface StepDone {
  /** Names the step by what it says (`stepKey`): its number may be another's once more is known. */
  readonly key: string;
  readonly by: Actor;
  readonly at: number;
}

/** A span of time against its deadline, ms; null as in a postmortem: it did not happen, there is none, not known. */
interface Span {
  readonly tookMs: number | null;
  readonly deadlineMs: number | null;
  readonly kept: boolean | null;
}

/** The main numbers of its postmortem as they were when it was drafted; null: not known. */
export interface DraftedFigures {
  /** When, epoch ms. */
  readonly at: number;
  /** Of which end: once it was opened again they are of the past. */
  readonly resolvedAt: number;
  readonly durationMs: number | null;
  readonly times: {
    readonly detect: Span;
    readonly notify: Span;
    readonly acknowledge: Span;
    readonly mitigate: Span;
  };
  readonly rows: readonly {
    readonly feed: string;
    readonly received: number | null;
    readonly held: number | null;
    readonly replayed: number | null;
    readonly lost: number | null;
  }[];
  readonly credits: {
    readonly wasted: number | null;
    readonly actionsWasted: number | null;
    readonly money: number | null;
    readonly currency: string;
  };
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
  /**
   * Closed by somebody's word, not by what was seen: a verdict in force opens it again only after `until`; null: that
   * time has passed.
   */
  readonly closedBy?: { readonly actor: Actor; readonly until: number | null };
  readonly acknowledgement?: Acknowledgement;
  /**
   * The page that reached people since nobody has it, the first one of the most urgent severity, epoch ms; left out while
   * none has.
   */
  readonly paged?: { readonly at: number; readonly severity: Severity };
  readonly escalation?: Escalation;
  /** Whose it is. */
  readonly assignee?: string;
  readonly mitigatedAt?: number;
  readonly reviewed?: { readonly by: Actor; readonly at: number };
  readonly drafted?: DraftedFigures;
  /** Somebody set another severity; it holds until the diagnosis' own is no longer `insteadOf`. */
  readonly severitySet?: { readonly severity: Severity; readonly insteadOf: Severity };
  /** Told as part of this one while that is open. */
  readonly mergedInto?: { readonly id: string; readonly cause: Cause; readonly subject: string };
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
  /** Steps of the runbook that people did, oldest first. */
  readonly steps?: readonly StepDone[];
  /** Newest first, one per probe and finding; what resolved it comes first once it is resolved. */
  readonly evidence: readonly Evidence[];
  readonly ruledOut: readonly RuledOut[];
  /** The way through the decision tree; left out: no tree decided it, or an earlier version opened it. */
  readonly path?: readonly PathTaken[];
  readonly wouldChange: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  /** Oldest first; sent in this order, each only when those before it are delivered (`duePending`). */
  readonly pending: readonly PendingNotification[];
  /** The newest, oldest first. */
  readonly deliveries: readonly Delivery[];
  /** Optimistic version; 1 at opening. */
  readonly version: number;
}

export const isOpen = ({ status }: Pick<Incident, 'status'>): boolean =>
  status !== 'resolved' && status !== 'reviewed';

/** Transitions for which somebody is woken up, as long as nobody has it. */
const PAGES: ReadonlySet<Transition> = new Set([
  'triggered',
  'reopened',
  'severity-raised',
  'acknowledgement-stale',
  'escalated',
]);

export const isPage = ({
  transition,
  urgency,
}: Pick<PendingNotification, 'transition' | 'urgency'>): boolean =>
  urgency === undefined ? PAGES.has(transition) : urgency === 'page';

/** What a delivery must say beside its transition, so that a notice is not taken for a page later on. */
export const urgencySaid = (
  pending: Pick<PendingNotification, 'transition' | 'urgency'>,
): Pick<Delivery, 'urgency'> =>
  PAGES.has(pending.transition) && !isPage(pending) ? { urgency: 'notice' } : {};

/** How urgent a transition is for an incident that somebody has, or nobody. */
export const urgencyOf = (transition: Transition, { status }: Pick<Incident, 'status'>): Urgency =>
  PAGES.has(transition) && status === 'triggered' ? 'page' : 'notice';
