import type { Config } from '../config/schema.ts';
import type { Incident, PendingNotification } from '../incident/incident.ts';

/** Where a message leads. Whoever holds `acknowledge` may say that they have it; it is for one incident and expires. */
export interface MessageLinks {
  readonly view?: string;
  /** Signed; opens a page whose button acknowledges, opening alone does nothing. */
  readonly acknowledge?: string;
}

/** Makes the links of a message; pure. Null: it carries none but `respond.publicUrl`. */
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

/** Where an incident can be looked at; null without `respond.publicUrl`. */
export const viewUrl = (
  { respond }: Pick<Config, 'respond'>,
  { id }: Pick<Incident, 'id'>,
): string | null => {
  const base = respond.publicUrl?.replace(/\/+$/, '');
  return safeUrl(base && `${base}/incidents/${encodeURIComponent(id.toWellFormed().slice(0, 120))}`) ?? null;
};

/** The links that a message shows: only sound ones. */
export const shownLinks = (
  incident: Incident,
  pending: PendingNotification,
  config: Pick<Config, 'respond'>,
  links: LinksOf | null,
): MessageLinks => {
  const made = links?.(incident, pending);
  const view = safeUrl(made?.view) ?? viewUrl(config, incident);
  const acknowledge = safeUrl(made?.acknowledge);
  return { ...(view && { view }), ...(acknowledge && { acknowledge }) };
};
