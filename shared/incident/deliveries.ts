import { redactText } from '../config/redact.ts';
import { bound, clip, LIMITS } from './bounds.ts';
import { FIRST_WAIT_MS, isDue, LONGEST_WAIT_MS } from './due.ts';
import {
  type Delivery,
  type Incident,
  isOpen,
  type PendingNotification,
  type TimelineEntry,
  type Transition,
} from './incident.ts';

/**
 * What may be sent now, in order: nothing while an upstream cause hides the incident or it
 * is part of another, and nothing before what is owed
 * earlier. Send one after another and stop at the first failure.
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

/** What sets people right who were told of an improvement that a relapse had already undone. */
const CORRECTIONS: Partial<Record<Transition, Transition>> = {
  resolved: 'reopened',
  'severity-lowered': 'severity-raised',
};

/**
 * A message that was put off came due and was sent while another run withdrew it because of a relapse. It has been
 * read, so it is recorded, and the relapse is owed after all.
 */
const markWithdrawn = (incident: Incident, pendingId: string, receipt: string, now: number): Incident => {
  const [id, , transition] = pendingId.split(':') as [string, string, Transition];
  const correction = CORRECTIONS[transition];
  if (id !== incident.id || !correction) return incident;
  const delivery: Delivery = {
    id: pendingId,
    transition,
    deliveredAt: now,
    receipt: clip(receipt, LIMITS.name),
  };
  const isOwed = isOpen(incident) && incident.pending.length === 0;
  const at = Math.max(now, incident.updatedAt);
  const pending: PendingNotification = {
    id: `${incident.id}:${incident.version + 1}:${correction}`,
    transition: correction,
    severity: incident.severity,
    createdAt: at,
    attempts: 0,
    dueAt: now,
  };
  return advance(incident, now, {
    ...(isOwed && { pending: [pending] }),
    deliveries: [...incident.deliveries, delivery],
    ...noted(incident, now, 'notified', `Sent after it was undone: ${transition}`),
  });
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
  return advance(incident, now, {
    pending: incident.pending.filter(({ id }) => id !== pendingId),
    deliveries: [
      ...incident.deliveries,
      {
        id: pendingId,
        transition,
        severity,
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
