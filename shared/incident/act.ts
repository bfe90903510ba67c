import { isMoreUrgent, type Severity } from '../severity.ts';
import { asNobodys } from './anew.ts';
import { atOnce, owe, tell } from './belief.ts';
import { bound, clip, LIMITS } from './bounds.ts';
import { closedUntil, nextUpdateAt, staleAt } from './deadlines.ts';
import { isDrill } from './drill.ts';
import {
  type Actor,
  type Incident,
  isOpen,
  isPage,
  type TimelineEntry,
  type UpdateAudience,
} from './incident.ts';
import type { IncidentPolicy } from './policy.ts';
import { isOutgrown, withDeadlines } from './severity.ts';
import { advance, type Moment, named, note, turn } from './turn.ts';

/** What a person does to an incident. */
export type IncidentCommand =
  | { readonly kind: 'acknowledge' }
  /** Gives it back: it is nobody's again, and pages as if it had just begun. */
  | { readonly kind: 'unacknowledge' }
  | { readonly kind: 'mitigate'; readonly text?: string }
  /** `force`: although its cause is still seen. */
  | { readonly kind: 'resolve'; readonly force: boolean; readonly text?: string }
  | { readonly kind: 'review' }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'update'; readonly text: string; readonly audience: UpdateAudience }
  | { readonly kind: 'assign'; readonly to: string }
  | { readonly kind: 'set-severity'; readonly severity: Severity; readonly text?: string }
  | {
      readonly kind: 'merge';
      readonly into: Pick<Incident, 'id' | 'cause' | 'subject' | 'status' | 'severity' | 'mergedInto'>;
    }
  | { readonly kind: 'unmerge' }
  /** `key` names a step of the runbook (`stepKey`), `text` says it in a few words; `done: false` takes it back. */
  | { readonly kind: 'step'; readonly key: string; readonly text: string; readonly done: boolean };

export type ActOutcome =
  | { readonly kind: 'done'; readonly incident: Incident }
  /** It was so already: nothing is written. */
  | { readonly kind: 'unchanged'; readonly incident: Incident }
  | { readonly kind: 'refused'; readonly why: Refusal; readonly text: string };

export type Refusal =
  | 'not-open'
  | 'not-resolved'
  | 'still-failing'
  | 'into-itself'
  /** Nothing would be told of it: what it should be part of is over, is itself part of another, or is less urgent. */
  | 'into-silence'
  | 'empty'
  /** The public hears nothing of a drill. */
  | 'drill'
  /** The runbook has no such step, as the incident stands now. */
  | 'no-such-step';

const refused = (why: Refusal, text: string): ActOutcome => ({ kind: 'refused', why, text });

/** Several lines are one; what people write is cut, never refused. */
const words = (text: string | undefined): string => clip(text ?? '', LIMITS.words);

const entry = (at: number, kind: TimelineEntry['kind'], text: string, by: Actor): TimelineEntry => ({
  ...note(at, kind, ''),
  text: clip(text, LIMITS.words),
  by,
});

/** Any word of a person keeps the acknowledgement fresh. */
const refreshed = (incident: Incident, { now, policy }: Moment): Incident =>
  incident.acknowledgement
    ? {
        ...incident,
        acknowledgement: {
          ...incident.acknowledgement,
          staleAt: staleAt(incident.severity, now, policy.deadlines),
        },
      }
    : incident;

/** Pages that are still owed are not sent any more: somebody has it. What they would have said, the next message says. */
const withoutPages = (incident: Incident): Incident => ({
  ...incident,
  pending: incident.pending.filter((pending) => !isPage(pending)),
});

const taken = (current: Incident, by: Actor, { at, now, policy }: Moment): Incident => {
  const { escalation: _, paged: __, ...rest } = current;
  const stale = staleAt(current.severity, now, policy.deadlines);
  return withoutPages({
    ...rest,
    acknowledgement: { by, at, severity: current.severity, staleAt: stale },
  });
};

const acknowledge = (current: Incident, by: Actor, moment: Moment): Incident => {
  if (current.status !== 'triggered') return current;
  const { at } = moment;
  const next = advance(current, at, [entry(at, 'acknowledged', `Acknowledged by ${by.name}`, by)]);
  return tell({ ...taken(next, by, moment), status: 'acknowledged' }, 'acknowledged', moment);
};

const unacknowledge = (current: Incident, by: Actor, moment: Moment): Incident => {
  if (current.status === 'triggered') return current;
  const { at } = moment;
  const next = advance(current, at, [entry(at, 'unacknowledged', `Given back by ${by.name}`, by)]);
  return tell(asNobodys(next, moment), 'acknowledgement-stale', moment);
};

