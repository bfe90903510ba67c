import { isMoreUrgent } from '../severity.ts';
import { respondBy } from './deadlines.ts';
import type { Escalation, Incident } from './incident.ts';
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
export const waitBefore = (index: number, { steps, repeatAfterMinutes }: Plan): number => {
  const isRepeat = index > 0 && index % steps.length === 0;
  const minutes = isRepeat ? repeatAfterMinutes : (steps[index % steps.length]?.afterMinutes ?? 0);
  return Math.round(minutes * MINUTE);
};

/** When the first step is due, for an incident that must be acknowledged by `respondBy`. */
const firstStepAt = (respondBy: number, plan: Plan): number | null =>
  stepsIn(plan) === 0 ? null : respondBy + waitBefore(0, plan);

/** What an incident says of where its escalation stands. */
type Escalating = Pick<Incident, 'severity' | 'respondBy' | 'paged' | 'escalation'>;

/** A page that came later than this after the deadline began to run gives people the whole of it. */
const LATE_MS = 5 * MINUTE;

/** By when somebody must have acknowledged: the deadline, or as long after the page when that came late. */
export const answerBy = (
  { severity, respondBy: by, paged }: Pick<Incident, 'severity' | 'respondBy' | 'paged'>,
  config: IncidentsConfig,
): number => {
  if (!paged) return by;
  const urgent = isMoreUrgent(severity, paged.severity) ? severity : paged.severity;
  const sincePaged = respondBy(urgent, paged.at, config);
  return sincePaged - by > LATE_MS ? sincePaged : by;
};

/** When the next step is due unless somebody acknowledges, epoch ms; null: there is none, or all are taken. */
export const nextStepAt = (incident: Escalating, config: IncidentsConfig): number | null =>
  incident.escalation
    ? incident.escalation.nextAt
    : firstStepAt(answerBy(incident, config), config.escalation);

/**
 * The step that is due, and what follows; null when none is. Steps that were missed while nothing ran are not made up
 * for one by one: the next one is due counted from now, so nobody is paged twice in a minute.
 */
export const nextStep = (
  incident: Escalating,
  config: IncidentsConfig,
  now: number,
): { readonly step: EscalationStep; readonly escalation: Escalation } | null => {
  const plan = config.escalation;
  const taken = incident.escalation?.taken ?? 0;
  const dueAt = nextStepAt(incident, config);
  const to = plan.steps[taken % Math.max(1, plan.steps.length)]?.to;
  if (dueAt === null || now < dueAt || to === undefined) return null;
  const isLast = taken + 1 >= stepsIn(plan);
  return {
    step: { number: taken + 1, to },
    escalation: { taken: taken + 1, nextAt: isLast ? null : now + waitBefore(taken + 1, plan) },
  };
};
