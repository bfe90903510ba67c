import type { Transition } from '../../shared/incident/incident.ts';
import type { Severity } from '../../shared/severity.ts';

/*
 * How often people must have been reminded of an incident that nobody took: worked out from the messages that reached
 * them and from the runbook's numbers, not from anything that the code under test keeps.
 */

const MINUTE = 60_000;
/** Second runbook, severity levels; a P4 is due on the next business day, after the end of any drill. */
const RESPOND: Readonly<Record<Severity, number>> = { P1: 15, P2: 60, P3: 240, P4: Number.POSITIVE_INFINITY };
const UPDATE: Readonly<Record<Severity, number>> = { P1: 30, P2: 60, P3: 240, P4: 1_440 };
/** On call, everyone, and three times again, a quarter of an hour apart. */
const STEPS = 8;
const BETWEEN = 15;
/** A deadline is acted on by the next run; a reminder may wait for another one. */
const RUN = 1.5;

/** A message as it reached people. */
export interface Told {
  readonly at: number;
  readonly transition: Transition;
  readonly severity: Severity;
}

export const REMINDERS: ReadonlySet<Transition> = new Set(['escalated', 'update-due']);

const escalations = (course: readonly Told[], end: number, delay: number): number => {
  let due = Number.POSITIVE_INFINITY;
  let taken = 0;
  let count = 0;
  for (const [index, { at, transition, severity }] of course.entries()) {
    const fresh = at / MINUTE + RESPOND[severity];
    if (transition === 'resolved') due = Number.POSITIVE_INFINITY;
    else if (transition === 'triggered' || transition === 'reopened' || taken > 0) {
      due = transition === 'severity-lowered' ? due : fresh;
      taken = transition === 'severity-lowered' ? taken : 0;
    } else if (transition === 'severity-raised') due = Math.min(due, fresh);
    const until = (course[index + 1]?.at ?? end) / MINUTE;
    for (; taken < STEPS && due + delay <= until; taken += 1) {
      count += 1;
      due += BETWEEN + delay;
    }
  }
  return count;
};

const updates = (course: readonly Told[], end: number, delay: number): number =>
  course.reduce((sum, { at, transition, severity }, index) => {
    const minutes = ((course[index + 1]?.at ?? end) - at) / MINUTE;
    return transition === 'resolved' ? sum : sum + Math.floor(minutes / (UPDATE[severity] + delay));
  }, 0);

/** What is wrong with the reminders among these messages, in a sentence each. */
export const reminderProblems = (messages: readonly Told[], end: number): readonly string[] => {
  const course = messages.filter(({ transition }) => !REMINDERS.has(transition));
  const check = (
    kind: Transition,
    count: (course: readonly Told[], end: number, delay: number) => number,
  ) => {
    const actual = messages.filter(({ transition }) => transition === kind).length;
    const [least, most] = [count(course, end, 2 * RUN), count(course, end, 0)];
    return actual < least || actual > most
      ? [`${actual} times ${kind}, not ${least === most ? least : `${least} to ${most} times`}`]
      : [];
  };
  return [...check('escalated', escalations), ...check('update-due', updates)];
};
