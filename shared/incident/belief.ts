import { compareSeverity, type Severity } from '../severity.ts';
import { saysHowItStands } from './bounds.ts';
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
  const last =
    incident.pending.findLast(saysHowItStands) ??
    incident.deliveries.findLast(saysHowItStands) ??
    incident.pending.at(-1) ??
    incident.deliveries.at(-1);
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

const withoutPutOff = (incident: Incident, now: number): readonly PendingNotification[] =>
  incident.pending.filter((pending) => !canWithdraw(pending, now));

/** Whether nobody heard, nor will hear, that it was over: the recovery was put off, and a relapse withdraws it. */
export const isBelievedOpen = (incident: Incident, now: number): boolean =>
  believed({ ...incident, pending: withoutPutOff(incident, now) })?.open === true;

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

/** The message that is owed because people believe something else than what is so; undefined: they are right. */
const correction = (
  changed: Incident,
  at: number,
  dueAt: (transition: Transition) => number,
): PendingNotification | undefined => {
  const actual = { open: isOpen(changed), severity: changed.severity };
  const transition = messageFor(believed(changed), actual);
  return transition === null
    ? undefined
    : {
        id: `${changed.id}:${changed.version}:${transition}`,
        transition,
        severity: changed.severity,
        urgency: urgencyOf(transition, changed),
        createdAt: at,
        attempts: 0,
        dueAt: dueAt(transition),
      };
};

/**
 * Adds the message that `changed` (already with its new version) owes, if any, and withdraws what a relapse made
 * untrue. `at` is the incident's time, which never goes back; `now` is the clock's.
 */
export const owe = (changed: Incident, at: number, now: number, policy: IncidentPolicy): Incident => {
  const kept = { ...changed, pending: withoutPutOff(changed, now) };
  const isPutOff = (transition: Transition) => isImprovement(transition) && isQuiet(changed.flap, policy);
  const owed = correction(kept, at, (transition) => now + (isPutOff(transition) ? policy.reopenWithinMs : 0));
  return owed ? { ...kept, pending: [...kept.pending, owed] } : kept;
};

/** As `owe`, when people have heard something that was withdrawn: what was put off stays as it is. */
export const correct = (changed: Incident, at: number, now: number): Incident => {
  const owed = correction(changed, at, () => now);
  return owed ? { ...changed, pending: [...changed.pending, owed] } : changed;
};

/** As a person's word is told: at once, however much it flaps. */
export const atOnce = (policy: IncidentPolicy): IncidentPolicy => ({
  ...policy,
  quietAfterRelapses: Number.POSITIVE_INFINITY,
});

/** Whether the version at hand tells people something now. */
export const tellsNow = ({ id, version, pending }: Incident, now: number): boolean =>
  pending.some((one) => one.id.startsWith(`${id}:${version}:`) && one.dueAt <= now);

/**
 * Adds a message that is owed whatever people believe: what somebody did, or a deadline that passed. It does not wait
 * for an improvement that was put off: either it says the severity itself, and that one is withdrawn, or it goes before.
 */
export const tell = (
  changed: Incident,
  transition: Transition,
  { at, now }: { readonly at: number; readonly now: number },
  more: Pick<PendingNotification, 'to' | 'audience' | 'text'> = {},
): Incident => {
  const owed: PendingNotification = {
    id: `${changed.id}:${changed.version}:${transition}`,
    transition,
    severity: changed.severity,
    urgency: urgencyOf(transition, changed),
    ...more,
    createdAt: at,
    attempts: 0,
    dueAt: now,
  };
  const ready = withoutPutOff(changed, now);
  const isOutdated = isOpen(changed) && saysHowItStands(owed);
  const putOff = isOutdated ? [] : changed.pending.filter((pending) => !ready.includes(pending));
  return { ...changed, pending: [...ready, owed, ...putOff] };
};
