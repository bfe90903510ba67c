import { randomUUID } from 'node:crypto';
import { isoInstant } from '../../shared/clock.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import { dayOfId } from '../../shared/incident/id.ts';
import { type Incident, isOpen, type UpdateAudience } from '../../shared/incident/incident.ts';
import { type IncidentStore, newestFirst, type Place } from '../../shared/incident/store.ts';
import type { ProofLedger } from '../../shared/notify/proof.ts';
import { type ActDependencies, actOnIncident, type Request } from '../../shared/respond/act-on-incident.ts';
import type { ActResponse, DraftResponse, ListResponse } from '../../shared/respond/incident-shape.ts';
import { briefOf, detailOf } from '../../shared/respond/incident-view.ts';
import { type AccessOf, denial, type Granted } from '../http/access.ts';
import { actorOf } from '../http/actor.ts';
import { type HttpAnswer, json, problem } from '../http/answer.ts';
import type { PageEvent } from '../http/csrf.ts';
import { tagged } from '../http/entity-tag.ts';
import { readJsonBody } from '../http/json-body.ts';
import { headerOf } from '../http/request.ts';
import { answerPostmortem, type PostmortemDependencies } from './postmortem.ts';
import {
  ACTIONS,
  type ActionBody,
  cursorOf,
  draftQuery,
  idempotencyKey,
  isAction,
  listQuery,
  MAX_BODY_BYTES,
  placeAt,
  wrongPlaces,
} from './request.ts';
import { ROUTES } from './routes.ts';

export interface ApiDependencies extends ActDependencies, PostmortemDependencies {
  readonly store: IncidentStore;
  readonly access: AccessOf;
  readonly proof: Pick<ProofLedger, 'ofIncident'>;
  /** The words of the update that is due, by the templates of the runbook. */
  readonly draftFor: (incident: Incident, audience: UpdateAudience) => Promise<string>;
}

/** What is read of the event beside its body. */
export type IncidentsEvent = PageEvent;

const DEFAULT_SINCE_MS = 30 * 86_400_000;

const notFound = () => problem('incident.not-found');

const openAfter = (active: readonly Incident[], after: Place | null): readonly Incident[] =>
  active
    .filter((incident) => isOpen(incident) && (!after || newestFirst(after, incident) < 0))
    .toSorted(newestFirst);

const list = async ({ store, clock }: ApiDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  const query = listQuery.safeParse(Object.fromEntries(new URLSearchParams(event.rawQueryString)));
  if (!query.success) return problem('request.malformed', wrongPlaces(query.error));
  const { status, since, limit, cursor } = query.data;
  const now = clock.now();
  const from = since === undefined ? now - DEFAULT_SINCE_MS : Date.parse(since);
  const after = placeAt(cursor);
  // One more than is shown says whether anything comes after.
  const found =
    status === 'open'
      ? openAfter(await store.active(), after)
      : await store.list({ since: from, limit: limit + 1, ...(after && { after }) });
  const incidents = found.slice(0, limit);
  const last = incidents.at(-1);
  const body: ListResponse = {
    at: isoInstant(now),
    incidents: incidents.map(briefOf),
    next: last && found.length > limit ? cursorOf(last) : null,
  };
  return tagged(event, body);
};

const show = async (
  { store, proof, clock }: ApiDependencies,
  id: string,
  event: IncidentsEvent,
): Promise<HttpAnswer> => {
  const [incident, proofs, { showIncident }] = await Promise.all([
    store.byId(id),
    proof.ofIncident(id),
    import('../../shared/respond/show-incident.ts'),
  ]);
  return incident ? tagged(event, showIncident(incident, proofs, clock.now())) : notFound();
};

const draft = async (
  { store, draftFor, clock }: ApiDependencies,
  id: string,
  query: string | undefined,
): Promise<HttpAnswer> => {
  const asked = draftQuery.safeParse(Object.fromEntries(new URLSearchParams(query)));
  if (!asked.success) return problem('request.malformed', wrongPlaces(asked.error));
  const incident = await store.byId(id);
  if (!incident) return notFound();
  const { audience } = asked.data;
  const body: DraftResponse = {
    at: isoInstant(clock.now()),
    audience,
    text: await draftFor(incident, audience),
  };
  return json(200, body);
};

