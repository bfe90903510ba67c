import { redactText } from '../config/redact.ts';
import { tell } from '../incident/belief.ts';
import { bound, clip, LIMITS } from '../incident/bounds.ts';
import { markDelivered } from '../incident/deliveries.ts';
import { type Incident, isOpen, type PendingNotification, urgencySaid } from '../incident/incident.ts';
import type { IncidentStore } from '../incident/store.ts';
import { advance, note } from '../incident/turn.ts';

/** Other writers are the watch, people and another sweep; more conflicts in a row mean that something is wrong. */
const MARKING_ATTEMPTS = 10;

/** An error as it may be stored and logged. */
export const describe = (error: unknown): string =>
  redactText(error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/**
 * Writes a change on the newest version; nothing is sent again for it. Null when the incident is gone. Throws when it
 * keeps losing.
 */
export const mark = async (
  store: IncidentStore,
  incident: Incident,
  change: (current: Incident) => Incident,
): Promise<Incident | null> => {
  let current: Incident | null = incident;
  for (let attempt = 0; attempt < MARKING_ATTEMPTS; attempt += 1) {
    const next = change(current);
    if (next === current || (await store.write(next, current)) === 'written') return next;
    current = await store.current(incident.cause, incident.subject);
    if (current?.id !== incident.id) return null;
  }
  throw new Error(`incident ${incident.id} changed ${MARKING_ATTEMPTS} times while a message was marked`);
};

/**
 * `markDelivered`, also for a message that somebody withdrew while it was being sent (an acknowledgement, a silence):
 * it has been read, so it counts as told, and whoever was told that it is open must hear that it is over.
 */
export const markSent = (
  incident: Incident,
  pending: PendingNotification,
  receipt: string,
  now: number,
): Incident => {
  const marked = markDelivered(incident, pending.id, receipt, now);
  if (marked !== incident || incident.deliveries.some(({ id }) => id === pending.id)) return marked;
  const at = Math.max(now, incident.updatedAt);
  const { id, transition, severity } = pending;
  const told: Incident = {
    ...advance(incident, at, [
      note(at, 'notified', `Sent while it was withdrawn: ${transition}, ${severity}`),
    ]),
    deliveries: [
      ...incident.deliveries,
      {
        ...{ id, transition, severity, ...urgencySaid(pending) },
        ...{ deliveredAt: at, receipt: clip(receipt, LIMITS.name) },
      },
    ],
  };
  const isMisled = !isOpen(incident) && transition !== 'resolved' && incident.pending.length === 0;
  return bound(isMisled ? tell(told, 'resolved', { at, now }) : told);
};
