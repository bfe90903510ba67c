import type { Incident, TimelineEntry } from '../incident/incident.ts';
import type { DeliveryProof } from '../notify/proof.ts';
import type { Severity } from '../severity.ts';

/** What callbacks of a feed cost within whole windows of five minutes. */
export interface FeedCost {
  readonly from: number;
  readonly to: number;
  /** Data credits, and those of them that went into rows that came back as missed. */
  readonly credits: number;
  readonly creditsWasted: number;
  readonly actions: number;
  /** In proportion: each window's actions by its share of callbacks that missed or failed. */
  readonly actionsWasted: number;
}

/** What was seen at one time, kept with the incident: redacted, bounded. */
export interface EvidenceSnapshot {
  readonly incidentId: string;
  readonly at: number;
  /** What made it worth keeping: the transition, `opened`, `action` or `rows-sent-on`. */
  readonly occasion: string;
  readonly probes: readonly {
    readonly probe: string;
    readonly outcome: string;
    readonly finding: string;
    readonly summary: string;
    readonly at: number;
  }[];
  /** Per feed: counts of rows at that time. */
  readonly feeds: readonly {
    readonly feed: string;
    readonly submitted: number;
    readonly calledBack: number;
    readonly outstanding: number;
    /** Rows taken by the relay that wait for Clay; null: no relay, or not known. */
    readonly waiting: number | null;
    readonly onHold: boolean | null;
    /** What its callbacks cost since the incident was first seen; null: not known. Left out by earlier versions. */
    readonly cost?: FeedCost | null;
  }[];
  readonly credits: { readonly balance: number | null; readonly actions: number | null };
  /** Errors of our own functions of late, one line each. */
  readonly ownErrors: readonly string[];
  /** The user's health endpoint, in a sentence. */
  readonly health: string | null;
}

export interface EvidenceStore {
  /** Idempotent by incident and time. */
  keep(snapshot: EvidenceSnapshot): Promise<void>;
  /** Oldest first. */
  ofIncident(incidentId: string): Promise<readonly EvidenceSnapshot[]>;
  /** The newest; null: none. Strongly consistent. */
  latest(incidentId: string): Promise<EvidenceSnapshot | null>;
}

/**
 * A span of time against its deadline, ms. `tookMs` null: it did not happen. `deadlineMs` null: there is none. `kept`
 * null: there is none, or it has not passed yet, or it was over before.
 */
export interface Measured {
  readonly tookMs: number | null;
  readonly deadlineMs: number | null;
  readonly kept: boolean | null;
}

/** Everything that a postmortem says, as numbers and sentences; made from what is stored, by nothing else. */
export interface Postmortem {
  readonly incident: Incident;
  readonly severity: Severity;
  /** First seen failing until seen working, ms; null while open. */
  readonly durationMs: number | null;
  readonly times: {
    /** First seen failing until opened; no deadline. */
    readonly detect: Measured;
    /** Opened until a channel took a page; by then the fallback would have been used. */
    readonly notify: Measured;
    /** Opened until somebody had it; the deadline to respond by the severities that people were paged for. */
    readonly acknowledge: Measured;
    /** First seen failing until people were no longer hit, and until it was over; no deadline. */
    readonly mitigate: Measured;
    readonly resolve: Measured;
  };
  /** From first seen failing to resolved, per feed that was hit, and how the sum was made. */
  readonly rows: readonly {
    readonly feed: string;
    readonly received: number | null;
    readonly held: number | null;
    readonly replayed: number | null;
    readonly duplicated: number | null;
    readonly lost: number | null;
    readonly proof: string;
  }[];
  readonly credits: {
    readonly spent: number | null;
    readonly wasted: number | null;
    readonly actionsWasted: number | null;
    readonly money: number | null;
    readonly currency: string;
    readonly proof: string;
  };
  readonly refund: {
    readonly workspace: string;
    readonly tables: readonly string[];
    readonly credits: number | null;
  };
  readonly timeline: readonly TimelineEntry[];
  readonly deliveries: readonly DeliveryProof[];
  readonly lessons: {
    readonly well: readonly string[];
    readonly wrong: readonly string[];
    readonly lucky: readonly string[];
  };
  readonly actions: readonly {
    readonly what: string;
    readonly type: 'prevent' | 'detect' | 'mitigate' | 'process';
    readonly owner: string;
  }[];
}
