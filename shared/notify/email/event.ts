import type { TimelineEntry } from '../../incident/incident.ts';
import { closedByHand, endOf, eventOf } from '../about.ts';
import { comingStep } from '../escalation.ts';
import { bullet, listed, more, paragraph, quote, section } from '../layout.ts';
import { bothTimes, duration, relative } from '../time.ts';
import { actorWords, holderOf, pagedNames } from '../who.ts';
import { type Letter, SHOWN } from './letter.ts';

/** The timeline says what somebody did, and after a colon their own words; of a closing or a severity also what for. */
const SAYS_WHAT: ReadonlySet<TimelineEntry['kind']> = new Set(['mitigated', 'resolved', 'severity-set']);

/** What somebody wrote beside what they did; empty: nothing. Their name is taken out first, whatever colons it has. */
const ownWords = ({ kind, text, by }: TimelineEntry): string => {
  if (!SAYS_WHAT.has(kind) || !by) return text;
  const said = text.replace(by.name, () => '');
  const colon = said.indexOf(': ');
  return colon === -1 ? '' : said.slice(colon + 2).trim();
};

/** What somebody wrote, as theirs: the name is what they gave, and nobody checked the words. */
const inTheirWords = (entry: TimelineEntry, { show }: Letter): readonly string[] => {
  const words = ownWords(entry);
  return words === ''
    ? []
    : [paragraph('In their own words, which nobody has checked:'), quote(show(words, 2_000))];
};

const command = (letter: Letter, what: string): string =>
  `npx claywatch incidents ${what} ${letter.show(letter.incident.id, 60)}`;

