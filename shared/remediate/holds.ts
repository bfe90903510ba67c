import { isOpen } from '../incident/incident.ts';
import { type HoldName, holdOf } from '../relay/control-change.ts';
import type { RemediationAction } from './action.ts';
import { holdCommand, resumeCommand } from './command.ts';
import { type Reason, reasonToHold } from './holding.ts';
import { act, doneFor, REF } from './note.ts';
import { type Case, isOfFeed, partOf, rowsText } from './state.ts';

const nameOf = ({ incident: { cause, subject } }: Case): HoldName => ({ kind: 'cause', cause, subject });

const waitText = ({ relayed: { waiting } }: Case): string =>
  waiting === null ? 'Rows wait' : `${rowsText(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`;

const minutesSince = (since: number, now: number): string =>
  `${Math.max(0, Math.round((now - since) / 60_000))} min`;

const toHold = (one: Case, { why, until }: Reason): readonly RemediationAction[] => {
  const { feed, incident, relayed, config, now } = one;
  const held = holdOf(relayed.control, nameOf(one));
  const text = `Sending of ${feed} is on hold, because ${why}. ${waitText(one)}, and none is lost. ${until}`;
  if (held) return act(one, { ref: REF.hold(feed, held.since), kind: 'hold', since: held.since, text });
  if (config.remediation.hold === 'propose')
    return act(one, {
      ref: REF.propose('hold', feed, incident.reopenings),
      kind: 'hold',
      mode: 'propose',
      since: now,
      text: `Proposed: stop sending ${feed}, because ${why}: ${holdCommand(feed)}`,
    });
  const done = doneFor(one);
  if (done.some(({ kind }) => kind === 'overruled')) return [];
  const last = done.findLast(({ ref }) => ref.startsWith('hold:'));
  const isEnded = done.some(({ kind, since }) => kind === 'resume' && since === last?.since);
  if (last && !isEnded)
    return act(one, {
      ref: REF.overruled(feed, last.since),
      kind: 'overruled',
      since: last.since,
      text: `Somebody lets the rows of ${feed} go although ${why}; Claywatch does not stop them again.`,
    });
  const step = { kind: 'hold', why: `Because of ${incident.cause}: ${why}.` } as const;
  return act(one, { ref: REF.hold(feed, now), kind: 'hold', since: now, text }, [step]);
};

const toRelease = (one: Case): readonly RemediationAction[] => {
  const { feed, incident, relayed, config, now } = one;
  const held = holdOf(relayed.control, nameOf(one));
  if (!held) return [];
  const isOver = !isOpen(incident);
  const because = isOver ? 'it was seen to work again' : 'only rows can show now whether it works';
  if (config.remediation.resume === 'propose')
    return act(one, {
      ref: REF.propose('resume', feed, held.since),
      kind: 'resume',
      mode: 'propose',
      since: held.since,
      text: `Proposed: send the rows of ${feed} again, because ${because}; ${waitText(one)}: ${resumeCommand(feed)}`,
    });
  const others = relayed.control.holds.filter((hold) => hold !== held && hold.kind !== 'breaker');
  const text =
    others.length > 0
      ? `No longer a reason to hold ${feed}, because ${because}; something else still holds it. ${waitText(one)}.`
      : `Sending of ${feed} starts again after ${minutesSince(held.since, now)}, because ${because}: slowly first, then at full pace. ${waitText(one)}.`;
  return act(one, { ref: REF.resume(feed, held.since), kind: 'resume', since: held.since, text }, [
    { kind: 'release', why: `${incident.cause}: ${because}.` },
  ]);
};

const BREAKER_CAUSES: ReadonlySet<string> = new Set([
  'webhook.intake-failing',
  'webhook.gone',
  'webhook.unauthorized',
  'webhook.rejecting',
]);

/** What the forwarder's breaker did about the same thing, for the timeline. */
const byBreaker = (one: Case): readonly RemediationAction[] => {
  const { feed, incident, relayed, now } = one;
  const { control } = relayed;
  const { active } = control;
  if (!BREAKER_CAUSES.has(incident.cause) || !isOfFeed(one)) return [];
  const hold = holdOf(control, { kind: 'breaker' });
  if (isOpen(incident)) {
    if (!hold || active !== partOf(incident.subject)) return [];
    return act(one, {
      ref: REF.breaker(feed, hold.since),
      kind: 'hold',
      since: hold.since,
      text: `Sending of ${feed} is on hold since ${minutesSince(hold.since, now)}, after one failure after another. ${waitText(one)}, and none is lost. One row is tried now and then; once it gets through, sending starts again by itself.`,
    });
  }
  const last = doneFor(one).findLast(({ ref }) => ref.startsWith('breaker:'));
  if (!last || hold) return [];
  return act(one, {
    ref: REF.resume(feed, last.since),
    kind: 'resume',
    since: last.since,
    text: `Sending of ${feed} started again: a row got through. ${waitText(one)}.`,
  });
};

/** Stops a feed because of an incident, lets it go, and says what the forwarder did about it by itself. */
export const holdActions = (one: Case): readonly RemediationAction[] => {
  const { incident } = one;
  // Explained by something upstream, which has a hold of its own; this one stays as it is until then.
  if (isOpen(incident) && incident.hiddenBy) return [];
  const reason = reasonToHold(one);
  return [...(reason ? toHold(one, reason) : toRelease(one)), ...byBreaker(one)];
};
