import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import { type Incident, isOpen } from '../../shared/incident/incident.ts';
import { type LinkCheck, type LinkPurpose, verifyLink } from '../../shared/link/token.ts';
import { oneLine } from '../../shared/notify/text.ts';
import { bothTimes, relative } from '../../shared/notify/time.ts';
import { actorWords, holderOf } from '../../shared/notify/who.ts';
import { type ActDependencies, actOnIncident } from '../../shared/respond/act-on-incident.ts';
import { runbookFor, type Step } from '../../shared/runbook/index.ts';
import type { HttpAnswer } from '../http/answer.ts';
import { readBody } from '../http/request.ts';
import type { IncidentsEvent } from './api.ts';
import { html, type Markup, page } from './html.ts';

export interface LinkDependencies extends ActDependencies {
  /** The keys that sign links, the current one first; empty: none is configured, so none is ours. */
  readonly keys: () => Promise<readonly string[]>;
  readonly clock: Pick<Clock, 'now'>;
  /** Times are said in UTC, and in this zone too where one is given. */
  readonly timeZone?: string;
}

const MAX_FORM_BYTES = 4_096;
const SENTENCE = 500;
const NAME = 80;

const message = (status: number, title: string, words: Markup): HttpAnswer =>
  page(status, title, html`<h1>${title}</h1>\n<p>${words}</p>`);

const HINT = html`Open the incident from a newer message, or run <code>claywatch incidents</code>.`;
const notOurs = () =>
  message(
    400,
    'This link does not work',
    html`It is incomplete, was changed, or is for something else. ${HINT}`,
  );
const expired = () => message(410, 'This link has expired', html`Links work for a limited time. ${HINT}`);
const gone = () => message(404, 'This incident is not there', html`It is no longer kept. ${HINT}`);
const tooLarge = () =>
  message(413, 'That was too much', html`The form takes a name and nothing else. Nothing was changed.`);

/** Told when something of ours failed; the press of a button must not end in a page of the browser's own. */
export const notNow = (): HttpAnswer =>
  page(
    503,
    'Not right now',
    html`<h1>Not right now</h1>\n<p>The incident could not be read or changed at this moment. Open the link again: the page says who has it.</p>`,
    { 'retry-after': '5' },
  );

const STATUS: Readonly<Record<Incident['status'], string>> = {
  triggered: 'Nobody has it yet',
  acknowledged: 'Somebody has it',
  mitigated: 'Mitigated',
  resolved: 'Resolved',
  reviewed: 'Resolved and reviewed',
};

const stateOf = (incident: Incident): string => {
  const holder = holderOf(incident);
  if (!holder) return STATUS[incident.status];
  const has = `${actorWords(holder)} has it`;
  return incident.status === 'mitigated' ? `${STATUS.mitigated}; ${has}` : has;
};

/** What a page is written with. */
interface Reader {
  readonly now: number;
  readonly timeZone: string;
}

const when = (at: number, { now, timeZone }: Reader): string =>
  `${bothTimes(at, timeZone)}, ${relative(at, now)}`;

const row = (name: string, value: string | undefined): Markup =>
  value === undefined ? html`` : html`<dt>${name}</dt><dd>${value}</dd>\n`;

const details = (incident: Incident, reader: Reader): Markup => html`<h2>What was seen</h2>
<dl>
${[
  row('About', oneLine(incident.subject, SENTENCE)),
  row('Seen', oneLine(incident.summary, SENTENCE)),
  row('Since', when(incident.detectedAt, reader)),
  row('Until', incident.resolvedAt === undefined ? undefined : when(incident.resolvedAt, reader)),
  row('Respond by', incident.status === 'triggered' ? when(incident.respondBy, reader) : undefined),
  row('Part of', incident.mergedInto?.id),
  row('Incident', incident.id),
]}</dl>`;

