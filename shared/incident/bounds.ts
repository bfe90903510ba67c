import type { Evidence } from '../diagnose/verdict.ts';
import type { Fact } from '../observe/observation.ts';
import type { Incident, PendingNotification, TimelineEntry } from './incident.ts';

/**
 * How much an incident keeps, so that a stored one stays well under DynamoDB's 400 KB whatever it is fed: at most
 * about 300 KB with every list full and every character three bytes long.
 */
export const LIMITS = {
  /** UTF-16 units of a sentence. */
  text: 240,
  /** UTF-16 units of a name; longer than any that the configuration allows. */
  name: 120,
  factName: 40,
  evidence: 12,
  factsPerEvidence: 12,
  ruledOut: 30,
  wouldChange: 10,
  effects: 30,
  actions: 30,
  timeline: 100,
  /** How many of the timeline's first entries stay when the middle is dropped: they tell how it began. */
  timelineFirst: 20,
  pending: 40,
  deliveries: 50,
} as const;

const endsInHighSurrogate = /[\ud800-\udbff]$/;

/** One line of well-formed text of at most `max` UTF-16 units. */
export const clip = (text: string, max: number = LIMITS.text): string => {
  // Cut first: what comes in may be megabytes.
  const line = text
    .slice(0, max * 2)
    .replace(/\p{Cc}+/gu, ' ')
    .toWellFormed()
    .trim();
  if (line.length <= max && text.length <= max * 2) return line;
  return `${line.slice(0, max - 1).replace(endsInHighSurrogate, '')}…`;
};

/** Stored as JSON, which has no NaN and no infinity. */
const clipFact = (fact: Fact): Fact =>
  typeof fact === 'string' || (typeof fact === 'number' && !Number.isFinite(fact))
    ? clip(String(fact), LIMITS.name)
    : fact;

export const boundEvidence = (evidence: Evidence): Evidence => ({
  probe: clip(evidence.probe, LIMITS.name),
  at: evidence.at,
  summary: clip(evidence.summary),
  finding: clip(evidence.finding, LIMITS.name),
  kind: evidence.kind,
  facts: Object.fromEntries(
    Object.entries(evidence.facts)
      .slice(0, LIMITS.factsPerEvidence)
      .map(([name, fact]) => [clip(name, LIMITS.factName), clipFact(fact)]),
  ),
});

const boundTimeline = (timeline: readonly TimelineEntry[]): readonly TimelineEntry[] =>
  timeline.length <= LIMITS.timeline
    ? timeline
    : [...timeline.slice(0, LIMITS.timelineFirst), ...timeline.slice(LIMITS.timelineFirst - LIMITS.timeline)];

/**
 * Drops the oldest messages that nobody tried to send yet, never the first and never the last: each message says how
 * things stand, so a later one makes up for it. Reached only when the way out to people is closed for very long.
 */
const boundPending = (pending: readonly PendingNotification[]): readonly PendingNotification[] =>
  pending.length <= LIMITS.pending ? pending : [...pending.slice(0, 1), ...pending.slice(1 - LIMITS.pending)];

/** The incident with its lists cut to their limits. */
export const bound = (incident: Incident): Incident => ({
  ...incident,
  timeline: boundTimeline(incident.timeline),
  pending: boundPending(incident.pending),
  deliveries: incident.deliveries.slice(-LIMITS.deliveries),
  ...(incident.actions && { actions: incident.actions.slice(-LIMITS.actions) }),
});
