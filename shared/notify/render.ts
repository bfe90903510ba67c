import type { Config } from '../config/schema.ts';
import type { Incident, PendingNotification, Transition } from '../incident/incident.ts';
import { RUNBOOK } from '../runbook/index.ts';
import { feedOf } from './affected.ts';
import { audienceOf } from './audience.ts';
import { reliefOf } from './done.ts';
import { renderEmail } from './email/render-email.ts';
import { knownHosts } from './known-hosts.ts';
import type { RenderNotification } from './publisher.ts';
import { renderSms } from './sms.ts';
import { ascii, cut, oneLine } from './text.ts';

/** SNS: less than 100 characters, printable ASCII, no line break. */
const SUBJECT_CHARACTERS = 99;

const WORDS: Readonly<Record<Transition, (pending: PendingNotification) => string>> = {
  triggered: () => 'triggered',
  reopened: () => 'opened again',
  'severity-raised': ({ severity }) => `raised to ${severity}`,
  'severity-lowered': ({ severity }) => `lowered to ${severity}`,
  resolved: () => 'resolved',
};

/** `[P1] Clay is down (clay) - triggered`; an installation with a name of its own comes last. */
const renderSubject = (incident: Incident, pending: PendingNotification, installation: string): string => {
  const start = `[${pending.severity}] ${RUNBOOK[incident.cause].title}`;
  const where = installation === 'claywatch' ? '' : ` - ${installation}`;
  const end = ` - ${WORDS[pending.transition](pending)}${where}`;
  const subject = ascii(oneLine(incident.subject, 80));
  const room = SUBJECT_CHARACTERS - start.length - end.length - ' ()'.length;
  return cut(
    subject === '' || room < 4 ? `${start}${end}` : `${start} (${cut(subject, room)})${end}`,
    SUBJECT_CHARACTERS,
  );
};

/** SNS takes any text; receivers get along best with names. */
const attribute = (text: string): string => cut(text.replace(/[^A-Za-z0-9._:/-]/g, '_'), 200) || 'none';

/**
 * Renders messages for one installation; pure, total, and the same for the same incident and message. Nothing that
 * others wrote (evidence, subjects, names of probes) can break a line, pass for a heading, be clicked, or make a
 * message too long.
 */
export const createRenderer = (config: Config): RenderNotification => {
  const hosts = knownHosts(config);
  return (incident, pending) => ({
    id: pending.id,
    incidentId: incident.id,
    subject: renderSubject(incident, pending, config.installation),
    emailText: renderEmail(incident, pending, config, hosts),
    smsText: renderSms(
      incident,
      pending,
      config.incidents.calendar.timeZone,
      config.installation,
      reliefOf(incident, config, pending.transition === 'resolved'),
    ),
    attributes: {
      severity: pending.severity,
      audience: audienceOf(incident, pending),
      cause: incident.cause,
      feed: feedOf(incident, config) ?? 'none',
      transition: pending.transition,
      incident_id: attribute(incident.id),
      installation: attribute(config.installation),
    },
  });
};
