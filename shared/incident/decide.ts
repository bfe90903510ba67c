import type { Evidence, Verdict } from '../diagnose/verdict.ts';
import { compareSeverity } from '../severity.ts';
import { bound } from './bounds.ts';
import { isHeldClosed } from './closed.ts';
import { mergeEvidence } from './evidence.ts';
import type { IncidentFact, IncidentKey, VerdictFact } from './fact.ts';
import { type Incident, isOpen, type Transition } from './incident.ts';
import { open, reopen } from './open.ts';
import type { IncidentPolicy } from './policy.ts';
import { advance, type Moment, named, note, turn } from './turn.ts';
import { update, withEffects } from './update.ts';

export type { IncidentFact, IncidentKey };

const minutes = (ms: number): string => `${Math.max(0, Math.round(ms / 60_000))} min`;

const onVerdict = (
  current: Incident | null,
  key: IncidentKey,
  fact: VerdictFact,
  moment: Moment,
): Incident | null => {
  const { at, policy } = moment;
  if (current && isOpen(current)) {
    const next = update(current, fact, moment);
    return next === current ? current : withEffects(next, fact, at);
  }
  if (fact.verdict.tentative) return current;
  // Somebody closed it, knowing that its cause is still seen.
  if (current && isHeldClosed(current, moment)) return current;
  // One that still owes a message is opened again however late: were it replaced, nobody would send the message.
  const isOver =
    current &&
    (current.status === 'reviewed' ||
      at - (current.resolvedAt ?? current.updatedAt) > policy.reopenWithinMs) &&
    current.pending.length === 0;
  // Later than the one before even if the clock stands still, since it is the time that makes the id.
  const openedAt = Math.max(at, (current?.openedAt ?? 0) + 1);
  const next =
    current && !isOver ? reopen(current, fact, moment) : open(key, fact, { ...moment, at: openedAt });
  return withEffects(next, fact, at);
};

const onHidden = (
  current: Incident | null,
  { verdict }: { verdict: Verdict },
  at: number,
): Incident | null => {
  const { hiddenBy } = verdict;
  if (!current || !isOpen(current) || !hiddenBy) return current;
  if (current.hiddenBy && named(current.hiddenBy) === named(hiddenBy)) return current;
  const entry = note(at, 'hidden-by-upstream', `Explained by ${named(hiddenBy)}; nothing is sent meanwhile`);
  return { ...advance(current, at, current.hiddenBy ? [] : [entry]), hiddenBy };
};

const onUpstreamOver = (current: Incident | null, at: number): Incident | null => {
  if (!current?.hiddenBy) return current;
  const { hiddenBy, ...visible } = current;
  return advance(visible, at, [note(at, 'unhidden', `${named(hiddenBy)}, which explained it, is over`)]);
};

const onCleared = (
  current: Incident | null,
  { evidence }: { evidence: readonly Evidence[] },
  moment: Moment,
): Incident | null => {
  if (!current) return current;
  const { at } = moment;
  if (!isOpen(current)) {
    const { closedBy, ...rest } = current;
    // Whoever closed it was right: should it come back, it is a relapse.
    return closedBy && closedBy.until !== null
      ? advance({ ...rest, evidence: mergeEvidence(current.evidence, evidence) }, at, [
          note(at, 'recovering', 'Seen working after it was closed by hand'),
        ])
      : current;
  }
  const { hiddenBy: _, ...visible } = current;
  const proof = evidence[0]?.summary ?? 'seen working';
  return turn(
    visible,
    { status: 'resolved', resolvedAt: at, evidence: mergeEvidence(current.evidence, evidence) },
    'better',
    [note(at, 'resolved', `Resolved after ${minutes(at - current.openedAt)}: ${proof}`)],
    moment,
  );
};

/**
 * The incident after a fact; pure. The same reference when nothing is worth a write (only times differ, a repeated
 * hiding, a clearing of what is not open); null when there is none and none is opened.
 *
 * 1. A verdict opens; within the reopening window of a resolved one, or while that still owes a message, it opens
 *    that one again. On an open one it updates severity and findings. A tentative verdict opens nothing.
 * 2. A hidden fact never opens and never notifies. It holds back what an open incident owes; a held message is sent
 *    once the incident is visible again or resolved. Its severity is not looked at until then.
 * 3. Only `cleared` resolves.
 *
 * Times of the incident never go back, whatever the clock does; `dueAt` is the clock's own time, so that a clock that
 * was ahead for a while does not delay messages.
 */
export const decide = (
  current: Incident | null,
  key: IncidentKey,
  fact: IncidentFact,
  policy: IncidentPolicy,
  now: number,
): Incident | null => {
  const at = Math.max(now, current?.updatedAt ?? 0);
  const moment: Moment = { at, now, policy };
  const next = (() => {
    switch (fact.kind) {
      case 'verdict':
        return onVerdict(current, key, fact, moment);
      case 'hidden':
        return onHidden(current, fact, at);
      case 'cleared':
        return onCleared(current, fact, moment);
      case 'upstream-over':
        return onUpstreamOver(current, at);
    }
  })();
  return next === current || next === null ? next : bound(next);
};

/** What a change was, for whoever reports on a run. */
export type ChangeKind = Transition | 'updated' | 'hidden' | 'none';

/** Names the step between two states of one cause and subject; messages may differ while flapping (belief.ts). */
export const changeOf = (before: Incident | null, after: Incident): ChangeKind => {
  if (before === after) return 'none';
  if (!before || before.id !== after.id) return 'triggered';
  if (isOpen(before) !== isOpen(after)) return isOpen(after) ? 'reopened' : 'resolved';
  const difference = compareSeverity(after.severity, before.severity);
  if (difference !== 0) return difference < 0 ? 'severity-raised' : 'severity-lowered';
  return after.hiddenBy && !before.hiddenBy ? 'hidden' : 'updated';
};
