import { tell } from './belief.ts';
import { bound } from './bounds.ts';
import { nextUpdateAt, respondBy } from './deadlines.ts';
import { nextStep, stepsIn } from './escalation.ts';
import { type Incident, isOpen } from './incident.ts';
import type { IncidentPolicy } from './policy.ts';
import { advance, type Moment, named, note } from './turn.ts';

/** Nothing is told of it on its own: an upstream cause explains it, or it was merged into another. */
export const isTold = ({ hiddenBy, mergedInto }: Incident): boolean => !hiddenBy && !mergedInto;

const minutes = (ms: number): number => Math.max(0, Math.round(ms / 60_000));

const escalate = (current: Incident, moment: Moment): Incident => {
  const { at, policy } = moment;
  const plan = policy.deadlines.escalation;
  const next = nextStep(current.escalation, current.respondBy, plan, at);
  if (!next) return current;
  const { number, to } = next.step;
  const text = `Not acknowledged by the deadline: step ${number} of ${stepsIn(plan)}, to ${to.join(', ')}`;
  return tell(
    { ...advance(current, at, [note(at, 'escalated', text)]), escalation: next.escalation },
    'escalated',
    moment,
    { to },
  );
};

/** An acknowledgement that grew stale: nobody has it, and the deadline to respond runs anew. */
const expire = (current: Incident, moment: Moment): Incident => {
  const { at, policy } = moment;
  const { acknowledgement, escalation: _, ...rest } = current;
  if (!acknowledgement || at < acknowledgement.staleAt) return current;
  const text = `Acknowledged by ${acknowledgement.by.name} ${minutes(at - acknowledgement.at)} min ago, and no word since: nobody's again`;
  return tell(
    {
      ...advance(rest, at, [note(at, 'acknowledgement-stale', text)]),
      status: 'triggered',
      respondBy: respondBy(current.severity, at, policy.deadlines),
    },
    'acknowledgement-stale',
    moment,
  );
};

const remindOfUpdate = (current: Incident, moment: Moment): Incident => {
  const { at, policy } = moment;
  if (at < current.nextUpdateAt) return current;
  const next = nextUpdateAt(current.severity, at, policy.deadlines);
  return tell(
    {
      ...advance(current, at, [note(at, 'update-due', 'The next update was promised for now')]),
      nextUpdateAt: next,
    },
    'update-due',
    moment,
  );
};

/**
 * What time alone does to an incident: escalation while nobody has it, an acknowledgement that grows stale, an update
 * that was promised. Pure; the same reference when nothing is due. At most one of each per call, so a run after a long
 * gap pages once and not once per deadline that passed meanwhile.
 */
export const tick = (current: Incident, policy: IncidentPolicy, now: number): Incident => {
  if (!isOpen(current) || !isTold(current)) return current;
  const at = Math.max(now, current.updatedAt);
  const moment: Moment = { at, now, policy };
  const owned = current.status === 'acknowledged' ? expire(current, moment) : current;
  const paged = current.status === 'triggered' ? escalate(owned, moment) : owned;
  // One message says it all; the reminder follows a run later.
  const next = paged === current ? remindOfUpdate(current, moment) : paged;
  return next === current ? current : bound(next);
};

/** One that was merged into another is told on its own again once that one is over. */
export const unmergeWhenOver = (current: Incident, target: Incident | null, now: number): Incident => {
  const { mergedInto, ...rest } = current;
  if (!mergedInto || (target?.id === mergedInto.id && isOpen(target))) return current;
  const at = Math.max(now, current.updatedAt);
  return bound(
    advance(rest, at, [note(at, 'unmerged', `${named(mergedInto)}, which it was part of, is over`)]),
  );
};
