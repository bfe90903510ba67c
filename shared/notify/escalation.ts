import type { Config } from '../config/schema.ts';
import { nextStepAt, stepsIn } from '../incident/escalation.ts';
import type { Incident, PendingNotification } from '../incident/incident.ts';
import { pagedNames } from './who.ts';

/** A page that comes unless somebody takes the incident. */
export interface ComingStep {
  readonly at: number;
  readonly names: readonly string[];
}

/** The step that a message of `escalated` is about, counted from 1, and of how many; null when it is not known any more. */
export const stepOf = (
  incident: Incident,
  pending: PendingNotification,
  { incidents }: Pick<Config, 'incidents'>,
): { readonly number: number; readonly total: number } | null => {
  if (pending.transition !== 'escalated' || !incident.escalation) return null;
  const since = incident.pending.filter(
    ({ transition, createdAt }) => transition === 'escalated' && createdAt > pending.createdAt,
  ).length;
  const number = incident.escalation.taken - since;
  const total = stepsIn(incidents.escalation);
  return number >= 1 && number <= total ? { number, total } : null;
};

/** Whom the next step pages, and when; null when nobody is paged any more, or somebody has it. */
export const comingStep = (
  incident: Incident,
  config: Pick<Config, 'incidents' | 'notify'>,
): ComingStep | null => {
  if (incident.status !== 'triggered') return null;
  const plan = config.incidents.escalation;
  const taken = incident.escalation?.taken ?? 0;
  const at = nextStepAt(incident, config.incidents);
  const step = plan.steps[taken % Math.max(1, plan.steps.length)];
  return at === null || !step ? null : { at, names: pagedNames(step.to, at, config) };
};
