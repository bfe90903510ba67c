import { isDrill } from '../../incident/drill.ts';
import { isOpen, type TimelineEntry } from '../../incident/incident.ts';
import { QUESTIONS } from '../../runbook/index.ts';
import { type About, closedByHand, currentStatus, isAgainst, isGood } from '../about.ts';
import { inShort } from '../done.ts';
import { comingStep } from '../escalation.ts';
import { counted, listed } from '../layout.ts';
import { bothTimes, relative, utcTime } from '../time.ts';
import { actorWords, holderOf, nameOf } from '../who.ts';
import {
  actionsOf,
  affectedLines,
  firstAndLast,
  isMitigated,
  listOf,
  oneOrMany,
  severityText,
  stamp,
} from './common.ts';
import type { DraftField } from './write.ts';

const SHOWN = { evidence: 4, questions: 3 } as const;

/** Whose it is, after the status: `anna (Slack) has it since ...`. */
const ownership = ({ incident, now, timeZone }: About): string => {
  const { acknowledgement, assignee, mitigatedAt } = incident;
  const holder = holderOf(incident);
  return [
    ...(holder && acknowledgement
      ? [`${actorWords(holder)} has had it since ${bothTimes(acknowledgement.at, timeZone)}`]
      : [
          `nobody has it; respond by ${bothTimes(incident.respondBy, timeZone)}, ${relative(incident.respondBy, now)}`,
        ]),
    ...(assignee === undefined ? [] : [`assigned to ${nameOf(assignee)}`]),
    ...(incident.status === 'mitigated' && mitigatedAt !== undefined
      ? [`people are no longer hit since ${bothTimes(mitigatedAt, timeZone)}`]
      : []),
  ].join('; ');
};

const statusText = (about: About): string => {
  const { incident, timeZone } = about;
  const status = currentStatus(incident);
  if (isOpen(incident)) return `${status}: ${ownership(about)}.`;
  const by = closedByHand(incident);
  const when = bothTimes(incident.resolvedAt ?? incident.updatedAt, timeZone);
  const how = by ? `closed by ${actorWords(by)} at ${when}; not seen working` : `seen working at ${when}`;
  return `${status}: ${how}${incident.reviewed ? `; reviewed by ${actorWords(incident.reviewed.by)}` : ''}.`;
};

/** What is the case, as far as it is known. */
const conditions = (about: About): readonly string[] => {
  const { incident, show } = about;
  const isOver = !isOpen(incident);
  const seen = incident.evidence.filter(isOver ? isGood : isAgainst);
  return [
    show(incident.summary, 400),
    ...seen
      .slice(0, SHOWN.evidence)
      .map(
        (one) => `${stamp(one.at, about)} UTC ${one.kind}, ${show(one.probe, 60)}: ${show(one.summary, 200)}`,
      ),
    ...(incident.reopenings > 0 ? [`It has come back ${counted(incident.reopenings, 'time')}.`] : []),
    ...(incident.effects && incident.effects.length > 0
      ? [`It explains ${counted(incident.effects.length, 'other fault')}, not told on their own.`]
      : []),
    ...(incident.mergedInto
      ? [`It is part of ${show(incident.mergedInto.id, 60)} (${incident.mergedInto.cause}).`]
      : []),
  ];
};

/** An entry of the timeline as a line: who, and in whose words. */
export const actionLine = (entry: TimelineEntry, about: About): string => {
  const { at, kind, by, text } = entry;
  const words = about.show(text, 240);
  const when = `${stamp(at, about)} `;
  if (!by) return `${when}${words}`;
  if (kind === 'updated')
    return `${when}Update by ${actorWords(by)}${entry.audience ? ` for ${entry.audience}` : ''}: "${words}"`;
  if (kind === 'note') return `${when}Note by ${actorWords(by)}: "${words}"`;
  return `${when}${words} [${actorWords(by)}]`;
};

const takeIt = (about: About): readonly string[] => {
  const { incident, config, now, timeZone } = about;
  if (holderOf(incident)) return [];
  const next = comingStep(incident, config);
  const otherwise = next
    ? ` Otherwise ${listed(next.names)} ${next.names.length === 1 ? 'is' : 'are'} paged ${next.at > now ? `at ${utcTime(next.at)}` : 'next'}.`
    : '';
  return [
    `Somebody who takes it, by ${bothTimes(incident.respondBy, timeZone)}: npx claywatch incidents ack ${about.show(incident.id, 60)}.${otherwise}`,
  ];
};

/** What is missing: people, answers, decisions, work. */
const needs = (about: About): readonly string[] => {
  const { incident, entry } = about;
  if (!isOpen(incident)) return entry.afterwards;
  const next = inShort(incident, about.config);
  const work = isMitigated(about) ? `The cause is still there. ${next}` : next;
  return [
    ...takeIt(about),
    `To be done next: ${work}`,
    ...entry.questions
      .slice(0, SHOWN.questions)
      .map((id) => `An answer from somebody with Clay open: ${QUESTIONS[id].question}`),
  ];
};

const nextUpdate = ({ incident, timeZone, now }: About): string => {
  if (!isOpen(incident)) return 'None; the incident is resolved.';
  const { nextUpdateAt } = incident;
  return `${bothTimes(nextUpdateAt, timeZone)}, ${relative(nextUpdateAt, now)}, from whoever responds. Claywatch writes by itself when something changes, and when an update is due.`;
};

const resolution = (about: About): DraftField => {
  const { incident, entry } = about;
  const name = 'Resolution';
  if (isOpen(incident)) return { name, text: 'Not yet. It is over when:', items: entry.verify };
  const by = closedByHand(incident);
  if (by)
    return {
      name,
      text: `Closed by ${actorWords(by)}. It was not seen working. Whoever closed it makes sure of this:`,
      items: entry.verify,
    };
  if (isDrill(incident)) return { name, text: 'The DRILL is over. Nothing was wrong.' };
  if (incident.evidence[0]?.finding === 'not-watched')
    return { name, text: 'Closed because nothing watches it any more; whether it works is not known.' };
  const relapses = incident.reopenings === 0 ? '' : ` after ${counted(incident.reopenings, 'relapse')}`;
  return {
    name,
    text: `Seen working again${relapses}. What people did to repair it is known to Claywatch only as far as they noted it; add it here.`,
  };
};

/** The whole communication template, with conditions, actions and needs: what somebody needs who takes over. */
export const respondersFields = (about: About): readonly DraftField[] => {
  const { incident, entry, timeZone, view } = about;
  const actions = actionsOf(about).map((one) => actionLine(one, about));
  return [
    { name: 'Severity', text: severityText(about) },
    { name: 'Time detected', text: bothTimes(incident.detectedAt, timeZone) },
    { name: 'Impact', text: entry.impact },
    oneOrMany('Affected', affectedLines(about)),
    { name: 'Current Status', text: statusText(about) },
    { name: 'Conditions', items: conditions(about) },
    {
      name: 'Actions Taken (times in UTC)',
      items: firstAndLast(actions),
      ordered: true,
    },
    { name: isOpen(incident) ? 'Needs' : 'Needs (left to do)', items: listOf(needs(about), 8) },
    { name: 'Next Update', text: nextUpdate(about) },
    { name: 'Root Cause', text: `Likely, to be confirmed: ${entry.rootCause}` },
    resolution(about),
    { name: 'Prevention', items: entry.prevent },
    ...(view === undefined ? [] : [{ name: 'Incident', url: view }]),
  ];
};
