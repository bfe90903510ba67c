import type { Clock } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { type LinkCheck, type LinkPurpose, verifyLink } from '../../shared/link/token.ts';
import { oneLine } from '../../shared/notify/text.ts';
import { actorWords, holderOf } from '../../shared/notify/who.ts';
import { type ActDependencies, actOnIncident } from '../../shared/respond/act-on-incident.ts';
import { RUNBOOK } from '../../shared/runbook/index.ts';
import type { HttpAnswer } from '../http/answer.ts';
import { readBody } from '../http/request.ts';
import type { IncidentsEvent } from './api.ts';
import { html, type Markup, page } from './html.ts';

export interface LinkDependencies extends ActDependencies {
  /** The key that signs links; null: none is configured, so none is ours. */
  readonly key: () => Promise<string | null>;
  readonly clock: Pick<Clock, 'now'>;
}

const MAX_FORM_BYTES = 4_096;
const SENTENCE = 500;
const NAME = 80;

const message = (status: number, title: string, words: string): HttpAnswer =>
  page(status, title, html`<h1>${title}</h1>\n<p>${words}</p>`);

const HINT = 'Open the incident from a newer message, or run `claywatch incidents`.';
const notOurs = () =>
  message(400, 'This link does not work', `It is incomplete, was changed, or is for something else. ${HINT}`);
const expired = () => message(410, 'This link has expired', `Links work for a limited time. ${HINT}`);
const gone = () => message(404, 'This incident is not there', `It is no longer kept. ${HINT}`);
const tooLarge = () => message(413, 'That was too much', 'The form takes a name and nothing else.');

/** Told when something of ours failed; the press of a button must not end in a page of the browser's own. */
export const notNow = (): HttpAnswer =>
  page(
    503,
    'Not right now',
    html`<h1>Not right now</h1>\n<p>The incident could not be read or changed. Nothing was done. Try again in a moment.</p>`,
    { 'retry-after': '5' },
  );

const STATUS: Readonly<Record<Incident['status'], string>> = {
  triggered: 'Nobody has it yet',
  acknowledged: 'Somebody has it',
  mitigated: 'Mitigated',
  resolved: 'Resolved',
  reviewed: 'Resolved and reviewed',
};

const timeText = (epochMs: number): string =>
  `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const row = (name: string, value: string): Markup => html`<dt>${name}</dt><dd>${value}</dd>\n`;

const about = (incident: Incident): Markup => {
  const { title, impact } = RUNBOOK[incident.cause];
  const holder = holderOf(incident);
  return html`<h1>${incident.severity}: ${title}</h1>
<dl>
${[
  row('Incident', incident.id),
  row('About', oneLine(incident.subject, SENTENCE)),
  row('Seen', oneLine(incident.summary, SENTENCE)),
  row('Effect', impact),
  row('Since', timeText(incident.detectedAt)),
  row('Status', holder ? `${STATUS[incident.status]}: ${actorWords(holder)}` : STATUS[incident.status]),
]}</dl>`;
};

/** The form leads to the address it stands at, so the token is not repeated in the page. */
const form = html`<form method="post">
<label for="by">Your name, for the others</label>
<input id="by" name="by" maxlength="80" autocomplete="name">
<button type="submit">Acknowledge</button>
</form>`;

const titleOf = ({ id, severity }: Incident): string => `${severity} ${id}`;

const checked = async (
  { key, clock }: LinkDependencies,
  token: string,
  purposes: readonly LinkPurpose[],
): Promise<{ readonly check: LinkCheck; readonly purpose: LinkPurpose }> => {
  const known = await key();
  const none = { check: { kind: 'invalid' } as const, purpose: 'view' as const };
  if (known === null) return none;
  const checks = await Promise.all(
    purposes.map(async (purpose) => ({
      check: await verifyLink(known, token, purpose, clock.now()),
      purpose,
    })),
  );
  return checks.find(({ check }) => check.kind !== 'invalid') ?? none;
};

/** `GET /i/{token}`: what the incident is, and at most one button. Opening it changes nothing, however often. */
export const openLink = async (deps: LinkDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  const token = event.pathParameters?.token ?? '';
  const { check, purpose } = await checked(deps, token, ['acknowledge', 'view']);
  if (check.kind === 'invalid') return notOurs();
  if (check.kind === 'expired') return expired();
  const incident = await deps.store.byId(check.incidentId);
  if (!incident) return gone();
  const offers = purpose === 'acknowledge' && incident.status === 'triggered';
  return page(200, titleOf(incident), html`${about(incident)}\n${offers ? form : ''}`);
};

const withNotice = (status: number, incident: Incident, notice: string): HttpAnswer =>
  page(status, titleOf(incident), html`<p role="status"><strong>${notice}</strong></p>\n${about(incident)}`);

const acknowledged = async (deps: LinkDependencies, id: string, name: string): Promise<HttpAnswer> => {
  const by = { name: name.trim() || 'somebody with the link', via: 'link' } as const;
  const result = await actOnIncident(deps, id, { kind: 'acknowledge' }, by);
  switch (result.kind) {
    case 'done':
      return withNotice(200, result.incident, 'Acknowledged. Nobody is paged any more.');
    case 'unchanged':
      return withNotice(200, result.incident, 'Somebody has it already; nothing was changed.');
    case 'not-found':
      return gone();
    case 'archived':
      return withNotice(409, result.incident, 'It is over; nothing was changed.');
    case 'refused':
      return message(409, 'Nothing was changed', result.text);
  }
};

/** `POST /i/{token}`, the button: acknowledges. Pressing it again changes nothing. */
export const pressLink = async (deps: LinkDependencies, event: IncidentsEvent): Promise<HttpAnswer> => {
  const token = event.pathParameters?.token ?? '';
  const { check } = await checked(deps, token, ['acknowledge']);
  if (check.kind === 'invalid') return notOurs();
  if (check.kind === 'expired') return expired();
  const body = readBody(event, MAX_FORM_BYTES);
  if (body.kind !== 'text') return tooLarge();
  const name = (new URLSearchParams(body.text).get('by') ?? '').slice(0, NAME);
  return acknowledged(deps, check.incidentId, name);
};
