import type { Config } from '../config/schema.ts';
import type { Incident, UpdateAudience } from '../incident/incident.ts';
import { aboutOf, currentStatus } from './about.ts';
import { publicFields, publicSubject } from './drafts/public.ts';
import { respondersFields } from './drafts/responders.ts';
import { stakeholdersFields } from './drafts/stakeholders.ts';
import { writeMarkdown, writePlain } from './drafts/write.ts';
import { ascii, cut, oneLine } from './text.ts';

/** An update about an incident, written so that a person can send it on as it is. */
export interface Draft {
  /** One line of printable ASCII, at most 99 characters. */
  readonly subject: string;
  /** Plain text, at most 74 columns. */
  readonly text: string;
  readonly markdown: string;
  /** It goes outside: nothing of it is published before a person has confirmed it. */
  readonly needsConfirmation: boolean;
}

const SUBJECT_CHARACTERS = 99;

const FIELDS = {
  responders: respondersFields,
  stakeholders: stakeholdersFields,
  public: publicFields,
} as const;

const HEADINGS: Readonly<Record<Exclude<UpdateAudience, 'public'>, string>> = {
  responders: 'Clay Incident Notification (for responders)',
  stakeholders: 'Clay Incident Notification',
};

const internalSubject = (incident: Incident, title: string): string => {
  const about = ascii(oneLine(incident.subject, 40));
  return `[${incident.severity}] ${title}${about === '' ? '' : ` (${about})`} - ${currentStatus(incident)}`;
};

/**
 * The update that is due about an incident, by the communication template of the second runbook; pure, and the same for
 * the same incident and time. Responders get everything, with conditions, actions and needs; stakeholders what it means
 * for them, without names and internals; the public only what the runbook lets be said, and only once a person has
 * confirmed it. `view` is a signed link that only shows it; responders alone get it. Never holds credentials, mail addresses or text that formats, links or calls anybody.
 */
export const draftUpdate = (
  incident: Incident,
  audience: UpdateAudience,
  config: Config,
  now: number,
  view?: string,
): Draft => {
  const about = { ...aboutOf(incident, config, now), ...(view !== undefined && { view }) };
  const fields = FIELDS[audience](about);
  const isPublic = audience === 'public';
  const subject = isPublic ? publicSubject(incident) : internalSubject(incident, about.entry.title);
  return {
    subject: cut(subject, SUBJECT_CHARACTERS),
    text: writePlain(fields),
    markdown: writeMarkdown(isPublic ? subject : HEADINGS[audience], fields),
    needsConfirmation: isPublic,
  };
};
