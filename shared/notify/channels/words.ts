import type { IncidentStatus, Transition } from '../../incident/incident.ts';

/** What happened, as a heading. */
export const TRANSITION_WORDS: Readonly<Record<Transition, string>> = {
  triggered: 'Triggered',
  reopened: 'Reopened',
  'severity-raised': 'Severity raised',
  'severity-lowered': 'Severity lowered',
  acknowledged: 'Acknowledged',
  'acknowledgement-stale': 'Nobody has it any more',
  escalated: 'Escalated: nobody has acknowledged',
  mitigated: 'Mitigated',
  'update-due': 'An update is due',
  updated: 'Update',
  resolved: 'Resolved',
};

/** How an incident stands, as a heading. */
export const STATUS_WORDS: Readonly<Record<IncidentStatus, string>> = {
  triggered: 'Triggered',
  acknowledged: 'Acknowledged',
  mitigated: 'Mitigated',
  resolved: 'Resolved',
  reviewed: 'Reviewed',
};

/** Control, formatting, direction and private characters, and lone surrogates: they could forge what a message shows. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu;
const STACKED_ACCENTS = /(\p{M}{2})\p{M}+/gu;

/**
 * Text as one plain line of at most `max` UTF-16 units, the unit in which providers count; longer text ends in an
 * ellipsis. May be empty. Takes time in proportion to `max`, whatever comes in.
 */
export const lineOf = (text: string, max: number): string => {
  const line = text
    .slice(0, max * 4 + 1_000)
    .replace(UNSAFE, ' ')
    .replace(STACKED_ACCENTS, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= max ? line : `${wellFormed(line.slice(0, Math.max(0, max - 1)))}…`;
};

/** Without the half of a character that a cut may leave. */
const wellFormed = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '').trimEnd();

/** The first `count` of a list, each bounded; says how many were left out. */
export const linesOf = (texts: readonly string[], count: number, max: number): readonly string[] => {
  const shown = texts.slice(0, count).map((text) => lineOf(text, max));
  const left = texts.length - shown.length;
  return left > 0 ? [...shown, `… and ${left} more`] : shown;
};

/** An instant in ISO 8601, or null for a time that is none. */
export const isoOf = (at: number): string | null => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};

/** A link that may be sent: http or https, without user name and password; null otherwise. */
export const linkOf = (url: string | null): string | null => {
  const parsed = url === null || url.length > 2_000 ? null : URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return null;
  return `${parsed.username}${parsed.password}` === '' ? parsed.href : null;
};
