import type { Evidence } from '../diagnose/verdict.ts';
import type { Fact } from '../observe/observation.ts';
import type { Delivery, Incident, PendingNotification, TimelineEntry } from './incident.ts';

/**
 * How much an incident keeps, so that a stored one stays well under DynamoDB's 400 KB whatever it is fed: at most
 * about 380 KB with every list full and every character three bytes long.
 */
export const LIMITS = {
  /** UTF-16 units of a sentence. */
  text: 240,
  /** UTF-16 units of what a person writes. */
  words: 2_000,
  /** UTF-16 units of all texts of the timeline together, and of all that is owed. */
  timelineText: 36_000,
  pendingText: 16_000,
  /** UTF-16 units of a name; longer than any that the configuration allows. */
  name: 120,
  factName: 40,
  evidence: 12,
  factsPerEvidence: 12,
  ruledOut: 30,
  /** More questions than the tree has, and UTF-16 units of why each was answered as it was. */
  path: 50,
  pathText: 100,
  /** More steps than any entry of the runbook has. */
  steps: 20,
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

/** What is dropped first when the timeline is full: it tells that something was said, not what happened. */
const ROUTINE: ReadonlySet<TimelineEntry['kind']> = new Set([
  'notified',
  'notify-failed',
  'withheld',
  'drafted',
  'update-due',
  'evidence',
]);

/** The first `excess` entries that fit, of those that may go. */
const dropped = (
  timeline: readonly TimelineEntry[],
  excess: number,
  mayGo: (entry: TimelineEntry, index: number) => boolean,
): ReadonlySet<TimelineEntry> => new Set(timeline.filter(mayGo).slice(0, excess));

const shortenFrom = <T>(
  items: readonly T[],
  budget: number,
  { sizeOf, shorten }: { readonly sizeOf: (item: T) => number; readonly shorten: (item: T) => T },
): readonly T[] => {
  let excess = items.reduce((sum, item) => sum + sizeOf(item), 0) - budget;
  if (excess <= 0) return items;
  return items.map((item) => {
    if (excess <= 0) return item;
    const short = shorten(item);
    excess -= sizeOf(item) - sizeOf(short);
    return short;
  });
};

/** The oldest go first, routine before what people did; how it began and how it stands now stay. */
const boundTimeline = (timeline: readonly TimelineEntry[]): readonly TimelineEntry[] => {
  const excess = timeline.length - LIMITS.timeline;
  const isMiddle = (index: number) => index >= LIMITS.timelineFirst && index < timeline.length - 1;
  const routine = dropped(
    timeline,
    excess > 0 ? excess : 0,
    (entry, index) => isMiddle(index) && ROUTINE.has(entry.kind),
  );
  const rest = routine.size === 0 ? timeline : timeline.filter((entry) => !routine.has(entry));
  const kept =
    rest.length <= LIMITS.timeline
      ? rest
      : [...rest.slice(0, LIMITS.timelineFirst), ...rest.slice(LIMITS.timelineFirst - LIMITS.timeline)];
  return shortenFrom(kept, LIMITS.timelineText, {
    sizeOf: ({ text }) => text.length,
    shorten: (entry) => ({ ...entry, text: clip(entry.text) }),
  });
};

/** A person's update says what they wrote, and not how things stand. */
export const saysHowItStands = ({ transition }: Pick<Delivery, 'transition'>): boolean =>
  transition !== 'updated';

/** Of what was delivered the newest, and always the last that said how things stand: on it rests what is owed. */
const boundDeliveries = (deliveries: readonly Delivery[]): readonly Delivery[] => {
  const kept = deliveries.slice(-LIMITS.deliveries);
  const standing = deliveries.findLast(saysHowItStands);
  return standing && !kept.includes(standing) ? [standing, ...kept.slice(1)] : kept;
};

/**
 * Drops the oldest messages that nobody tried to send yet, never the first, never the last, and never the last that
 * says how things stand: it makes up for those before it. Reached only when the way out to people is closed for very
 * long.
 */
const boundPending = (pending: readonly PendingNotification[]): readonly PendingNotification[] => {
  const standing = pending.findLast(saysHowItStands);
  const newest = pending.slice(1 - LIMITS.pending);
  const isCut = pending.length > LIMITS.pending;
  const kept = isCut
    ? [
        ...pending.slice(0, 1),
        ...(standing && !newest.includes(standing) ? [standing, ...newest.slice(1)] : newest),
      ]
    : pending;
  return shortenFrom([...new Set(kept)], LIMITS.pendingText, {
    sizeOf: ({ text = '' }) => text.length,
    shorten: (one) => (one.text === undefined ? one : { ...one, text: clip(one.text) }),
  });
};

/** The incident with its lists cut to their limits. */
export const bound = (incident: Incident): Incident => ({
  ...incident,
  timeline: boundTimeline(incident.timeline),
  pending: boundPending(incident.pending),
  deliveries: boundDeliveries(incident.deliveries),
  ...(incident.actions && { actions: incident.actions.slice(-LIMITS.actions) }),
  ...(incident.steps && { steps: incident.steps.slice(-LIMITS.steps) }),
});