type ActionRead = ActionBody | { readonly answer: HttpAnswer };

const malformed = (detail: string): { readonly answer: HttpAnswer } => ({
  answer: problem('request.malformed', detail),
});

const readAction = (event: IncidentsEvent): ActionRead => {
  const action = event.pathParameters?.action ?? '';
  if (!isAction(action)) return malformed(`The actions are ${Object.keys(ACTIONS).join(', ')}.`);
  const read = readJsonBody(event, MAX_BODY_BYTES);
  if ('answer' in read) return read;
  const body = ACTIONS[action].safeParse(read.given);
  return body.success ? ({ action, body: body.data } as ActionBody) : malformed(wrongPlaces(body.error));
};

const text = (given: string | undefined) => (given === undefined ? {} : { text: given });

const requestOf = ({ action, body }: ActionBody): Request => {
  switch (action) {
    case 'mitigate':
      return { kind: 'mitigate', ...text(body.text) };
    case 'resolve':
      return { kind: 'resolve', force: body.force, ...text(body.text) };
    case 'note':
      return { kind: 'note', text: body.text };
    case 'update':
      return { kind: 'update', text: body.text, audience: body.audience };
    case 'assign':
      return { kind: 'assign', to: body.to };
    case 'severity':
      return { kind: 'set-severity', severity: body.severity, ...text(body.text) };
    case 'merge':
      return { kind: 'merge', intoId: body.into };
    case 'step':
      return { kind: 'step', step: body.step, done: body.done };
    default:
      return { kind: action };
  }
};

const isUnconfirmed = ({ action, body }: ActionBody): boolean =>
  action === 'update' && body.audience === 'public' && !body.confirmed;

const actOn = async (
  deps: ApiDependencies,
  id: string,
  event: IncidentsEvent,
  access: Granted,
): Promise<HttpAnswer> => {
  const read = readAction(event);
  if ('answer' in read) return read.answer;
  if (isUnconfirmed(read))
    return problem(
      'incident.refused',
      'Nothing goes outside before a person has confirmed it: read the words, and send them with "confirmed": true.',
      { why: 'unconfirmed' },
    );
  const key = idempotencyKey.safeParse(headerOf(event, 'idempotency-key') ?? randomUUID());
  if (!key.success)
    return problem('request.malformed', 'Idempotency-Key is not 1 to 255 printable ASCII characters.');
  const by = actorOf(access, event, read.body.by);
  const result = await actOnIncident(deps, id, requestOf(read), by, key.data);
  switch (result.kind) {
    case 'not-found':
      return result.id === id ? notFound() : problem('incident.not-found', 'There is none to merge it into.');
    case 'conflict':
      return problem('request.conflict');
    case 'archived':
      return problem('incident.refused', 'A newer incident has taken its place; it can only be read.', {
        why: 'archived',
      });
    case 'refused':
      return result.why === 'empty' || result.why === 'no-such-step'
        ? problem('request.malformed', result.text)
        : problem('incident.refused', result.text, { why: result.why });
    default: {
      const body: ActResponse = { outcome: result.kind, incident: detailOf(result.incident) };
      return json(200, body);
    }
  }
};

/**
 * `GET /v1/incidents`, `GET /v1/incidents/{id}`, its draft and its postmortem, and `POST /v1/incidents/{id}/{action}`: first who asks,
 * then whether they may, then what. Throws what the stores throw.
 */
export const answerApi = async (deps: ApiDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  const access = await deps.access(event);
  if (access.kind !== 'granted') return denial(access);
  const { id } = event.pathParameters ?? {};
  const acts = event.pathParameters?.action !== undefined;
  if (acts && access.role !== 'responder') return problem('request.forbidden');
  if (id === undefined) return list(deps, event);
  if (dayOfId(id) === null) return notFound();
  if (event.routeKey === ROUTES.draft) return draft(deps, id, event.rawQueryString);
  if (event.routeKey === ROUTES.postmortem) return answerPostmortem(deps, id, event.rawQueryString);
  if (!acts) return show(deps, id, event);
  try {
    return await actOn(deps, id, event, access);
  } catch (error) {
    // Nothing was written; it may be tried again at once.
    if (error instanceof ClaywatchError && error.code === 'incident.contended') return problem('overloaded');
    throw error;
  }
};
