import type { Config } from '../config/schema.ts';
import { type Incident, isPage, type PendingNotification } from '../incident/incident.ts';
import { runbookFor } from '../runbook/index.ts';
import { closedByHand, endOf, eventOf, isReminder } from './about.ts';
import { inShort, leftInShort } from './done.ts';
import { stepOf } from './escalation.ts';
import { fitGsm7, SEGMENT_SEPTETS, septets, TWO_SEGMENTS_SEPTETS, toGsm7 } from './gsm7.ts';
import type { MessageLinks } from './links.ts';
import { oneLine } from './text.ts';
import { duration, shortTime } from './time.ts';
import { nameOf, pagedNames } from './who.ts';

/**
 * SNS puts the topic's display name before each SMS (AWS, CreateTopic: its first ten characters), e.g. `Claywatch> `;
 * text and prefix together must be one segment.
 */
const PREFIX_SEPTETS = 12;
export const TEXT_SEPTETS = SEGMENT_SEPTETS - PREFIX_SEPTETS;
/** With a link to take it, in a page: worth a second segment, and never a third. */
export const LINKED_SEPTETS = TWO_SEGMENTS_SEPTETS - PREFIX_SEPTETS;

/** Subjects that the title says already. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['clay', 'workspace', 'clay-api-key']);
/** Shorter than this, a subject or an installation says nothing; it is left out then. */
const SHORTEST = 6;
/** A name within the first words; the mail has it whole. */
const NAME_SEPTETS = 16;

interface Sms {
  readonly incident: Incident;
  readonly pending: PendingNotification;
  readonly config: Config;
}

const byWhom = ({ incident, pending }: Sms): string => {
  const by = eventOf(incident, pending)?.by;
  const name = by ? toGsm7(nameOf(by.name)) : '';
  return name === '' ? '' : ` by ${fitGsm7(name, NAME_SEPTETS)}`;
};

/** What happened; who did it where that is the news. */
const opening = (sms: Sms): string => {
  const { incident, pending } = sms;
  const { transition, severity } = pending;
  if (isReminder(incident, pending)) return `${severity} STILL: `;
  switch (transition) {
    case 'triggered':
      return `${severity} `;
    case 'reopened':
      return `${severity} AGAIN: `;
    case 'severity-raised':
    case 'severity-lowered':
      return `NOW ${severity}: `;
    case 'acknowledged':
      return `ACKED ${severity}${byWhom(sms)}: `;
    case 'acknowledgement-stale':
      return `${severity} NO OWNER: `;
    case 'escalated':
      return `${severity} NOT ACKED: `;
    case 'mitigated':
      return `MITIGATED ${severity}${byWhom(sms)}: `;
    case 'update-due':
      return `UPDATE DUE ${severity}: `;
    case 'updated':
      return `UPDATE ${severity}${byWhom(sms)}: `;
    case 'resolved':
      return closedByHand(incident, pending)
        ? `${severity} CLOSED BY HAND, NOT SEEN WORKING: `
        : `RESOLVED ${severity}: `;
  }
};

/** What to do and until when, or when there is news; always whole. */
const closing = ({ incident, pending, config }: Sms): string => {
  const time = (at: number) => shortTime(at, pending.createdAt, config.incidents.calendar.timeZone);
  if (pending.transition === 'resolved') {
    const took = ` (${duration(endOf(incident) - incident.detectedAt)}).`;
    return closedByHand(incident, pending) ? took : `${took} ${leftInShort(incident, config)}`;
  }
  if (pending.transition === 'update-due') return `. Write it now. Next by ${time(incident.nextUpdateAt)}`;
  if (!isPage(pending) && incident.status !== 'triggered')
    return `. Next update ${time(incident.nextUpdateAt)}`;
  if (pending.transition === 'updated') return `. Respond by ${time(incident.respondBy)}`;
  const isOverdue = incident.respondBy < pending.createdAt;
  return `. ${inShort(incident, config)} ${isOverdue ? 'Due' : 'By'} ${time(incident.respondBy)}`;
};

/** Which step, and whom it pages; or who set the severity. */
const aside = (sms: Sms): string => {
  const { incident, pending, config } = sms;
  if (pending.transition === 'severity-raised' || pending.transition === 'severity-lowered')
    return byWhom(sms).trim();
  if (pending.transition !== 'escalated') return '';
  const step = stepOf(incident, pending, config);
  const names = pagedNames(pending.to ?? [], pending.createdAt, config).join(', ');
  return `${step ? `step ${step.number}/${step.total}: ` : ''}${names}`;
};

/** What it is about; of an update its words instead. */
const matter = ({ incident, pending }: Sms): string => {
  if (pending.transition === 'updated') return toGsm7(oneLine(pending.text ?? '', 140)).replace(/\.$/, '');
  return SAYS_NOTHING.has(incident.subject) ? '' : toGsm7(oneLine(incident.subject, 80));
};

/** As much of a part as there is room for, or nothing. */
const optional = (before: string, text: string, after: string, room: number): string => {
  const left = room - septets(before) - septets(after);
  return text === '' || left < SHORTEST ? '' : `${before}${fitGsm7(text, left)}${after}`;
};

/**
 * One SMS segment: severity, what is wrong, what to do, until when, and which incident. What to do, the deadline and
 * the id are always whole. Of the rest, what comes last gives way first: the headline, the installation, the subject
 * (of an update its words), a link, who did it or is paged. A link is whole or not there, and nothing but these names
 * gives way to it; the link by which somebody takes it makes a second segment where the first has no room.
 */
export const renderSms = (
  incident: Incident,
  pending: PendingNotification,
  config: Config,
  more: { readonly links: MessageLinks; readonly alsoAbout: readonly string[] } = {
    links: {},
    alsoAbout: [],
  },
): string => {
  const sms: Sms = { incident, pending, config };
  const id = fitGsm7(toGsm7(oneLine(incident.id, 30)), 24);
  const start = opening(sms);
  const end = `${closing(sms)} ${id}`;
  const room = TEXT_SEPTETS - septets(start) - septets(end);

  const title = fitGsm7(runbookFor(incident).title, room);
  const installation = config.installation === 'claywatch' ? '' : toGsm7(config.installation);
  const where = optional(' @', installation, '', room - septets(title));
  const others = more.alsoAbout.length === 0 ? '' : ` +${more.alsoAbout.length}`;
  const what = matter(sms);
  const subject = optional(': ', what, others, room - septets(title) - septets(where));
  const left = room - septets(title) - septets(where) - septets(subject);

  // Where something was cut there is no room left, so a link never costs more than the names.
  const link = ` ${more.links.acknowledge ?? more.links.view ?? ''}`;
  const shown = link !== ' ' && septets(link) <= left ? link : '';
  const names = optional(' (', toGsm7(aside(sms)), ')', left - septets(shown));
  const text = `${start}${title}${subject}${where}${names}${end}${shown}`;
  const takes = ` ${more.links.acknowledge ?? ''}`;
  const isApart = shown === '' && takes !== ' ' && septets(text) + septets(takes) <= LINKED_SEPTETS;
  return isApart ? `${text}${takes}` : text;
};
