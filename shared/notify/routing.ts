import { isPage, type PendingNotification } from '../incident/incident.ts';

/**
 * What a message is to whoever is told, as an attribute to filter on. Of the renderer:
 * page: somebody must act · notice: good to know · recovery: it is over
 * Of the sweep, about messages and not about an incident:
 * quiet: over the throttle, for programs only · summary: what was quiet, in one e-mail · fallback: what a channel did
 * not take, by e-mail
 * Of a person who asks whether it works: test.
 */
export const KINDS = ['page', 'notice', 'recovery', 'quiet', 'summary', 'fallback', 'test'] as const;
export type Kind = (typeof KINDS)[number];

/** What subscriptions filter on beside the audience; each a non-empty text, as SNS wants it. */
export const routingAttributes = (
  pending: Pick<PendingNotification, 'transition' | 'urgency' | 'audience'>,
): { readonly urgency: string; readonly kind: Kind; readonly update: string } => {
  const page = isPage(pending);
  return {
    urgency: page ? 'page' : 'notice',
    kind: pending.transition === 'resolved' ? 'recovery' : page ? 'page' : 'notice',
    update: pending.transition === 'updated' ? (pending.audience ?? 'responders') : 'none',
  };
};
