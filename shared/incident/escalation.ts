import type { Escalation } from './incident.ts';
import type { IncidentsConfig } from './policy.ts';

const MINUTE = 60_000;

type Plan = IncidentsConfig['escalation'];

/** Whom a step pages. */
export interface EscalationStep {
  /** Counted from 1, repeats included. */
  readonly number: number;
  readonly to: readonly string[];
}

/** How many steps there are, with every repetition. */
export const stepsIn = ({ steps, repeat }: Plan): number => steps.length * (repeat + 1);

/** How long step `index` (from 0) waits after the one before it, or after the deadline to respond; ms. */
const waitBefore = (index: number, { steps, repeatAfterMinutes }: Plan): number => {
  const isRepeat = index > 0 && index % steps.length === 0;
  const minutes = isRepeat ? repeatAfterMinutes : (steps[index % steps.length]?.afterMinutes ?? 0);
  return Math.round(minutes * MINUTE);
};

/** When the first step is due, for an incident that must be acknowledged by `respondBy`. */
export const firstStepAt = (respondBy: number, plan: Plan): number | null =>
  stepsIn(plan) === 0 ? null : respondBy + waitBefore(0, plan);

/**
 * The step that is due, and what follows; null when none is. Steps that were missed while nothing ran are not made up
 * for one by one: the next one is due counted from now, so nobody is paged twice in a minute.
 */
export const nextStep = (
  escalation: Escalation | undefined,
  respondBy: number,
  plan: Plan,
  at: number,
): { readonly step: EscalationStep; readonly escalation: Escalation } | null => {
  const taken = escalation?.taken ?? 0;
  const dueAt = escalation ? escalation.nextAt : firstStepAt(respondBy, plan);
  const to = plan.steps[taken % Math.max(1, plan.steps.length)]?.to;
  if (dueAt === null || at < dueAt || to === undefined) return null;
  const isLast = taken + 1 >= stepsIn(plan);
  return {
    step: { number: taken + 1, to },
    escalation: { taken: taken + 1, nextAt: isLast ? null : at + waitBefore(taken + 1, plan) },
  };
};
