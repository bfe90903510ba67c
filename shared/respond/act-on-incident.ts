import type { Clock } from '../clock.ts';
import { type ActOutcome, act, type IncidentCommand } from '../incident/act.ts';
import { changeIncident } from '../incident/change.ts';
import type { Actor, Incident, RequestMark } from '../incident/incident.ts';
import type { IncidentPolicy } from '../incident/policy.ts';
import type { IncidentStore } from '../incident/store.ts';
import { runbookFor } from '../runbook/index.ts';
import { markOf, recalled, withMark } from './request-mark.ts';
import { stepKey } from './step-key.ts';

export interface ActDependencies {
  readonly store: IncidentStore;
  readonly policy: IncidentPolicy;
  readonly clock: Pick<Clock, 'now'>;
  /** Told of what came of a request, for a log; who acted is not its business. */
  readonly onActed?: (acted: {
    readonly incident: string;
    readonly action: Request['kind'];
    readonly via: Actor['via'];
    readonly outcome: ActResult['kind'];
  }) => void;
}

/** As a client asks for it: another incident by its id, a step of the runbook by its number. */
export type Request =
  | Exclude<IncidentCommand, { kind: 'merge' | 'step' }>
  | { readonly kind: 'merge'; readonly intoId: string }
  | { readonly kind: 'step'; readonly step: number; readonly done: boolean };

export type ActResult =
  | ActOutcome
  | { readonly kind: 'not-found'; readonly id: string }
  /** A newer incident of the same cause and subject has taken its place; it can only be read. */
  | { readonly kind: 'archived'; readonly incident: Incident }
  /** The key of the request was used before, for something else. */
  | { readonly kind: 'conflict' };

type CommandOf = (current: Incident) => IncidentCommand | ActOutcome;

/** The runbook of an incident depends on what is known, so that its steps are counted as they stand when it is written. */
const stepCommand =
  ({ step, done }: Extract<Request, { kind: 'step' }>): CommandOf =>
  (current) => {
    const { steps } = runbookFor(current);
    const meant = steps[step - 1];
    if (meant) return { kind: 'step', key: stepKey(meant), text: `${step}. ${meant.do}`, done };
    const text = `The runbook of ${current.id} has ${steps.length} steps.`;
    return { kind: 'refused', why: 'no-such-step', text };
  };

const commandOf = async (
  store: IncidentStore,
  request: Request,
): Promise<CommandOf | { readonly missing: string }> => {
  if (request.kind === 'step') return stepCommand(request);
  if (request.kind !== 'merge') return () => request;
  const into = await store.byId(request.intoId);
  return into ? () => ({ kind: 'merge', into }) : { missing: request.intoId };
};

const actBy = (
  current: Incident,
  command: CommandOf,
  by: Actor,
  how: { readonly policy: IncidentPolicy; readonly now: number },
): ActOutcome => {
  const meant = command(current);
  return 'why' in meant || 'incident' in meant ? meant : act(current, meant, by, how);
};

/** What a request was answered that the incident knows already; null: it does not. */
const answeredBefore = (incident: Incident, mark: RequestMark | null): ActResult | null => {
  const known = mark ? recalled(incident, mark) : 'new';
  if (known === 'conflict') return { kind: 'conflict' };
  return known === 'repeated' ? { kind: 'done', incident } : null;
};

const carryOut = async (
  { store, policy, clock }: ActDependencies,
  id: string,
  request: Request,
  by: Actor,
  key?: string,
): Promise<ActResult> => {
  const mark = key === undefined ? null : await markOf(key, { ...request, by: by.name });
  const found = await store.byId(id);
  if (!found) return { kind: 'not-found', id };
  const before = answeredBefore(found, mark);
  if (before) return before;
  const command = await commandOf(store, request);
  if ('missing' in command) return { kind: 'not-found', id: command.missing };

  let outcome: ActResult = { kind: 'archived', incident: found };
  await changeIncident(store, found, (current) => {
    if (current?.id !== id) {
      outcome = { kind: 'archived', incident: found };
      return null;
    }
    outcome = answeredBefore(current, mark) ?? actBy(current, command, by, { policy, now: clock.now() });
    if (outcome.kind !== 'done' || outcome.incident === current) return null;
    const { incident } = outcome;
    outcome = { kind: 'done', incident: mark ? withMark(incident, mark) : incident };
    return outcome.incident;
  });
  return outcome;
};

/**
 * Carries out what a person asks, by one conditional write that is tried again when somebody else was faster. Whatever
 * way it came (API, command line, link, chat), this is the one place.
 *
 * `key` names the request. What was done is remembered with it in the same write, as long as the timeline keeps the
 * entry: a repetition changes nothing and is answered `done` like the first, also when the answer of the store was lost
 * and the write is tried again. Without a key notes and updates are said twice when they are repeated. Throws
 * `incident.contended`; faults of the store pass through.
 */
export const actOnIncident = async (
  deps: ActDependencies,
  id: string,
  request: Request,
  by: Actor,
  key?: string,
): Promise<ActResult> => {
  const result = await carryOut(deps, id, request, by, key);
  // Of an incident that is not there the id may be anything.
  if (result.kind !== 'not-found')
    deps.onActed?.({ incident: id, action: request.kind, via: by.via, outcome: result.kind });
  return result;
};
