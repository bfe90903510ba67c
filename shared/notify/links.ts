import type { Incident, PendingNotification } from '../incident/incident.ts';

/** Where a message leads. Whoever holds `acknowledge` may say that they have it; it is for one incident and expires. */
export interface MessageLinks {
  readonly view?: string;
  /** Signed; opens a page whose button acknowledges, opening alone does nothing. */
  readonly acknowledge?: string;
}

/** Makes the links of a message; pure. Null: it carries none, since nobody could open one without a signature. */
export type LinksOf = (incident: Incident, pending: PendingNotification) => MessageLinks | null;

/** Longer than any that we make; mail programs keep lines of this length whole. */
const LONGEST_URL = 500;

/** A URL that may stand in a message as it is; undefined otherwise. */
const safeUrl = (text: string | undefined): string | undefined =>
  text !== undefined &&
  text.length <= LONGEST_URL &&
  /^https?:\/\/[!-~]+$/.test(text) &&
  !/["<>\\^`{|}]/.test(text) &&
  URL.parse(text)?.username === ''
    ? text
    : undefined;

/** The links that a message shows: only sound ones. */
export const shownLinks = (
  incident: Incident,
  pending: PendingNotification,
  links: LinksOf | null,
): MessageLinks => {
  const made = links?.(incident, pending);
  const view = safeUrl(made?.view);
  const acknowledge = safeUrl(made?.acknowledge);
  return { ...(view && { view }), ...(acknowledge && { acknowledge }) };
};
