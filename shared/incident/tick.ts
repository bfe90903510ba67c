import { asNobodys } from './anew.ts';
import { tell } from './belief.ts';
import { bound } from './bounds.ts';
import { isHeldClosed } from './closed.ts';
import { businessSlack, inReach, nextUpdateAt, respondBy, staleAt } from './deadlines.ts';
import { nextStep, stepsIn, waitBefore } from './escalation.ts';
import { type Incident, isOpen, isPage } from './incident.ts';
import type { IncidentPolicy } from './policy.ts';
import { advance, type Moment, note } from './turn.ts';

/** Nothing is told of it on its own: an upstream cause explains it, or it was merged into another. */
export const isTold = ({ hiddenBy, mergedInto }: Incident): boolean => !hiddenBy && !mergedInto;

const minutes = (ms: number): number => Math.max(0, Math.round(ms / 60_000));

/** Every deadline where it can be reached, whatever the clock said when it was set; the same reference when all are. */
const withinReach = (current: Incident, { now, policy }: Moment): Incident => {
  const { severity, acknowledgement, escalation, paged } = current;
  const { deadlines } = policy;
  const slack = businessSlack(severity);
  const stale = acknowledgement && inReach(acknowledgement.staleAt, staleAt(severity, now, deadlines), slack);
  const next =
    escalation && escalation.nextAt !== null
      ? inReach(escalation.nextAt, now + waitBefore(escalation.taken, deadlines.escalation))
      : null;
  const reached: Incident = {
    ...current,
    respondBy: inReach(current.respondBy, respondBy(severity, now, deadlines)),
    nextUpdateAt: inReach(current.nextUpdateAt, nextUpdateAt(severity, now, deadlines), slack),
    ...(acknowledgement && { acknowledgement: { ...acknowledgement, staleAt: stale ?? 0 } }),
    ...(escalation && { escalation: { ...escalation, nextAt: next } }),
    ...(paged && { paged: { ...paged, at: inReach(paged.at, now) } }),
  };
  const isSame =
    reached.respondBy === current.respondBy &&
    reached.nextUpdateAt === current.nextUpdateAt &&
    reached.acknowledgement?.staleAt === acknowledgement?.staleAt &&
    reached.escalation?.nextAt === escalation?.nextAt &&
    reached.paged?.at === paged?.at;
  return isSame ? current : reached;
};

const escalate = (current: Incident, moment: Moment): Incident => {
  const { at, now, policy } = moment;
  // Whoever has not got the last page yet is not helped by another one behind it.
  if (current.pending.some(isPage)) return current;
  const next = nextStep(current, policy.deadlines, now);
  if (!next) return current;
  const { number, to } = next.step;
  const text = `Not acknowledged by the deadline: step ${number} of ${stepsIn(policy.deadlines.escalation)}, to ${to.join(', ')}`;
  return tell(
    { ...advance(current, at, [note(at, 'escalated', text)]), escalation: next.escalation },
    'escalated',
    moment,
    { to },
  );
};

/** An acknowledgement that grew stale: nobody has it, and the deadline to respond runs anew. */
const expire = (current: Incident, moment: Moment): Incident => {
  const { at, now } = moment;
  const { acknowledgement } = current;
  if (!acknowledgement || now < acknowledgement.staleAt) return current;
  const text = `Acknowledged by ${acknowledgement.by.name} ${minutes(at - acknowledgement.at)} min ago, and no word since: nobody's again`;
  return tell(
    asNobodys(advance(current, at, [note(at, 'acknowledgement-stale', text)]), moment),
    'acknowledgement-stale',
    moment,
  );
};

const remindOfUpdate = (current: Incident, moment: Moment): Incident => {
  const { at, now, policy } = moment;
  if (now < current.nextUpdateAt) return current;
  const promised = { nextUpdateAt: nextUpdateAt(current.severity, now, policy.deadlines) };
  // What is on its way says how it stands, and when to expect more.
  if (current.pending.length > 0) return { ...advance(current, at, []), ...promised };
  const entry = note(at, 'update-due', 'The next update was promised for now');
  return tell({ ...advance(current, at, [entry]), ...promised }, 'update-due', moment);
};

/** What the present moment asks for, the most urgent first; one message says it all, and a reminder can wait a run. */
const whatIsDue = (current: Incident, moment: Moment): Incident => {
  const asked = current.status === 'acknowledged' ? expire(current, moment) : current;
  const paged = current.status === 'triggered' ? escalate(asked, moment) : asked;
  return paged === current ? remindOfUpdate(current, moment) : paged;
};

/**
 * What time alone does to an incident: escalation while nobody has it, an acknowledgement that grows stale, an update
 * that was promised; and somebody's word that closed it holds only for a while. Pure; the same reference when nothing
 * is due. At most one message per call, so a run after a long gap pages once and not once per deadline that passed
 * meanwhile.
 */
export const tick = (current: Incident, policy: IncidentPolicy, now: number): Incident => {
  const moment: Moment = { at: Math.max(now, current.updatedAt), now, policy };
  const { closedBy } = current;
  if (!isOpen(current))
    return closedBy && closedBy.until !== null && !isHeldClosed(current, moment)
      ? { ...advance(current, moment.at, []), closedBy: { ...closedBy, until: null } }
      : current;
  if (!isTold(current)) return current;
  const reached = withinReach(current, moment);
  const next = whatIsDue(reached, moment);
  if (next !== reached) return bound(next);
  return reached === current ? current : advance(reached, moment.at, []);
};
