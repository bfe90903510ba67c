import type { Incident, PendingNotification } from '../incident/incident.ts';

/** A message ready for every protocol that may be subscribed. */
export interface Notification {
  /** Stable over retries: receivers may deduplicate on it. */
  readonly id: string;
  readonly incidentId: string;
  /** E-mail subject: at most 100 ASCII characters, no line break (SNS). */
  readonly subject: string;
  readonly emailText: string;
  /** One GSM-7 segment together with the name that SNS puts before it: at most 148 septets. */
  readonly smsText: string;
  /**
   * What subscriptions filter on, each a non-empty String: severity, audience (see audience.ts), cause, feed (`none`
   * when it is about no single feed), transition, incident_id, installation.
   */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Renders what is owed; pure. */
export type RenderNotification = (incident: Incident, pending: PendingNotification) => Notification;

/**
 * The way out to people. Resolves with the provider's receipt on its 2xx only; rejects otherwise. Settles within a few
 * seconds: an implementation sets its own timeouts, because the sweep waits for it.
 */
export interface Publisher {
  publish(notification: Notification): Promise<{ readonly receipt: string }>;
}
