import { type Actor, type Incident, isOpen, type UpdateAudience } from '../../shared/incident/incident.ts';
import type { Draft } from '../../shared/notify/drafts.ts';
import { actorWords, holderOf, nameOf } from '../../shared/notify/who.ts';
import type { Request } from '../../shared/respond/act-on-incident.ts';
import { briefOf, detailOf } from '../../shared/respond/incident-view.ts';
import { runbookOf } from '../../shared/respond/runbook-view.ts';
import type { StoreSource } from '../store.ts';
import { moment, time } from './amounts.ts';
import { hang, joined, jsonText, type Page, plain, plainLines } from './text.ts';
import { sourceText } from './usage.ts';

const TIMELINE = 30;

const holderText = (incident: Incident): string => {
  const holder = holderOf(incident);
  const assignee = incident.assignee === undefined ? '' : `, assigned to ${nameOf(incident.assignee)}`;
  return `${holder ? actorWords(holder) : isOpen(incident) ? 'nobody yet' : 'nobody'}${assignee}`;
};

const dueText = ({ respondBy, nextUpdateAt, status }: Incident, now: number): string => {
  const [what, at] =
    status === 'triggered' ? ['somebody must respond', respondBy] : ['the next update is due', nextUpdateAt];
  return at >= now ? `${what} in ${time(at - now)}` : `${what} since ${time(now - at)}`;
};

const whenText = (incident: Incident, now: number): string =>
  incident.resolvedAt === undefined
    ? `since ${moment(incident.detectedAt)}, ${time(now - incident.detectedAt)} ago`
    : `${moment(incident.detectedAt)} to ${moment(incident.resolvedAt)}, ${time(incident.resolvedAt - incident.detectedAt)}`;

const headLines = (incident: Incident, now: number, { style, width }: Page): string[] => {
  const { id, severity, status, title, subject, summary } = briefOf(incident);
  return [
    `${style.bold(id)}  ${severity}  ${status}`,
    ...hang('  ', `${title} (${subject})`, width),
    ...hang('  seen:    ', summary, width),
    ...hang('  when:    ', whenText(incident, now), width),
    ...hang('  who:     ', holderText(incident), width),
    ...(isOpen(incident) ? hang('  due:     ', dueText(incident, now), width) : []),
  ];
};

export const renderIncidents = (
  incidents: readonly Incident[],
  { source, now, all }: { readonly source: StoreSource; readonly now: number; readonly all: boolean },
  page: Page,
): string =>
  joined([
    ...hang('', `In ${sourceText(source)}:`, page.width),
    ...(incidents.length === 0
      ? [all ? 'No incident within the last 30 days.' : 'No incident is open.']
      : incidents.flatMap((incident, index) => [
          ...(index === 0 ? [] : ['']),
          ...headLines(incident, now, page),
        ])),
  ]);

/** Most entries name who did it; then only the way it came is left to say. */
const whoIn = (text: string, { name, via }: Actor): string => (text.includes(name) ? via : `${name}, ${via}`);

export const renderIncident = (
  incident: Incident,
  { source, now }: { readonly source: StoreSource; readonly now: number },
  page: Page,
): string => {
  const { timeline, steps, messages_owed: owed } = detailOf(incident);
  const { style, width } = page;
  const left = timeline.length - TIMELINE;
  const ticks = isOpen(incident) ? runbookOf(incident).steps : [];
  const tickAt = (index: number): string => {
    const by = ticks[index]?.done?.by;
    return by ? ` [done, ${by.name}, ${by.via}]` : '';
  };
  return joined([
    ...hang('', `In ${sourceText(source)}:`, width),
    ...headLines(incident, now, page),
    ...(owed === 0 ? [] : hang('  owed:    ', `messages still on their way: ${owed}`, width)),
    '',
    style.bold('What happened'),
    ...(left > 0 ? [`  ${left} entries before these; --json has all of them`] : []),
    ...timeline
      .slice(-TIMELINE)
      .flatMap(({ at, kind, text, by }) =>
        hang(
          `  ${at.slice(5, 16).replace('T', ' ')}  `,
          `${text === '-' ? kind : text}${by ? ` (${whoIn(text, by)})` : ''}`,
          width,
        ),
      ),
    '',
    style.bold(isOpen(incident) ? 'What to do' : 'What is left to do'),
    ...(steps.length === 0
      ? ['  Nothing.']
      : steps.flatMap((step, index) => hang(`  ${index + 1}. `, `${step}${tickAt(index)}`, width))),
  ]);
};

const DONE: Readonly<Record<Request['kind'], string>> = {
  acknowledge: 'Acknowledged. Nobody is paged any more.',
  unacknowledge: 'Given back. People are paged again.',
  mitigate: 'Mitigated.',
  resolve: 'Closed.',
  review: 'Reviewed.',
  note: 'Written down.',
  update: 'The update is on its way.',
  assign: 'Assigned.',
  'set-severity': 'The severity is set.',
  merge: 'Merged.',
  unmerge: 'On its own again.',
  step: 'The step is ticked, or its tick is taken back.',
};

export const renderActed = (
  incident: Incident,
  outcome: 'done' | 'unchanged',
  kind: Request['kind'],
  { width }: Page,
): string =>
  joined([
    outcome === 'done' ? DONE[kind] : 'It was so already; nothing was changed.',
    ...hang('', `${incident.id} is ${incident.status}; who has it: ${holderText(incident)}.`, width),
  ]);

/** As it can be copied: the subject, an empty line, the text. */
export const renderDraft = ({ subject, text, needsConfirmation }: Draft): string =>
  joined([
    plain(subject),
    '',
    plainLines(text).trimEnd(),
    ...(needsConfirmation
      ? ['', 'A draft. It goes outside only with a text of yours, --audience public and --confirm.']
      : []),
  ]);

const json = (document: Readonly<Record<string, unknown>>): string => jsonText({ version: 1, ...document });

export const renderIncidentsJson = (incidents: readonly Incident[], source: StoreSource): string =>
  json({ source, incidents: incidents.map(briefOf) });

export const renderIncidentJson = (incident: Incident, source: StoreSource): string =>
  json({ source, incident: detailOf(incident) });

export const renderActedJson = (incident: Incident, outcome: string, source: StoreSource): string =>
  json({ source, outcome, incident: detailOf(incident) });

export const renderDraftJson = (
  draft: Draft,
  {
    id,
    audience,
    source,
  }: { readonly id: string; readonly audience: UpdateAudience; readonly source: StoreSource },
): string => json({ source, outcome: 'draft', id, audience, draft });
