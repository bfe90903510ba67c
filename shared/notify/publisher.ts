import type { Incident, PendingNotification } from '../incident/incident.ts';
import type { Bulletin } from './channels/port.ts';

/** A message ready for every protocol that may be subscribed. */
export interface Notification {
  /** Stable over retries: receivers may deduplicate on it. */
  readonly id: string;
  readonly incidentId: string;
  /** E-mail subject: at most 100 ASCII characters, no line break (SNS). */
  readonly subject: string;
  readonly emailText: string;
  /**
   * One GSM-7 segment together with the name that SNS puts before it: at most 148 septets. Two, at most 294, of a page
   * with a link that takes it.
   */
  readonly smsText: string;
  /**
   * What subscriptions filter on, each a non-empty String: severity, audience (see audience.ts), cause, feed (`none`
   * when it is about no single feed), transition, incident_id, installation, urgency (`page` or `notice`), kind
   * (`page`, `recovery` or `notice`), update (for whom somebody wrote it; `none` when it is no update).
   */
  readonly attributes: Readonly<Record<string, string>>;
  /** The same for chat channels and programs, as data; always made by the renderer. */
  readonly bulletin?: Bulletin;
  /** Ids of other messages that this one speaks for (grouping): what is proved of it is proved of them. */
  readonly covers?: readonly string[];
}

/** What a message says beside its own incident. */
export interface RenderMore {
  /** Subjects of other incidents of the same cause that this message speaks for (grouping). */
  readonly alsoAbout?: readonly string[];
  /** When it is sent, epoch ms, where that is long after it arose: a silence or an upstream cause held it back. */
  readonly sentAt?: number;
}

/** Renders what is owed; pure. */
export type RenderNotification = (
  incident: Incident,
  pending: PendingNotification,
  more?: RenderMore,
) => Notification;

/**
 * Makes the renderer for messages about these incidents: with links, which cannot be signed while a message is written.
 * Settles within a few seconds, since every message waits for it.
 */
export type RendererFor = (incidents: readonly Incident[]) => Promise<RenderNotification>;

/**
 * The way out to people. Resolves with the provider's receipt on its 2xx only; rejects otherwise. Settles within a few
 * seconds: an implementation sets its own timeouts, because the sweep waits for it.
 */
export interface Publisher {
  publish(notification: Notification): Promise<{ readonly receipt: string }>;
}

/** The way to one person, for escalations. As `Publisher`; `person` is a name of `notify.people`. */
export interface PagePublisher {
  publish(person: string, notification: Notification): Promise<{ readonly receipt: string }>;
}
