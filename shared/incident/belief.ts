import { compareSeverity, type Severity } from '../severity.ts';
import { isDue } from './due.ts';
import { type Incident, isOpen, type PendingNotification, type Transition, urgencyOf } from './incident.ts';
import type { IncidentPolicy } from './policy.ts';

/*
 * Which message an incident owes follows from one question: what will people believe once everything owed has
 * reached them, and is it so? A message is owed exactly when the two differ. In quiet times that gives one message
 * per transition.
 *
 * Flapping: after three relapses in a row an improvement (resolved, lowered) is owed as ever, but not before it has
 * lasted for the whole reopening window. A relapse within that time withdraws it, unsent; people still believe that
 * the incident is open, so nothing is owed for the relapse either. Whenever it ends for good, the message that was
 * put off becomes due by itself: it is stored, so neither a crash nor silence can lose the recovery.
 */

interface Standing {
  readonly open: boolean;
  readonly severity: Severity;
}

/** What people hold true once all that is owed has reached them; null when they were never told of it. */
export const believed = (
  incident: Pick<Incident, 'pending' | 'deliveries' | 'severity'>,
): Standing | null => {
  const last = incident.pending.at(-1) ?? incident.deliveries.at(-1);
  if (!last) return null;
  return { open: last.transition !== 'resolved', severity: last.severity ?? incident.severity };
};

const messageFor = (belief: Standing | null, actual: Standing): Transition | null => {
  if (belief === null) return actual.open ? 'triggered' : null;
  if (belief.open !== actual.open) return actual.open ? 'reopened' : 'resolved';
  const difference = actual.open ? compareSeverity(actual.severity, belief.severity) : 0;
  if (difference === 0) return null;
  return difference < 0 ? 'severity-raised' : 'severity-lowered';
};

const isImprovement = (transition: Transition): boolean =>
  transition === 'resolved' || transition === 'severity-lowered';

/** Put off and not yet due, so certainly not sent. */
const canWithdraw = (pending: PendingNotification, now: number): boolean =>
  isImprovement(pending.transition) &&
  pending.attempts === 0 &&
  pending.dueAt > pending.createdAt &&
  !isDue(pending, now);

export type Turn = 'better' | 'worse' | 'relapse';

/** The streak of relapses after a turn at `at`; undefined when there is none. */
export const nextFlap = (
  flap: Incident['flap'],
  turn: Turn,
  at: number,
  policy: IncidentPolicy,
): Incident['flap'] => {
  const streak = flap && at - flap.lastTurnAt <= policy.reopenWithinMs ? flap : undefined;
  if (turn === 'relapse') return { relapses: (streak?.relapses ?? 0) + 1, lastTurnAt: at };
  return streak && { ...streak, lastTurnAt: at };
};

export const isQuiet = (flap: Incident['flap'], policy: IncidentPolicy): boolean =>
  (flap?.relapses ?? 0) >= policy.quietAfterRelapses;

/**
 * Adds the message that `changed` (already with its new version) owes, if any, and withdraws what a relapse made
 * untrue. `at` is the incident's time, which never goes back; `now` is the clock's.
 */
export const owe = (changed: Incident, at: number, now: number, policy: IncidentPolicy): Incident => {
  const kept = changed.pending.filter((pending) => !canWithdraw(pending, now));
  const actual = { open: isOpen(changed), severity: changed.severity };
  const transition = messageFor(believed({ ...changed, pending: kept }), actual);
  if (transition === null) return { ...changed, pending: kept };
  const wait = isImprovement(transition) && isQuiet(changed.flap, policy) ? policy.reopenWithinMs : 0;
  const pending: PendingNotification = {
    id: `${changed.id}:${changed.version}:${transition}`,
    transition,
    severity: changed.severity,
    urgency: urgencyOf(transition, changed),
    createdAt: at,
    attempts: 0,
    dueAt: now + wait,
  };
  return { ...changed, pending: [...kept, pending] };
};

/** Adds a message that is owed whatever people believe: what somebody did, or a deadline that passed. */
export const tell = (
  changed: Incident,
  transition: Transition,
  { at, now }: { readonly at: number; readonly now: number },
  more: Pick<PendingNotification, 'to' | 'audience' | 'text'> = {},
): Incident => ({
  ...changed,
  pending: [
    ...changed.pending,
    {
      id: `${changed.id}:${changed.version}:${transition}`,
      transition,
      severity: changed.severity,
      urgency: urgencyOf(transition, changed),
      ...more,
      createdAt: at,
      attempts: 0,
      dueAt: now,
    },
  ],
});
