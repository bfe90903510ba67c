import { type IncidentAction, isOpen, type TimelineEntry } from '../../incident/incident.ts';
import { NO_PUBLIC_IMPACT } from '../../runbook/index.ts';
import { type About, closedByHand, currentStatus, endOf } from '../about.ts';
import { isMitigated } from '../done.ts';
import { bothTimes, duration, relative } from '../time.ts';
import { actionsOf, affectedLines, firstAndLast, oneOrMany, severityText, stamp } from './common.ts';
import { publicImpactOf } from './public.ts';
import type { DraftField } from './write.ts';

const STATUS: Readonly<Record<ReturnType<typeof currentStatus>, string>> = {
  Investigating: 'the team has been alerted.',
  Identified: 'a colleague is working on it.',
  Mitigating: 'it is getting better and is not over yet.',
  Resolved: 'it works again.',
};

const statusText = ({ incident }: About): string => {
  const status = currentStatus(incident);
  const isContained = incident.status === 'mitigated';
  if (closedByHand(incident)) return `${status}: the team has closed it; it was not yet seen working.`;
  if (isContained) return `${status}: the effects have been contained; the cause is being worked on.`;
  return isOpen(incident) && isMitigated(incident)
    ? `${status}: a countermeasure is in place; the cause is being worked on.`
    : `${status}: ${STATUS[status]}`;
};

const WORDS: Partial<Record<TimelineEntry['kind'], string>> = {
  triggered: 'Noticed automatically; the team was alerted.',
  reopened: 'It came back; the team was alerted again.',
  'severity-raised': 'It turned out to be more severe.',
  'severity-lowered': 'It became less severe.',
  'severity-set': 'The team rated its severity anew.',
  acknowledged: 'A colleague took it on.',
  'acknowledgement-stale': 'The team was alerted again.',
  unacknowledged: 'Handed over; the team was alerted again.',
  escalated: 'More colleagues were alerted.',
  mitigated: 'The effects were contained.',
};

const COUNTERMEASURE = 'A countermeasure was taken automatically.';
/** Null where nothing was changed. */
const MEASURES: Readonly<Record<IncidentAction['kind'], string | null>> = {
  hold: COUNTERMEASURE,
  failover: COUNTERMEASURE,
  resume: 'Sending of records started again.',
  overruled: null,
  reconcile: null,
};

/** Without names, notes and internals; an update only when it was written for them or for everybody. */
const plainAction = (entry: TimelineEntry, { incident, show }: About): string | null => {
  const { kind, by, audience, text } = entry;
  if (kind === 'updated')
    return audience === 'stakeholders' || audience === 'public'
      ? `The team says: "${show(text, 400)}"`
      : null;
  if (kind === 'resolved') return by ? 'The team closed it.' : 'It was seen working again.';
  if (kind === 'action') {
    const what = incident.actions?.find((action) => action.text === text)?.kind;
    return what === undefined ? COUNTERMEASURE : MEASURES[what];
  }
  return WORDS[kind] ?? null;
};

const actions = (about: About): readonly string[] => {
  const lines = actionsOf(about).flatMap((entry) => {
    const text = plainAction(entry, about);
    return text === null ? [] : [{ text, at: entry.at }];
  });
  // Said once, however often it happened in a row.
  const told = lines.filter(({ text }, index) => text !== lines[index - 1]?.text);
  return firstAndLast(
    told.map(({ at, text }) => `${stamp(at, about)} ${text}`),
    6,
  );
};

const meaning = ({ incident, entry }: About): string => {
  const isHarmless = entry.publicImpact === NO_PUBLIC_IMPACT;
  if (!isOpen(incident) && !isHarmless) return publicImpactOf(incident);
  return isHarmless ? 'Nothing changes for you at the moment.' : publicImpactOf(incident);
};

const resolution = ({ incident, timeZone }: About): string => {
  if (isOpen(incident)) return 'Not yet.';
  const end = endOf(incident);
  const took = `after ${duration(end - incident.detectedAt)}`;
  return closedByHand(incident)
    ? `Closed by the team at ${bothTimes(end, timeZone)}, ${took}; not yet seen working.`
    : `Working again since ${bothTimes(end, timeZone)}, ${took}.`;
};

/** What those need to know whose work depends on it: what it means, how it stands, when they hear more. */
export const stakeholdersFields = (about: About): readonly DraftField[] => {
  const { incident, entry, timeZone, now } = about;
  const { nextUpdateAt } = incident;
  return [
    { name: 'Severity', text: severityText(about) },
    { name: 'Time detected', text: bothTimes(incident.detectedAt, timeZone) },
    { name: 'Impact', text: entry.impact },
    { name: 'What it means for you', text: meaning(about) },
    oneOrMany('Affected', affectedLines(about)),
    { name: 'Current Status', text: statusText(about) },
    { name: 'Actions Taken (times in UTC)', items: actions(about), ordered: true },
    {
      name: 'Next Update',
      text: isOpen(incident)
        ? `${bothTimes(nextUpdateAt, timeZone)}, ${relative(nextUpdateAt, now)}, or as soon as something changes.`
        : 'None; the incident is resolved.',
    },
    { name: 'Root Cause', text: `To be confirmed; it looks like this: ${entry.title}.` },
    { name: 'Resolution', text: resolution(about) },
    { name: 'Prevention', text: 'Follows with the review of the incident.' },
  ];
};
