import { bound, clip, LIMITS } from './bounds.ts';
import type { Incident, IncidentAction } from './incident.ts';
import { advance, note } from './turn.ts';

/** An action as it is noted: which opening of the incident it belongs to is the incident's to say. */
export type NewAction = Omit<IncidentAction, 'opening'>;

export const hasAction = ({ actions = [] }: Pick<Incident, 'actions'>, ref: string): boolean =>
  actions.some((known) => known.ref === ref);

/** What was done in the present opening. */
export const actionsOfOpening = ({
  actions = [],
  reopenings,
}: Pick<Incident, 'actions' | 'reopenings'>): readonly IncidentAction[] =>
  actions.filter(({ opening }) => opening === reopenings);

/**
 * The incident with one more action, on its timeline too; the same reference when it is noted already. Nobody is told
 * of an action by itself: the messages that the incident owes say what was done.
 */
export const noteAction = (incident: Incident, action: NewAction, now: number): Incident => {
  if (hasAction(incident, action.ref)) return incident;
  const at = Math.max(now, incident.updatedAt);
  const kept: IncidentAction = {
    ...action,
    ref: clip(action.ref, LIMITS.name),
    text: clip(action.text),
    opening: incident.reopenings,
  };
  const kind = action.mode === 'act' ? 'action' : 'proposed';
  return bound({
    ...advance(incident, at, [note(at, kind, action.text)]),
    actions: [...(incident.actions ?? []), kept],
  });
};
