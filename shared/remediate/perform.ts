import type { Clock } from '../clock.ts';
import { noteAction } from '../incident/actions.ts';
import { changeIncident } from '../incident/change.ts';
import type { Incident } from '../incident/incident.ts';
import type { IncidentStore } from '../incident/store.ts';
import type { ControlStore, FeedControl } from '../relay/control.ts';
import {
  addHold,
  changeControl,
  holdOf,
  markStanding,
  releaseHold,
  rotate,
  standingOf,
} from '../relay/control-change.ts';
import type { ControlStep, RemediationAction } from './action.ts';
import { REF } from './note.ts';

export interface RemediationDependencies {
  readonly controlStore: Pick<ControlStore, 'load' | 'save'>;
  readonly incidentStore: IncidentStore;
  readonly clock: Pick<Clock, 'now'>;
  /** Rows that go slowly after a hold: `relay.trickle.rows`. */
  readonly trickleRows: number;
}

const BY = 'claywatch';

/** The breaker tries a real row at once: what held it back is over, so its own wait need not be sat out. */
const tryNow = (control: FeedControl, at: number): FeedControl => {
  const breaker = holdOf(control, { kind: 'breaker' });
  return breaker?.tryAt !== undefined && breaker.tryAt > at
    ? addHold(control, { ...breaker, tryAt: at })
    : control;
};

const take = (
  control: FeedControl,
  step: ControlStep,
  { cause, subject, note }: RemediationAction,
  trickleRows: number,
  now: number,
): FeedControl => {
  const doing = { at: now, by: BY };
  switch (step.kind) {
    case 'hold': {
      const since = note?.action.since ?? now;
      return addHold(control, { kind: 'cause', cause, subject, since, why: step.why, by: BY });
    }
    case 'release': {
      const released = releaseHold(
        control,
        { kind: 'cause', cause, subject },
        { ...doing, why: step.why, trickleRows },
      );
      return released === control ? control : tryNow(released, now);
    }
    case 'rotate':
      return rotate(control, { ...doing, at: note?.action.since ?? now, ...step });
    case 'close-table':
      return step.webhooks.reduce((state, id) => markStanding(state, id, 'table-full', doing), control);
    case 'open-table':
      return step.webhooks.reduce(
        (state, id) =>
          standingOf(state, id) === 'table-full' ? markStanding(state, id, 'unproven', doing) : state,
        control,
      );
  }
};

/** Who was faster named it by another time; false when it did not come about at all. */
const settledNote = (
  { note, cause, subject, feed, steps }: RemediationAction,
  control: FeedControl | null,
): RemediationAction['note'] | false => {
  if (!note || !control) return note;
  const { action } = note;
  if (steps.some(({ kind }) => kind === 'hold')) {
    const hold = holdOf(control, { kind: 'cause', cause, subject });
    if (!hold) return false;
    return { ...note, action: { ...action, since: hold.since, ref: REF.hold(feed, hold.since) } };
  }
  const rotation = steps.find((step) => step.kind === 'rotate');
  // Somebody else has rotated: the next run says who, and where to.
  if (rotation && (control.active !== rotation.to || control.rotation?.at !== action.since)) return false;
  return note;
};

const noteOn = async (
  action: RemediationAction,
  note: NonNullable<RemediationAction['note']>,
  { incidentStore, clock }: RemediationDependencies,
): Promise<void> => {
  await changeIncident(incidentStore, action, (current: Incident | null) =>
    current && current.id === note.incident ? noteAction(current, note.action, clock.now()) : current,
  );
};

const performOne = async (action: RemediationAction, deps: RemediationDependencies): Promise<void> => {
  const change = () =>
    action.steps.length === 0
      ? null
      : changeControl(deps.controlStore, action.feed, (control) =>
          action.steps.reduce(
            (state, step) => take(state, step, action, deps.trickleRows, deps.clock.now()),
            control,
          ),
        );
  // What ends is noted before it is done, what begins after: so a run that dies in between is always made up for.
  if (action.note?.action.kind === 'resume') {
    await noteOn(action, action.note, deps);
    await change();
    return;
  }
  const changed = await change();
  const note = settledNote(action, changed?.control ?? null);
  if (note) await noteOn(action, note, deps);
};

export interface RemediationReport {
  readonly done: readonly RemediationAction[];
  /** One for each action that failed; it is decided again in the next run. */
  readonly failures: readonly unknown[];
}

/**
 * Does what was decided, one after another: a change of the control state by one conditional write, and an entry on the
 * incident's timeline by another. Safe to repeat and to run twice at once. One that fails stops no other.
 */
export const performRemediation = async (
  actions: readonly RemediationAction[],
  deps: RemediationDependencies,
): Promise<RemediationReport> => {
  const done: RemediationAction[] = [];
  const failures: unknown[] = [];
  for (const action of actions) {
    try {
      await performOne(action, deps);
      done.push(action);
    } catch (error) {
      failures.push(error);
    }
  }
  return { done, failures };
};
