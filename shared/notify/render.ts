import type { Config } from '../config/schema.ts';
import { answerBy } from '../incident/escalation.ts';
import { type Incident, isPage, type PendingNotification, type Transition } from '../incident/incident.ts';
import { runbookFor } from '../runbook/index.ts';
import { closedByHand, eventOf, isReminder } from './about.ts';
import { feedOf } from './affected.ts';
import { audienceOf } from './audience.ts';
import { bulletinOf } from './bulletin.ts';
import { renderEmail } from './email/render-email.ts';
import { stepOf } from './escalation.ts';
import { knownHosts } from './known-hosts.ts';
import { type LinksOf, shownLinks } from './links.ts';
import type { RenderNotification } from './publisher.ts';
import { routingAttributes } from './routing.ts';
import { renderSms } from './sms.ts';
import { ascii, cut, oneLine } from './text.ts';
import { nameOf } from './who.ts';

/** SNS: less than 100 characters, printable ASCII, no line break. */
const SUBJECT_CHARACTERS = 99;

const byWhom = (incident: Incident, pending: PendingNotification): string => {
  const by = eventOf(incident, pending)?.by;
  const name = by ? ascii(cut(nameOf(by.name), 20)) : '';
  return name === '' ? '' : ` by ${name}`;
};

const stepWords = (incident: Incident, pending: PendingNotification, config: Config): string => {
  const step = stepOf(incident, pending, config);
  return step ? `, step ${step.number} of ${step.total}` : '';
};

const WORDS: Readonly<
  Record<Transition, (incident: Incident, pending: PendingNotification, config: Config) => string>
> = {
  triggered: () => 'triggered',
  reopened: () => 'opened again',
  'severity-raised': (incident, pending) => `raised to ${pending.severity}${byWhom(incident, pending)}`,
  'severity-lowered': (incident, pending) => `lowered to ${pending.severity}${byWhom(incident, pending)}`,
  acknowledged: (incident, pending) => `acknowledged${byWhom(incident, pending)}`,
  'acknowledgement-stale': () => 'nobody has it any more',
  escalated: (incident, pending, config) => `not acknowledged${stepWords(incident, pending, config)}`,
  mitigated: (incident, pending) => `mitigated${byWhom(incident, pending)}`,
  'update-due': () => 'update due',
  updated: (incident, pending) => `update${byWhom(incident, pending)}`,
  resolved: (incident, pending) =>
    closedByHand(incident, pending) ? 'closed by hand, not seen working' : 'resolved',
};

/** `[P1] Clay is down (clay) - triggered`; an installation with a name of its own comes last. */
const renderSubject = (
  incident: Incident,
  pending: PendingNotification,
  config: Config,
  others: number,
): string => {
  const start = `[${pending.severity}] ${runbookFor(incident).title}`;
  const where = config.installation === 'claywatch' ? '' : ` - ${config.installation}`;
  const happened = isReminder(incident, pending)
    ? 'still not acknowledged'
    : WORDS[pending.transition](incident, pending, config);
  const end = ` - ${happened}${where}`;
  const subject = ascii(oneLine(incident.subject, 80));
  const also = others === 0 ? '' : ` +${others}`;
  const room = SUBJECT_CHARACTERS - start.length - end.length - also.length - ' ()'.length;
  return cut(
    subject === '' || room < 4 ? `${start}${end}` : `${start} (${cut(subject, room)}${also})${end}`,
    SUBJECT_CHARACTERS,
  );
};

/** SNS takes any text; receivers get along best with names. */
const attribute = (text: string): string => cut(text.replace(/[^A-Za-z0-9._:/-]/g, '_'), 200) || 'none';

/** Later than this after it arose, a message says so. */
const LATE_MS = 5 * 60_000;

/** What is asked of people counts from when they are asked: a page that was held back gives them the whole deadline. */
const asPagedAt = (
  incident: Incident,
  pending: PendingNotification,
  sentAt: number,
  { incidents }: Config,
): Incident =>
  isPage(pending) && incident.status === 'triggered' && !incident.paged
    ? {
        ...incident,
        respondBy: answerBy({ ...incident, paged: { at: sentAt, severity: pending.severity } }, incidents),
      }
    : incident;

/**
 * Renders messages for one installation; pure, total, and the same for the same incident and message. Nothing that
 * others wrote (evidence, subjects, names of probes, notes of people) can break a line, pass for a heading, be clicked,
 * or make a message too long. `links` makes what e-mail and SMS link to; the acknowledge link is shown in pages only.
 */
export const createRenderer = (config: Config, links: LinksOf | null = null): RenderNotification => {
  const hosts = knownHosts(config);
  return (owed, pending, { alsoAbout = [], sentAt } = {}) => {
    const lateAt = sentAt !== undefined && sentAt - pending.createdAt > LATE_MS ? sentAt : undefined;
    const incident = lateAt === undefined ? owed : asPagedAt(owed, pending, lateAt, config);
    const { view, acknowledge } = shownLinks(incident, pending, links);
    const mayTake = isPage(pending) && incident.status === 'triggered';
    const shown = { ...(view && { view }), ...(acknowledge && mayTake && { acknowledge }) };
    return {
      id: pending.id,
      incidentId: incident.id,
      subject: renderSubject(incident, pending, config, alsoAbout.length),
      emailText: renderEmail(incident, pending, config, {
        ...{ hosts, links: shown, alsoAbout },
        ...(lateAt !== undefined && { lateAt }),
      }),
      smsText: renderSms(incident, pending, config, { links: shown, alsoAbout }),
      attributes: {
        severity: pending.severity,
        audience: audienceOf(incident, pending),
        cause: incident.cause,
        feed: feedOf(incident, config) ?? 'none',
        transition: pending.transition,
        incident_id: attribute(incident.id),
        installation: attribute(config.installation),
        ...routingAttributes(pending),
      },
      bulletin: bulletinOf(incident, pending, config, { alsoAbout, url: view ?? null }),
    };
  };
};
