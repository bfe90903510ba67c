import type { Clock } from '../clock.ts';
import { type ActOutcome, act, type IncidentCommand } from '../incident/act.ts';
import { changeIncident } from '../incident/change.ts';
import type { Actor, Incident, RequestMark } from '../incident/incident.ts';
import type { IncidentPolicy } from '../incident/policy.ts';
import type { IncidentStore } from '../incident/store.ts';
import { markOf, recalled, withMark } from './request-mark.ts';

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

/** As a client asks for it: another incident by its id. */
export type Request =
  | Exclude<IncidentCommand, { kind: 'merge' }>
  | { readonly kind: 'merge'; readonly intoId: string };

export type ActResult =
  | ActOutcome
  | { readonly kind: 'not-found'; readonly id: string }
  /** A newer incident of the same cause and subject has taken its place; it can only be read. */
  | { readonly kind: 'archived'; readonly incident: Incident }
  /** The key of the request was used before, for something else. */
  | { readonly kind: 'conflict' };

const commandOf = async (
  store: IncidentStore,
  request: Request,
): Promise<IncidentCommand | { readonly missing: string }> => {
  if (request.kind !== 'merge') return request;
  const into = await store.byId(request.intoId);
  return into ? { kind: 'merge', into } : { missing: request.intoId };
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
    outcome = answeredBefore(current, mark) ?? act(current, command, by, { policy, now: clock.now() });
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
