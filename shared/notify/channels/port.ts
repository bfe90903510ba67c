import type { Cause } from '../../cause.ts';
import type { IncidentStatus, Transition, UpdateAudience, Urgency } from '../../incident/incident.ts';
import type { Severity } from '../../severity.ts';

/**
 * A message for a chat channel, a paging service or a program: plain data, safe to show as it is (redacted, bounded, no
 * row data, no secret), made once by the renderer and the same for every channel.
 */
export interface Bulletin {
  /** Stable over retries: receivers deduplicate on it. */
  readonly id: string;
  readonly installation: string;
  readonly incidentId: string;
  readonly cause: Cause;
  readonly subject: string;
  readonly feed: string | null;
  readonly transition: Transition;
  readonly urgency: Urgency;
  readonly status: IncidentStatus;
  /** How it stands as the message is handed over, where that is no longer `status`; not part of what is told. */
  readonly current?: IncidentStatus;
  readonly severity: Severity;
  readonly peakSeverity: Severity;
  /** What is wrong, as a headline. */
  readonly title: string;
  /** What was seen, in a sentence or two. */
  readonly summary: string;
  readonly impact: string;
  /** What may be said to the outside. */
  readonly publicImpact: string;
  readonly affected: readonly string[];
  /** What Claywatch did by itself, newest last. */
  readonly done: readonly string[];
  /** Of what it did: what it changed at Clay or in the relay (held, failed over, replayed), newest last. */
  readonly changes?: readonly string[];
  /** What a person does now, in order. */
  readonly steps: readonly { readonly do: string; readonly where?: string }[];
  /** Who has it; null: nobody. */
  readonly acknowledgedBy: string | null;
  readonly assignee: string | null;
  /** Of `updated`: who wrote what for whom. */
  readonly update: { readonly text: string; readonly by: string; readonly audience: UpdateAudience } | null;
  /** Other incidents that this message speaks for (grouping): their subjects. */
  readonly alsoAbout: readonly string[];
  /** Epoch ms. */
  readonly at: number;
  readonly detectedAt: number;
  readonly openedAt: number;
  readonly resolvedAt: number | null;
  readonly respondBy: number;
  readonly nextUpdateAt: number;
  /** Where the incident can be looked at, and nothing be done; it expires. Null without `respond.linkSecret`. */
  readonly url: string | null;
}

/** What came of handing a message to a provider. */
export type ChannelOutcome =
  /** The provider's 2xx. */
  | { readonly kind: 'delivered'; readonly receipt: string }
  /** It will never take this one (400), or takes nothing any more (410: `disabled`). Not tried again; falls back. */
  | { readonly kind: 'refused'; readonly why: string; readonly disabled?: boolean }
  /** 429, 5xx, no answer: tried again, not before `afterMs`. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs: number | null };

/**
 * What one channel remembers of an incident between messages: the Slack thread, the PagerDuty key. Kept for 90 days
 * after the last word. Faults of the store reject.
 */
export interface ChannelMemory {
  load(incidentId: string): Promise<Readonly<Record<string, string>>>;
  /** Merges; written before the outcome is reported, so that a repetition edits instead of posting anew. */
  save(incidentId: string, values: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Takes an incident for one delivery at a time, for `forMs` at most: two messages of an incident that are handed over
   * at once would otherwise both begin its thread. False: another holder has it.
   */
  claim(incidentId: string, holder: string, forMs: number): Promise<boolean>;
  /** Gives it back; nothing happens when the holder does not have it any more. */
  release(incidentId: string, holder: string): Promise<void>;
}

/**
 * A way out to people or programs. `deliver` may be called again with the same bulletin (at least once) and then must
 * not tell people twice where the provider can avoid it. Never throws for a fault of the other side; settles within
 * about ten seconds. `why` is safe to store: no token, no URL.
 */
export interface Channel {
  readonly id: string;
  readonly kind: 'slack' | 'pagerduty' | 'webhook' | 'status-page';
  deliver(bulletin: Bulletin, memory: ChannelMemory): Promise<ChannelOutcome>;
  /** Proves that it would work without telling anybody, where the provider allows it; what to do otherwise. */
  check(): Promise<ChannelCheck>;
}

export interface ChannelCheck {
  readonly result: 'ready' | 'not-ready' | 'unknown';
  /** In a sentence. */
  readonly found: string;
  /** What to do about it; empty when ready. */
  readonly fix: string;
}