const mitigate = (current: Incident, by: Actor, text: string, moment: Moment): Incident => {
  if (current.status === 'mitigated') return current;
  const { at } = moment;
  const said = text === '' ? `Mitigated by ${by.name}` : `Mitigated by ${by.name}: ${text}`;
  const next = advance(current, at, [entry(at, 'mitigated', said, by)]);
  const owned = current.acknowledgement ? withoutPages(next) : taken(next, by, moment);
  return tell({ ...owned, status: 'mitigated', mitigatedAt: at }, 'mitigated', moment);
};

/** Pages that were not sent are withdrawn, but not the news of the end: one of them may be on its way. */
const resolve = (current: Incident, by: Actor, text: string, moment: Moment): Incident => {
  const { at, now, policy } = moment;
  const { hiddenBy: _, mergedInto: __, ...visible } = current;
  const said = `Closed by ${by.name}, not seen working${text === '' ? '' : `: ${text}`}`;
  const closed = turn(
    visible,
    {
      status: 'resolved',
      resolvedAt: at,
      closedBy: { actor: by, until: closedUntil(now, policy.deadlines) },
    },
    'better',
    [entry(at, 'resolved', said, by)],
    { ...moment, policy: atOnce(policy) },
  );
  return withoutPages(closed);
};

/** Whether somebody else made it more urgent than what was acknowledged; whoever has it may do so and still has it. */
const outgrows = (current: Incident, by: Actor, severity: Severity): boolean =>
  isOutgrown(current, severity) && current.acknowledgement?.by.name !== by.name;

const setSeverity = (
  current: Incident,
  by: Actor,
  { severity, text }: { readonly severity: Severity; readonly text: string },
  moment: Moment,
): Incident => {
  if (severity === current.severity) return current;
  const { at, now, policy } = moment;
  const said = `${by.name} set ${severity} instead of ${current.severity}${text === '' ? '' : `: ${text}`}`;
  const isPeak = isMoreUrgent(severity, current.peakSeverity);
  const set: Incident = {
    ...advance(current, at, [{ ...entry(at, 'severity-set', said, by), severity }]),
    severity,
    ...(isPeak && { peakSeverity: severity }),
    severitySet: { severity, insteadOf: current.severitySet?.insteadOf ?? current.severity },
  };
  const owned = outgrows(current, by, severity) ? asNobodys(set, moment) : refreshed(set, moment);
  const { acknowledgement } = owned;
  const next =
    acknowledgement && isOutgrown(owned, severity)
      ? { ...owned, acknowledgement: { ...acknowledgement, severity } }
      : owned;
  return withDeadlines(owe(next, at, now, atOnce(policy)), current.severity, moment);
};

const merge = (
  current: Incident,
  by: Actor,
  into: Extract<IncidentCommand, { kind: 'merge' }>['into'],
  { at }: Moment,
): Incident => {
  if (current.mergedInto?.id === into.id) return current;
  const { id, cause, subject } = into;
  return {
    ...advance(current, at, [entry(at, 'merged', `${by.name} made it part of ${id}, ${named(into)}`, by)]),
    mergedInto: { id, cause, subject },
  };
};

const unmerge = (current: Incident, by: Actor, { at }: Moment): Incident => {
  const { mergedInto, ...rest } = current;
  return mergedInto
    ? advance(rest, at, [entry(at, 'unmerged', `${by.name} took it out of ${mergedInto.id}`, by)])
    : current;
};

const review = (current: Incident, by: Actor, { at }: Moment): Incident =>
  current.status === 'reviewed'
    ? current
    : {
        ...advance(current, at, [entry(at, 'reviewed', `Reviewed by ${by.name}`, by)]),
        status: 'reviewed',
        reviewed: { by, at },
      };

const update = (
  current: Incident,
  by: Actor,
  { text: written, audience }: Extract<IncidentCommand, { kind: 'update' }>,
  moment: Moment,
): Incident => {
  const { at, now, policy } = moment;
  const text = words(written);
  const said = { ...entry(at, 'updated', text, by), audience };
  const next = advance(current, at, [said]);
  const promised = isOpen(current)
    ? { ...next, nextUpdateAt: nextUpdateAt(current.severity, now, policy.deadlines) }
    : next;
  // An answer to "the next update is due" that was not sent yet.
  const pending = promised.pending.filter(({ transition }) => transition !== 'update-due');
  return tell(refreshed({ ...promised, pending }, moment), 'updated', moment, { text, audience });
};

const step = (
  current: Incident,
  by: Actor,
  { key, text, done }: Extract<IncidentCommand, { kind: 'step' }>,
  moment: Moment,
): Incident => {
  const { at } = moment;
  const { steps = [] } = current;
  if (steps.some((known) => known.key === key) === done) return current;
  const said = done
    ? entry(at, 'step-done', `Step done by ${by.name}: ${clip(text)}`, by)
    : entry(at, 'step-undone', `Step not done after all, says ${by.name}: ${clip(text)}`, by);
  const next = {
    ...advance(current, at, [said]),
    steps: done ? [...steps, { key, by, at }] : steps.filter((known) => known.key !== key),
  };
  return isOpen(current) ? refreshed(next, moment) : next;
};

