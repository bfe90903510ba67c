import { believed } from '../incident/belief.ts';
import { bound } from '../incident/bounds.ts';
import { duePending } from '../incident/deliveries.ts';
import { type Incident, isOpen, type PendingNotification, type Transition } from '../incident/incident.ts';
import { advance, note } from '../incident/turn.ts';
import { endOf, isAbout, isInForce, type Silenceable } from '../silence/match.ts';
import type { Silence } from '../silence/silence.ts';

/*
 * What a silence does to the messages of an incident. It holds pages and notices back and loses nothing: what is still
 * so when it ends is told then, in as few messages as it takes. What people were told before is set right at once: a
 * recovery is announced during a silence too. What a person wrote goes out as well; whoever wrote it knew.
 */

/** How long after its end a silence still explains why nobody was told. Longer than any gap between two sweeps. */
export const LOOK_BACK_MS = 10 * 60_000;

const OPENINGS: ReadonlySet<Transition> = new Set(['triggered', 'reopened']);
const SEVERITIES: ReadonlySet<Transition> = new Set(['severity-raised', 'severity-lowered']);
const CALLS: ReadonlySet<Transition> = new Set(['escalated', 'acknowledgement-stale']);

/** Whether anybody, as far as messages have reached them, believes that it is open. */
const isBelievedOpen = (incident: Incident): boolean => believed({ ...incident, pending: [] })?.open === true;

/** The last message that reached people and said how it stands; an update alone has paged nobody. */
const lastTold = ({ deliveries }: Incident) =>
  deliveries.findLast(({ transition }) => transition !== 'updated');

const last = (pending: readonly PendingNotification[], kinds: ReadonlySet<Transition>) =>
  pending.findLast(({ transition }) => kinds.has(transition));

/** Of an open incident: the messages that say something people do not know yet and that is still so. */
const stillSo = (incident: Incident): readonly PendingNotification[] => {
  const { pending, status, severity } = incident;
  const told = lastTold(incident);
  const knowsOfIt = told !== undefined && told.transition !== 'resolved';
  const opening = knowsOfIt ? undefined : pending.find(({ transition }) => OPENINGS.has(transition));
  const wanted = [
    opening,
    knowsOfIt && told.severity !== severity ? last(pending, SEVERITIES) : undefined,
    status === 'acknowledged' || status === 'mitigated' ? last(pending, new Set([status])) : undefined,
    status === 'triggered' && !opening ? last(pending, CALLS) : undefined,
  ];
  const isKept = (one: PendingNotification) => one.transition === 'updated' || wanted.includes(one);
  const kept = pending.filter(isKept);
  // Somebody has to hear of it when the silence ends, in whatever words.
  const isMute = !knowsOfIt && kept.every(({ transition }) => transition === 'updated');
  return (isMute ? pending.filter((one) => isKept(one) || one === pending.at(-1)) : kept).map((one) =>
    one === opening && one.severity !== severity ? { ...one, severity } : one,
  );
};

const namesOf = (before: Incident, kept: readonly PendingNotification[]): string => {
  const ids = new Set(kept.map(({ id }) => id));
  return [...new Set(before.pending.flatMap(({ id, transition }) => (ids.has(id) ? [] : [transition])))].join(
    ', ',
  );
};

const withPending = (
  incident: Incident,
  pending: readonly PendingNotification[],
  now: number,
  text: string,
): Incident => {
  const at = Math.max(now, incident.updatedAt);
  return bound({ ...advance(incident, at, [note(at, 'withheld', text)]), pending });
};

const isSame = (one: readonly PendingNotification[], other: readonly PendingNotification[]): boolean =>
  one.length === other.length && one.every((pending, index) => pending === other[index]);

/** An incident that is over, in a silence: what was told before is set right, and the rest is not told at all. */
const holdOver = (incident: Incident, silence: Silence, now: number): Incident => {
  if (!isBelievedOpen(incident))
    return withPending(
      incident,
      [],
      now,
      `Came and went within ${silence.kind} ${silence.id}: nobody was told. Reason: ${silence.reason}`,
    );
  const kept = incident.pending.filter(
    ({ transition }) => transition === 'resolved' || transition === 'updated',
  );
  // Only the last one holds: it may have been resolved, opened and resolved again meanwhile.
  const recovery = kept.findLast(({ transition }) => transition === 'resolved');
  const pending = kept.filter((one) => one.transition === 'updated' || one === recovery);
  return isSame(pending, incident.pending)
    ? incident
    : withPending(
        incident,
        pending,
        now,
        `Within ${silence.kind} ${silence.id}, not told: ${namesOf(incident, pending)}. Reason: ${silence.reason}`,
      );
};

/** What an incident owes under the silence that covers it: what is no longer so, or would be said twice, is noted. */
const holdOpen = (incident: Incident, silence: Silence, now: number): Incident => {
  const pending = stillSo(incident);
  if (isSame(pending, incident.pending)) return incident;
  const left = namesOf(incident, pending);
  return withPending(
    incident,
    pending,
    now,
    `${silence.kind} ${silence.id}${left === '' ? '' : `, not told: ${left}`}. Reason: ${silence.reason}`,
  );
};

/** The silence in which an incident ended that nobody had heard of; it explains why nobody will. */
const endedWithin = (
  incident: Incident,
  feed: string | null,
  silences: readonly Silence[],
): Silence | undefined => {
  const { resolvedAt } = incident;
  if (isOpen(incident) || resolvedAt === undefined) return undefined;
  return silences.find(
    (silence) => isInForce(silence, resolvedAt) && isAbout(silence, { ...incident, feed }),
  );
};

/** The silence that covers it now, the one that lasts longest. */
const coveredBy = (about: Silenceable, silences: readonly Silence[], now: number): Silence | undefined =>
  silences
    .filter((silence) => isInForce(silence, now) && isAbout(silence, about))
    .sort((one, other) => endOf(other) - endOf(one))[0];

/**
 * The incident with what it still owes under the silences in force, and what of that may be sent now, in order. The same
 * reference when nothing changes. `silences` must reach back (`LOOK_BACK_MS`): what came and went within one that ended
 * a moment ago tells nobody either.
 */
export const underSilence = (
  incident: Incident,
  feed: string | null,
  silences: readonly Silence[],
  now: number,
): { readonly incident: Incident; readonly sendable: readonly PendingNotification[] } => {
  const all = { incident, sendable: duePending(incident, now) };
  if (incident.pending.length === 0) return all;
  const about: Silenceable = { ...incident, feed };
  const silence = coveredBy(about, silences, now);
  const ended = endedWithin(incident, feed, silences);
  if (!isOpen(incident)) {
    const why = ended ?? (isBelievedOpen(incident) ? silence : undefined);
    if (why) {
      const held = holdOver(incident, why, now);
      return { incident: held, sendable: duePending(held, now) };
    }
    return silence ? { incident, sendable: [] } : all;
  }
  if (!silence || incident.hiddenBy || incident.mergedInto) return all;
  const held = holdOpen(incident, silence, now);
  return {
    incident: held,
    sendable: duePending(held, now).filter(({ transition }) => transition === 'updated'),
  };
};
