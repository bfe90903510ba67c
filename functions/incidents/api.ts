import { randomUUID } from 'node:crypto';
import { isoInstant } from '../../shared/clock.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import { dayOfId } from '../../shared/incident/id.ts';
import { isOpen } from '../../shared/incident/incident.ts';
import type { IncidentStore } from '../../shared/incident/store.ts';
import { type ActDependencies, actOnIncident, type Request } from '../../shared/respond/act-on-incident.ts';
import type { ActResponse, ListResponse, ShowResponse } from '../../shared/respond/incident-shape.ts';
import { briefOf, detailOf } from '../../shared/respond/incident-view.ts';
import { type HttpAnswer, json, problem } from '../http/answer.ts';
import { type HttpEvent, headerOf, readBody } from '../http/request.ts';
import type { AccessOf } from './access.ts';
import { answerPostmortem, type PostmortemDependencies } from './postmortem.ts';
import {
  ACTIONS,
  type ActionBody,
  idempotencyKey,
  isAction,
  listQuery,
  MAX_BODY_BYTES,
  wrongPlaces,
} from './request.ts';
import { ROUTES } from './routes.ts';

export interface ApiDependencies extends ActDependencies, PostmortemDependencies {
  readonly store: IncidentStore;
  readonly access: AccessOf;
}

/** What is read of the event beside its body. */
export type IncidentsEvent = HttpEvent & {
  readonly routeKey?: string;
  readonly rawQueryString?: string;
};

const DEFAULT_SINCE_MS = 30 * 86_400_000;
const LONGEST_NAME = 200;

const notFound = () => problem('incident.not-found');

const list = async ({ store, clock }: ApiDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  const query = listQuery.safeParse(Object.fromEntries(new URLSearchParams(event.rawQueryString)));
  if (!query.success) return problem('request.malformed', wrongPlaces(query.error));
  const { status, since, limit } = query.data;
  const now = clock.now();
  const from = since === undefined ? now - DEFAULT_SINCE_MS : Date.parse(since);
  const incidents =
    status === 'open'
      ? (await store.active()).filter(isOpen).toSorted((a, b) => b.openedAt - a.openedAt)
      : await store.list({ since: from, limit });
  const body: ListResponse = { at: isoInstant(now), incidents: incidents.slice(0, limit).map(briefOf) };
  return json(200, body);
};

const show = async ({ store, clock }: ApiDependencies, id: string): Promise<HttpAnswer> => {
  const incident = await store.byId(id);
  if (!incident) return notFound();
  const body: ShowResponse = { at: isoInstant(clock.now()), incident: detailOf(incident) };
  return json(200, body);
};

type ActionRead = ActionBody | { readonly answer: HttpAnswer };

const malformed = (detail: string): { readonly answer: HttpAnswer } => ({
  answer: problem('request.malformed', detail),
});

const readAction = (event: IncidentsEvent): ActionRead => {
  const action = event.pathParameters?.action ?? '';
  if (!isAction(action)) return malformed(`The actions are ${Object.keys(ACTIONS).join(', ')}.`);
  const read = readBody(event, MAX_BODY_BYTES);
  if (read.kind === 'too-large')
    return { answer: problem('request.too-large', `At most ${MAX_BODY_BYTES} bytes are taken.`) };
  if (read.kind === 'unsupported')
    return { answer: problem('request.unsupported', 'Send the body without a Content-Encoding.') };
  let given: unknown;
  try {
    given = read.text.trim() === '' ? {} : JSON.parse(read.text);
  } catch {
    return malformed('The body is not JSON.');
  }
  const body = ACTIONS[action].safeParse(given);
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
    default:
      return { kind: action };
  }
};

const isUnconfirmed = ({ action, body }: ActionBody): boolean =>
  action === 'update' && body.audience === 'public' && !body.confirmed;

/** The name they give: bounded here, made safe wherever it is shown. */
const nameIn = (event: IncidentsEvent, { body }: ActionBody): string =>
  (body.by ?? headerOf(event, 'x-claywatch-actor') ?? '').slice(0, LONGEST_NAME);

const actOn = async (deps: ApiDependencies, id: string, event: IncidentsEvent): Promise<HttpAnswer> => {
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
  const by = { name: nameIn(event, read), via: 'api' } as const;
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
      return result.why === 'empty'
        ? problem('request.malformed', result.text)
        : problem('incident.refused', result.text, { why: result.why });
    default: {
      const body: ActResponse = { outcome: result.kind, incident: detailOf(result.incident) };
      return json(200, body);
    }
  }
};

/**
 * `GET /v1/incidents`, `GET /v1/incidents/{id}`, its postmortem and `POST /v1/incidents/{id}/{action}`: first who asks,
 * then whether they may, then what. Throws what the stores throw.
 */
export const answerApi = async (deps: ApiDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  const access = await deps.access(event);
  if (access.kind === 'refused') return problem('request.unauthorized');
  if (access.kind === 'unavailable') return problem('overloaded');
  const { id } = event.pathParameters ?? {};
  const acts = event.pathParameters?.action !== undefined;
  if (acts && access.role !== 'responder') return problem('request.forbidden');
  if (id === undefined) return list(deps, event);
  if (dayOfId(id) === null) return notFound();
  if (event.routeKey === ROUTES.postmortem) return answerPostmortem(deps, id, event.rawQueryString);
  if (!acts) return show(deps, id);
  try {
    return await actOn(deps, id, event);
  } catch (error) {
    // Nothing was written; it may be tried again at once.
    if (error instanceof ClaywatchError && error.code === 'incident.contended') return problem('overloaded');
    throw error;
  }
};