const step = ({ do: what, where, expect }: Step): Markup => html`<li><p>${what}</p>
${where === undefined ? '' : html`<p class="quiet">Where: ${where}</p>\n`}${
  expect === undefined ? '' : html`<p class="quiet">Expect: ${expect}</p>\n`
}</li>
`;

const todo = (incident: Incident): Markup => {
  const { steps, afterwards } = runbookFor(incident);
  const all: readonly Step[] = isOpen(incident) ? steps : afterwards.map((text) => ({ do: text }));
  if (all.length === 0) return html``;
  return html`<h2>${isOpen(incident) ? 'What to do now' : 'What is left to do'}</h2>
<ol>
${all.map(step)}</ol>`;
};

/** What is wrong and who has it come first, then the button: the rest is for whoever has it. */
const about = (incident: Incident, reader: Reader, act: Markup = html``): Markup => {
  const { title, impact } = runbookFor(incident);
  return html`<h1>${incident.severity}: ${title}</h1>
<p class="state">${stateOf(incident)}</p>
${isOpen(incident) ? html`<p>${impact}</p>` : ''}
${act}
${details(incident, reader)}
${todo(incident)}`;
};

/** The form leads to the address it stands at, so the token is not repeated in the page. */
const form = html`<form method="post">
<label for="by">Your name, for the others (may stay empty)</label>
<input id="by" name="by" maxlength="80" autocomplete="name">
<button type="submit">Acknowledge</button>
<p class="quiet">Then nobody is paged any more, and everybody hears that you have it.</p>
</form>`;

/** How to acknowledge with a link that is only for looking. */
const elsewhere = ({ id }: Incident): Markup =>
  html`<p class="quiet">This link only shows it. To acknowledge, open the link of a page, or run <code>claywatch incidents ack ${id}</code>.</p>`;

const titleOf = ({ id, severity }: Incident): string => `${severity} ${id}`;

const readerOf = ({ clock, timeZone = 'UTC' }: LinkDependencies): Reader => ({ now: clock.now(), timeZone });

const checked = async (
  { keys, clock }: LinkDependencies,
  token: string,
  purposes: readonly LinkPurpose[],
): Promise<{ readonly check: LinkCheck; readonly purpose: LinkPurpose }> => {
  const none = { check: { kind: 'invalid' } as const, purpose: 'view' as const };
  const known = await keys();
  const checks = await Promise.all(
    known.flatMap((key) =>
      purposes.map(async (purpose) => ({
        check: await verifyLink(key, token, purpose, clock.now()),
        purpose,
      })),
    ),
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
  const offer = purpose === 'acknowledge' ? form : elsewhere(incident);
  const act = incident.status === 'triggered' ? offer : html``;
  return page(200, titleOf(incident), about(incident, readerOf(deps), act));
};

const withNotice = (deps: LinkDependencies, status: number, incident: Incident, notice: string): HttpAnswer =>
  page(status, titleOf(incident), html`<p role="status">${notice}</p>\n${about(incident, readerOf(deps))}`);

const hasIt = (incident: Incident): string => {
  const holder = holderOf(incident);
  return holder
    ? `${actorWords(holder)} has it already; nothing was changed.`
    : 'It was so already; nothing was changed.';
};

const acknowledged = async (deps: LinkDependencies, id: string, name: string): Promise<HttpAnswer> => {
  const by = { name: name.trim() || 'somebody with the link', via: 'link' } as const;
  const result = await actOnIncident(deps, id, { kind: 'acknowledge' }, by, randomUUID());
  switch (result.kind) {
    case 'done':
      return withNotice(deps, 200, result.incident, 'Acknowledged. Nobody is paged any more.');
    case 'unchanged':
      return withNotice(deps, 200, result.incident, hasIt(result.incident));
    case 'not-found':
      return gone();
    case 'archived':
      return withNotice(deps, 409, result.incident, 'It is over; nothing was changed.');
    case 'refused':
      return message(409, 'Nothing was changed', html`${result.text}`);
    case 'conflict':
      return message(409, 'Nothing was changed', HINT);
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
