import { redactText } from '../config/redact.ts';
import { isMoreUrgent } from '../severity.ts';
import { correct, tell } from './belief.ts';
import { bound, clip, LIMITS, saysHowItStands } from './bounds.ts';
import { FIRST_WAIT_MS, isDue, LONGEST_WAIT_MS } from './due.ts';
import {
  type Delivery,
  type Incident,
  isOpen,
  isPage,
  type PendingNotification,
  type TimelineEntry,
  type Transition,
  urgencySaid,
} from './incident.ts';

/**
 * What may be sent now, in order: nothing while an upstream cause hides the incident or it is part of another, and
 * nothing before what is owed earlier. Send one after another and stop at the first failure.
 */
export const duePending = (incident: Incident, now: number): readonly PendingNotification[] => {
  if (isOpen(incident) && (incident.hiddenBy || incident.mergedInto)) return [];
  const firstUndue = incident.pending.findIndex((pending) => !isDue(pending, now));
  return firstUndue === -1 ? incident.pending : incident.pending.slice(0, firstUndue);
};

const advance = (incident: Incident, now: number, change: Partial<Incident>): Incident =>
  bound({
    ...incident,
    ...change,
    updatedAt: Math.max(now, incident.updatedAt),
    version: incident.version + 1,
  });

const noted = (incident: Incident, now: number, kind: TimelineEntry['kind'], text: string) => ({
  timeline: [...incident.timeline, { at: Math.max(now, incident.updatedAt), kind, text: clip(text) }],
});

/** The parts of the id of a message of this incident; null for any other text. */
const partsOf = (
  { id, version }: Incident,
  pendingId: string,
): { readonly version: number; readonly transition: Transition } | null => {
  const [, incidentId, at = '', transition = ''] = /^([^:]+):(\d{1,15}):([a-z-]+)$/.exec(pendingId) ?? [];
  return incidentId === id && Number(at) <= version
    ? { version: Number(at), transition: transition as Transition }
    : null;
};

const versionOf = (incident: Incident, id: string): number => partsOf(incident, id)?.version ?? 0;

/**
 * A message was withdrawn (an acknowledgement, a relapse, a silence) while another run was sending it. It has been read,
 * so it is recorded where it belongs in the order of messages; where people now believe what is not so, they are owed
 * the correction.
 */
const markWithdrawn = (incident: Incident, pendingId: string, receipt: string, now: number): Incident => {
  const parts = partsOf(incident, pendingId);
  if (!parts) return incident;
  const { transition, version } = parts;
  const later = incident.deliveries.findIndex((other) => versionOf(incident, other.id) > version);
  const place = later === -1 ? incident.deliveries.length : later;
  const delivery: Delivery = {
    id: pendingId,
    transition,
    deliveredAt: now,
    receipt: clip(receipt, LIMITS.name),
  };
  const next: Incident = {
    ...incident,
    version: incident.version + 1,
    updatedAt: Math.max(now, incident.updatedAt),
    deliveries: incident.deliveries.toSpliced(place, 0, delivery),
    ...noted(incident, now, 'notified', `Sent although it was withdrawn: ${transition}`),
  };
  // To which severity it was lowered is not known any more.
  const isMisled = transition === 'severity-lowered' && later === -1 && isOpen(next);
  const corrected = correct(next, next.updatedAt, now);
  return bound(
    isMisled && !corrected.pending.some(saysHowItStands)
      ? tell(corrected, 'severity-raised', { at: next.updatedAt, now })
      : corrected,
  );
};

/** A step that reached people so late, after a silence or an outage of SNS, gives them its whole time all the same. */
const LATE_STEP_MS = 5 * 60_000;

const afterLateStep = (
  { escalation }: Incident,
  { transition, createdAt }: PendingNotification,
  now: number,
): Pick<Incident, 'escalation'> | null => {
  const lateMs = now - createdAt;
  if (transition !== 'escalated' || !escalation || escalation.nextAt === null || lateMs <= LATE_STEP_MS)
    return null;
  return { escalation: { ...escalation, nextAt: escalation.nextAt + lateMs } };
};

/**
 * Records the provider's receipt: the message is no longer owed. The same reference when it is recorded already, so
 * that a repeated or racing sender does no harm.
 */
export const markDelivered = (
  incident: Incident,
  pendingId: string,
  receipt: string,
  now: number,
): Incident => {
  const pending = incident.pending.find(({ id }) => id === pendingId);
  if (!pending) {
    const isRecorded = incident.deliveries.some(({ id }) => id === pendingId);
    return isRecorded ? incident : markWithdrawn(incident, pendingId, receipt, now);
  }
  const { transition, severity } = pending;
  const { paged } = incident;
  const isNewPage =
    incident.status === 'triggered' && isPage(pending) && (!paged || isMoreUrgent(severity, paged.severity));
  return advance(incident, now, {
    ...(isNewPage && { paged: { at: Math.max(now, pending.createdAt), severity } }),
    ...afterLateStep(incident, pending, now),
    pending: incident.pending.filter(({ id }) => id !== pendingId),
    deliveries: [
      ...incident.deliveries,
      {
        id: pendingId,
        transition,
        severity,
        ...urgencySaid(pending),
        deliveredAt: Math.max(now, pending.createdAt),
        receipt: clip(receipt, LIMITS.name),
      },
    ],
    ...noted(incident, now, 'notified', `Sent: ${transition}, ${severity}`),
  });
};

const describe = (error: unknown): string =>
  clip(redactText(error instanceof Error ? `${error.name}: ${error.message}` : String(error)));

/**
 * Records a failed attempt and when the next one is due; it stays owed. `error` is an Error or a text; it is redacted
 * and cut. The timeline notes the first failure of each message only. The same reference when it is not owed.
 */
export const markFailed = (incident: Incident, pendingId: string, error: unknown, now: number): Incident => {
  const failed = incident.pending.find(({ id }) => id === pendingId);
  if (!failed) return incident;
  const lastError = describe(error);
  const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failed.attempts, 16), LONGEST_WAIT_MS);
  return advance(incident, now, {
    pending: incident.pending.map((pending) =>
      pending === failed
        ? { ...pending, attempts: pending.attempts + 1, dueAt: now + wait, lastError }
        : pending,
    ),
    ...(failed.attempts === 0 &&
      noted(
        incident,
        now,
        'notify-failed',
        `Not sent yet: ${failed.transition}, ${failed.severity}: ${lastError}`,
      )),
  });
};
