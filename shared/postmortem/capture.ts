import type { Incident } from '../incident/incident.ts';
import { oneLine } from '../notify/text.ts';
import type { ProbeHealth } from '../observe/health.ts';
import type { FeedControl } from '../relay/control.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';
import { costOfFeed } from './cost.ts';
import type { EvidenceSnapshot } from './postmortem.ts';

/** How much is kept of one look. */
export const EVIDENCE_LIMITS = {
  /** UTF-8 bytes of the whole, as JSON. */
  bytes: 30_000,
  probes: 60,
  feeds: 40,
  ownErrors: 10,
  summary: 240,
  name: 120,
} as const;

/** What is at hand when an incident changes; whatever is missing is kept as not known. */
export interface Seen {
  readonly incident: Pick<Incident, 'id' | 'detectedAt' | 'updatedAt'>;
  /** Of `occasionDue`. */
  readonly occasion: string;
  /** Of the watch's state, by probe. */
  readonly health: Readonly<Record<string, ProbeHealth>>;
  readonly snapshots: readonly FeedSnapshot[];
  /** Of feeds whose rows pass through the relay. */
  readonly controls?: readonly FeedControl[];
  /** Rows that wait in the relay's queue, by feed. */
  readonly waiting?: Readonly<Record<string, number>>;
  readonly balance: { readonly credits: number; readonly actions?: number | null } | null;
  /** Lines of our own functions' logs. */
  readonly ownErrors: readonly string[];
  readonly now: number;
}

const own = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | null =>
  record && Object.hasOwn(record, key) ? (record[key] ?? null) : null;

const finite = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

const probeOf = ({ probe, outcome, last }: ProbeHealth): EvidenceSnapshot['probes'][number] => ({
  probe: oneLine(probe, EVIDENCE_LIMITS.name),
  outcome,
  finding: oneLine(last.finding, EVIDENCE_LIMITS.name),
  summary: oneLine(last.summary, EVIDENCE_LIMITS.summary),
  at: last.at,
});

/** What fails first, then what was seen last. */
const byWeight = (one: ProbeHealth, other: ProbeHealth): number =>
  Number(other.outcome === 'failing') - Number(one.outcome === 'failing') ||
  other.last.at - one.last.at ||
  (one.probe < other.probe ? -1 : 1);

const feedOf = (
  snapshot: FeedSnapshot,
  { incident, controls, waiting, now }: Seen,
): EvidenceSnapshot['feeds'][number] => {
  const control = controls?.find(({ feed }) => feed === snapshot.feed);
  return {
    feed: oneLine(snapshot.feed, EVIDENCE_LIMITS.name),
    submitted: snapshot.totals.submitted,
    calledBack: snapshot.totals.calledBack,
    outstanding: snapshot.outstanding.total,
    waiting: finite(own(waiting, snapshot.feed)),
    onHold: control ? control.holds.length > 0 : null,
    cost: costOfFeed(snapshot, incident.detectedAt, now),
  };
};

const healthOf = (health: readonly ProbeHealth[]): string | null => {
  const endpoint = health.find(({ last }) => last.surface === 'integration');
  return endpoint ? oneLine(endpoint.last.summary, EVIDENCE_LIMITS.summary) : null;
};

const bytesOf = (snapshot: EvidenceSnapshot): number =>
  new TextEncoder().encode(JSON.stringify(snapshot)).length;

/** Drops what says least until it fits: probes from the end (what works), then errors, then feeds. */
const fitting = (snapshot: EvidenceSnapshot): EvidenceSnapshot => {
  if (bytesOf(snapshot) < EVIDENCE_LIMITS.bytes) return snapshot;
  const { probes, ownErrors, feeds } = snapshot;
  const shorter = <T>(all: readonly T[]): readonly T[] => all.slice(0, Math.floor(all.length * 0.8));
  if (probes.length > 1) return fitting({ ...snapshot, probes: shorter(probes) });
  if (ownErrors.length > 0) return fitting({ ...snapshot, ownErrors: shorter(ownErrors) });
  return feeds.length > 0 ? fitting({ ...snapshot, feeds: shorter(feeds) }) : snapshot;
};

/** What is seen at this moment, to be kept with the incident: redacted, under 30 KB, pure. */
export const captureEvidence = (seen: Seen): EvidenceSnapshot => {
  const { incident, occasion, snapshots, balance, ownErrors, now } = seen;
  const health = Object.values(seen.health).toSorted(byWeight);
  return fitting({
    incidentId: incident.id,
    // Never before what it is kept for, though a clock was put back.
    at: Math.max(now, incident.updatedAt),
    occasion: oneLine(occasion, EVIDENCE_LIMITS.name),
    probes: health.slice(0, EVIDENCE_LIMITS.probes).map(probeOf),
    feeds: snapshots.slice(0, EVIDENCE_LIMITS.feeds).map((snapshot) => feedOf(snapshot, seen)),
    credits: { balance: finite(balance?.credits), actions: finite(balance?.actions) },
    ownErrors: ownErrors
      .slice(-EVIDENCE_LIMITS.ownErrors)
      .map((line) => oneLine(line, EVIDENCE_LIMITS.summary)),
    health: healthOf(health),
  });
};