/** A line of the timeline as a sentence. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const coming = (letter: Letter): readonly string[] => {
  const { incident, config, timeZone, now } = letter;
  const step = comingStep(incident, config);
  if (!step) return [];
  const verb = step.names.length === 1 ? 'is' : 'are';
  const when = step.at > now ? `at ${bothTimes(step.at, timeZone)}, ${relative(step.at, now)}` : 'next';
  return [paragraph(`Unless somebody takes it, ${listed(step.names)} ${verb} paged ${when}.`)];
};

const acknowledged = (letter: Letter): readonly string[] => {
  const { incident, timeZone } = letter;
  const holder = holderOf(incident);
  const { acknowledgement } = incident;
  if (!holder || !acknowledgement) return [paragraph('It was acknowledged, which no longer holds.')];
  return [
    paragraph(`${actorWords(holder)} has had it since ${bothTimes(acknowledgement.at, timeZone)}.`),
    paragraph(
      `Nobody is paged any more, unless it becomes more urgent than ${acknowledgement.severity}, or there is no word of anybody until ${bothTimes(acknowledgement.staleAt, timeZone)}.`,
    ),
  ];
};

const stale = (letter: Letter): readonly string[] => {
  const { incident, pending, show } = letter;
  const entry = eventOf(incident, pending);
  return [
    paragraph(entry ? sentence(show(entry.text, 300)) : 'Whoever had it has not been heard of for too long.'),
    ...coming(letter),
  ];
};

const escalated = (letter: Letter): readonly string[] => {
  const { incident, pending, config, show } = letter;
  const entry = eventOf(incident, pending);
  const names = pagedNames(pending.to ?? [], pending.createdAt, config);
  return [
    paragraph(entry ? sentence(show(entry.text, 300)) : 'Nobody acknowledged it by the deadline.'),
    ...(names.length > 0 ? [paragraph(`This message pages ${listed(names)}.`)] : []),
    ...coming(letter),
  ];
};

const mitigated = (letter: Letter): readonly string[] => {
  const entry = eventOf(letter.incident, letter.pending);
  const who = entry?.by ? actorWords(entry.by) : 'Somebody';
  return [
    paragraph(`${who} says that people are no longer hit. The cause is still there.`),
    ...(entry?.by ? inTheirWords(entry, letter) : []),
  ];
};

const updateDue = (letter: Letter): readonly string[] => {
  const { incident, timeZone, now } = letter;
  const holder = holderOf(incident);
  return [
    paragraph(
      `An update was promised for now. ${holder ? `${actorWords(holder)} has it and writes it` : 'Nobody has it, so nobody is writing it'}. Below are drafts to send on, for responders and for stakeholders.`,
    ),
    paragraph(
      'Tell them with this command; --audience stakeholders for those whose work depends on it, and without a text it prints the drafts:',
    ),
    paragraph(`${command(letter, 'update')} 'What is new.'`),
    paragraph(
      `The one after it is due at ${bothTimes(incident.nextUpdateAt, timeZone)}, ${relative(incident.nextUpdateAt, now)}.`,
    ),
  ];
};

const updated = (letter: Letter): readonly string[] => {
  const { incident, pending, timeZone, now, show } = letter;
  const entry = eventOf(incident, pending);
  const who = entry?.by ? actorWords(entry.by) : 'Somebody';
  const audience = pending.audience ?? 'responders';
  return [
    paragraph(`${who} wrote this for ${audience === 'public' ? 'the public' : audience}:`),
    quote(show(pending.text ?? entry?.text ?? '', 2_000)),
    paragraph(
      `The next update is due at ${bothTimes(incident.nextUpdateAt, timeZone)}, ${relative(incident.nextUpdateAt, now)}.`,
    ),
  ];
};

const severitySet = (letter: Letter): readonly string[] => {
  const entry = eventOf(letter.incident, letter.pending);
  if (!entry?.by) return [];
  return [
    paragraph(
      `${actorWords(entry.by)} set ${letter.pending.severity}. It holds until the diagnosis comes to another severity.`,
    ),
    ...inTheirWords(entry, letter),
  ];
};

const closed = (letter: Letter): readonly string[] => {
  const { incident, pending, timeZone } = letter;
  const by = closedByHand(incident, pending);
  if (!by) return [];
  const entry = incident.timeline.findLast(({ kind, by: who }) => kind === 'resolved' && who !== undefined);
  const end = entry?.at ?? endOf(incident);
  const until = incident.closedBy?.until;
  return [
    paragraph(
      `${actorWords(by)} closed it at ${bothTimes(end, timeZone)}, ${duration(end - incident.detectedAt)} after it was first seen. Claywatch has not seen it working.`,
    ),
    ...(entry ? inTheirWords(entry, letter) : []),
    ...(until === undefined
      ? []
      : [
          paragraph(
            `If it is still seen failing${until === null ? '' : ` after ${bothTimes(until, timeZone)}`}, it is opened again and pages.`,
          ),
        ]),
  ];
};

/** What the message is about, where that is more than a fault that was seen. */
export const event = (letter: Letter): readonly string[] => {
  switch (letter.pending.transition) {
    case 'acknowledged':
      return section('SOMEBODY HAS IT', acknowledged(letter));
    case 'acknowledgement-stale':
      return section('NOBODY HAS IT ANY MORE', stale(letter));
    case 'escalated':
      return section('NOBODY ACKNOWLEDGED IN TIME', escalated(letter));
    case 'mitigated':
      return section('MITIGATED', mitigated(letter));
    case 'update-due':
      return section('THE NEXT UPDATE IS DUE', updateDue(letter));
    case 'updated':
      return section('UPDATE', updated(letter));
    case 'severity-raised':
    case 'severity-lowered':
      return section('A PERSON SET THE SEVERITY', severitySet(letter));
    case 'resolved':
      return section('CLOSED BY HAND', closed(letter));
    case 'triggered':
    case 'reopened':
      return [];
  }
};

/** Several feeds, one cause: one message names them all. */
export const grouped = ({ alsoAbout, show }: Letter): readonly string[] =>
  section('ONE MESSAGE FOR SEVERAL INCIDENTS OF THIS CAUSE', [
    ...(alsoAbout.length > 0
      ? [paragraph('The same is seen at these as well; each has its own incident:')]
      : []),
    ...alsoAbout.slice(0, SHOWN.alsoAbout).map((subject) => bullet(show(subject, 120))),
    ...more(alsoAbout, SHOWN.alsoAbout),
  ]);

/** How to say "I have it", and what happens when nobody does. */
export const taking = (letter: Letter): readonly string[] => {
  const { incident, pending, links } = letter;
  if (incident.status !== 'triggered') return [];
  const isAhead = pending.transition !== 'acknowledgement-stale' && pending.transition !== 'escalated';
  return section('TO TAKE IT', [
    ...(links.acknowledge
      ? [
          paragraph('Open this and press the button (opening alone does nothing; do not pass it on):'),
          `  ${links.acknowledge}`,
        ]
      : []),
    paragraph(command(letter, 'ack')),
    ...(isAhead ? coming(letter) : []),
  ]);
};
