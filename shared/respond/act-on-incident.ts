import type { Clock } from '../clock.ts';
import { type ActOutcome, act, type IncidentCommand } from '../incident/act.ts';
import { changeIncident } from '../incident/change.ts';
import type { Actor, Incident } from '../incident/incident.ts';
import type { IncidentPolicy } from '../incident/policy.ts';
import type { IncidentStore } from '../incident/store.ts';

export interface ActDependencies {
  readonly store: IncidentStore;
  readonly policy: IncidentPolicy;
  readonly clock: Pick<Clock, 'now'>;
}

/** As a client asks for it: another incident by its id. */
export type Request =
  | Exclude<IncidentCommand, { kind: 'merge' }>
  | { readonly kind: 'merge'; readonly intoId: string };

export type ActResult =
  | ActOutcome
  | { readonly kind: 'not-found'; readonly id: string }
  /** A newer incident of the same cause and subject has taken its place; it can only be read. */
  | { readonly kind: 'archived'; readonly incident: Incident };

const commandOf = async (
  store: IncidentStore,
  request: Request,
): Promise<IncidentCommand | { readonly missing: string }> => {
  if (request.kind !== 'merge') return request;
  const into = await store.byId(request.intoId);
  return into ? { kind: 'merge', into } : { missing: request.intoId };
};

/**
 * Carries out what a person asks, by one conditional write that is tried again when somebody else was faster. Whatever
 * way it came (API, command line, link, chat), this is the one place. Repeating it does no harm, but for notes and
 * updates, which are said twice. Throws `incident.contended`; faults of the store pass through.
 */
export const actOnIncident = async (
  { store, policy, clock }: ActDependencies,
  id: string,
  request: Request,
  by: Actor,
): Promise<ActResult> => {
  const command = await commandOf(store, request);
  if ('missing' in command) return { kind: 'not-found', id: command.missing };
  const found = await store.byId(id);
  if (!found) return { kind: 'not-found', id };

  let outcome: ActResult = { kind: 'archived', incident: found };
  await changeIncident(store, found, (current) => {
    if (current?.id !== id) {
      outcome = { kind: 'archived', incident: found };
      return null;
    }
    outcome = act(current, command, by, { policy, now: clock.now() });
    return outcome.kind === 'done' ? outcome.incident : null;
  });
  return outcome;
};
