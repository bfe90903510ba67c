import type { Incident, PendingNotification } from '../incident/incident.ts';
import { RUNBOOK, type RunbookEntry } from '../runbook/index.ts';
import type { Relief } from './done.ts';
import { fitGsm7, SEGMENT_SEPTETS, septets, toGsm7 } from './gsm7.ts';
import { oneLine } from './text.ts';
import { duration, shortTime } from './time.ts';

/**
 * SNS puts the topic's display name before each SMS (AWS, CreateTopic: its first ten characters), e.g. `Claywatch> `;
 * text and prefix together must be one segment.
 */
const PREFIX_SEPTETS = 12;
export const TEXT_SEPTETS = SEGMENT_SEPTETS - PREFIX_SEPTETS;

/** Subjects that the title says already. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['clay', 'workspace', 'clay-api-key']);
/** Shorter than this, a subject or an installation says nothing; it is left out then. */
const SHORTEST = 6;

const opening = ({ transition, severity }: PendingNotification): string => {
  switch (transition) {
    case 'triggered':
      return `${severity} `;
    case 'reopened':
      return `${severity} AGAIN: `;
    case 'severity-raised':
    case 'severity-lowered':
      return `NOW ${severity}: `;
    case 'resolved':
      return `RESOLVED ${severity}: `;
  }
};

/** As much of a part as there is room for, or nothing. */
const optional = (before: string, text: string, room: number): string => {
  const left = room - septets(before);
  return text === '' || left < SHORTEST ? '' : `${before}${fitGsm7(text, left)}`;
};

const toDo = ({ sms, smsWhen }: RunbookEntry, relief: Relief | null): string =>
  (relief === 'hold' || relief === 'failover' ? smsWhen?.[relief] : undefined) ?? sms;
const leftToDo = ({ smsAfterwards, smsWhen }: RunbookEntry, relief: Relief | null): string =>
  (relief === 'done' ? smsWhen?.afterwards : undefined) ?? smsAfterwards;

/**
 * One SMS segment: severity, what is wrong, what to do, until when, and which incident. What to do, the deadline and
 * the id are always whole; the subject gives way first, then the installation, then the headline.
 */
export const renderSms = (
  incident: Incident,
  pending: PendingNotification,
  timeZone: string,
  installation: string,
  relief: Relief | null = null,
): string => {
  const entry = RUNBOOK[incident.cause];
  const id = fitGsm7(toGsm7(oneLine(incident.id, 30)), 24);
  const isOver = pending.transition === 'resolved';
  const end = isOver
    ? ` (${duration((incident.resolvedAt ?? incident.updatedAt) - incident.detectedAt)}). ${leftToDo(entry, relief)} ${id}`
    : `. ${toDo(entry, relief)} By ${shortTime(incident.respondBy, pending.createdAt, timeZone)} ${id}`;
  const start = opening(pending);
  const room = TEXT_SEPTETS - septets(start) - septets(end);
  const title = fitGsm7(entry.title, room);
  const where = optional(
    ' @',
    installation === 'claywatch' ? '' : toGsm7(installation),
    room - septets(title),
  );
  const subject = optional(
    ': ',
    SAYS_NOTHING.has(incident.subject) ? '' : toGsm7(oneLine(incident.subject, 80)),
    room - septets(title) - septets(where),
  );
  return `${start}${title}${subject}${where}${end}`;
};