const change = (
  current: Incident,
  command: Exclude<IncidentCommand, { kind: 'resolve' | 'review' }>,
  by: Actor,
  moment: Moment,
): Incident => {
  const { at } = moment;
  switch (command.kind) {
    case 'acknowledge':
      return acknowledge(current, by, moment);
    case 'unacknowledge':
      return unacknowledge(current, by, moment);
    case 'mitigate':
      return mitigate(current, by, words(command.text), moment);
    case 'note':
      return refreshed(advance(current, at, [entry(at, 'note', words(command.text), by)]), moment);
    case 'update':
      return update(current, by, command, moment);
    case 'assign': {
      const to = clip(command.to);
      if (current.assignee === to) return current;
      const next = advance(current, at, [entry(at, 'assigned', `${by.name} gave it to ${to}`, by)]);
      return refreshed({ ...next, assignee: to }, moment);
    }
    case 'set-severity':
      return setSeverity(current, by, { severity: command.severity, text: words(command.text) }, moment);
    case 'merge':
      return merge(current, by, command.into, moment);
    case 'unmerge':
      return unmerge(current, by, moment);
    case 'step':
      return step(current, by, command, moment);
  }
};

const isEmpty = (command: IncidentCommand): boolean =>
  ((command.kind === 'note' || command.kind === 'update') && words(command.text) === '') ||
  (command.kind === 'assign' && clip(command.to) === '');

const mergeRefusal = (
  current: Incident,
  { into }: Extract<IncidentCommand, { kind: 'merge' }>,
): ActOutcome | null => {
  if (into.id === current.id) return refused('into-itself', `${current.id} cannot be part of itself.`);
  if (!isOpen(into)) return refused('into-silence', `${into.id} is ${into.status} already.`);
  if (into.mergedInto)
    return refused('into-silence', `${into.id} is itself part of ${into.mergedInto.id}: name that one.`);
  return isMoreUrgent(current.severity, into.severity)
    ? refused(
        'into-silence',
        `${into.id} is ${into.severity}, less urgent than ${current.severity}: set its severity first, or merge the other way round.`,
      )
    : null;
};

const whenOver = (current: Incident, command: IncidentCommand): ActOutcome | null => {
  if (command.kind === 'resolve') return null;
  // What is to be said after the end, e.g. on a status page; and what was done before it, and not ticked yet.
  if ((command.kind === 'update' || command.kind === 'step') && current.status === 'resolved') return null;
  return refused('not-open', `${current.id} is ${current.status} already.`);
};

/** Why a command cannot be carried out; null when it can. */
const refusalOf = (current: Incident, command: IncidentCommand): ActOutcome | null => {
  if (isEmpty(command)) return refused('empty', 'Nothing was said: give a text.');
  if (command.kind === 'review')
    return isOpen(current)
      ? refused('not-resolved', `${current.id} is still ${current.status}; review it once it is resolved.`)
      : null;
  if (command.kind === 'update' && command.audience === 'public' && isDrill(current))
    return refused('drill', `${current.id} is a drill: the public hears nothing of it.`);
  // A note may be made for ever: what was learnt later belongs to the story.
  if (command.kind === 'note') return null;
  if (!isOpen(current)) return whenOver(current, command);
  if (command.kind === 'resolve' && !command.force)
    return refused(
      'still-failing',
      `${current.id} is still seen failing: it resolves by itself once it is seen working. Acknowledge or silence it, or close it all the same with force.`,
    );
  return command.kind === 'merge' ? mergeRefusal(current, command) : null;
};

/**
 * The incident after a person's command; pure. What is so already is `unchanged`, so that a repeated request does no
 * harm. Acknowledging withdraws every page that is still owed and tells everybody who has it (invariant 3).
 */
export const act = (
  current: Incident,
  command: IncidentCommand,
  by: Actor,
  { policy, now }: { readonly policy: IncidentPolicy; readonly now: number },
): ActOutcome => {
  const why = refusalOf(current, command);
  if (why) return why;
  const at = Math.max(now, current.updatedAt);
  const moment: Moment = { at, now, policy };
  const actor: Actor = { name: clip(by.name, 80) || 'somebody', via: by.via };
  const next = (() => {
    if (command.kind === 'review') return review(current, actor, moment);
    if (command.kind === 'resolve')
      return isOpen(current) ? resolve(current, actor, words(command.text), moment) : current;
    return change(current, command, actor, moment);
  })();
  return next === current
    ? { kind: 'unchanged', incident: current }
    : { kind: 'done', incident: bound(next) };
};
