import type { Config } from '../../config/schema.ts';
import type { Incident, PendingNotification } from '../../incident/incident.ts';
import { aboutOf } from '../about.ts';
import type { MessageLinks } from '../links.ts';
import { wrap } from '../text.ts';
import {
  automatic,
  effects,
  evidence,
  externalText,
  questions,
  ruledOut,
  support,
  wouldChange,
} from './details.ts';
import type { Letter } from './letter.ts';
import { opening } from './opening.ts';
import { postmortem } from './postmortem.ts';
import { template } from './template.ts';

/**
 * SNS takes 256 KB with everything, and the text goes in twice (as the mail, and for the queues, with its quotation
 * marks escaped); what a person reads needs far less.
 */
export const EMAIL_BYTES = 24_000;

const footer = ({ incident, pending, config, show }: Letter): string => {
  const what = `Claywatch "${config.installation}", incident ${show(incident.id, 60)}, cause ${incident.cause}, message ${show(pending.id, 120)}.`;
  return `-- \n${wrap(`${what} Should it arrive twice, the message number is the same.`, '', '  ')}`;
};

const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

/** Leaves out whole paragraphs, the last first, until it is short enough; the headline and the footer always stay. */
const shortened = (paragraphs: readonly string[], end: string): string => {
  const kept = [...paragraphs];
  const note = '(Shortened; the incident itself holds everything.)';
  const whole = () => [...kept, ...(kept.length < paragraphs.length ? [note] : []), end].join('\n\n');
  while (bytesOf(whole()) > EMAIL_BYTES && kept.length > 1) kept.pop();
  return whole();
};

const OPEN_PARTS = [
  opening,
  support,
  template,
  questions,
  evidence,
  effects,
  ruledOut,
  wouldChange,
  externalText,
  automatic,
] as const;
const RESOLVED_PARTS = [opening, postmortem, support, template, externalText, evidence, effects] as const;

/**
 * The e-mail as plain text of at most 24 KB. Its first lines say what is wrong, who has it or until when somebody must,
 * what Claywatch did and what to click; then the communication template to pass on, for responders and for
 * stakeholders, and what the verdict rests on. Text by others never begins a line.
 */
export const renderEmail = (
  incident: Incident,
  pending: PendingNotification,
  config: Config,
  more: {
    readonly hosts: ReadonlySet<string>;
    readonly links: MessageLinks;
    readonly alsoAbout: readonly string[];
    /** When it is sent, where that is long after it arose. */
    readonly lateAt?: number;
  },
): string => {
  const letter: Letter = {
    ...aboutOf(incident, config, more.lateAt ?? pending.createdAt, more.hosts),
    pending,
    links: more.links,
    alsoAbout: more.alsoAbout,
  };
  const parts = pending.transition === 'resolved' ? RESOLVED_PARTS : OPEN_PARTS;
  return shortened(
    parts.flatMap((part) => part(letter)),
    footer(letter),
  );
};
