import { isOpen } from '../../incident/incident.ts';
import { closedByHand, eventOf, isReminder } from '../about.ts';
import { stepOf } from '../escalation.ts';
import { counted } from '../layout.ts';
import { wrap } from '../text.ts';
import { bothTimes, relative, utcTime } from '../time.ts';
import { actorWords, holderOf, nameOf } from '../who.ts';
import type { Letter } from './letter.ts';

const byWhom = ({ incident, pending }: Letter): string => {
  const by = eventOf(incident, pending)?.by;
  return by ? ` by ${nameOf(by.name)}` : '';
};

const occasion = (letter: Letter): string => {
  const { incident, pending, config } = letter;
  if (isReminder(incident, pending)) return 'told again: nobody has acknowledged it';
  switch (pending.transition) {
    case 'triggered':
      return 'new incident';
    case 'reopened':
      return `opened again (${counted(incident.reopenings, 'time')} so far)`;
    case 'severity-raised':
      return `raised to ${pending.severity}${byWhom(letter)}`;
    case 'severity-lowered':
      return `lowered to ${pending.severity}${byWhom(letter)}`;
    case 'acknowledged':
      return `acknowledged${byWhom(letter)}`;
    case 'acknowledgement-stale':
      return 'nobody has it any more';
    case 'escalated': {
      const step = stepOf(incident, pending, config);
      return `not acknowledged in time${step ? `, step ${step.number} of ${step.total}` : ''}`;
    }
    case 'mitigated':
      return `mitigated${byWhom(letter)}`;
    case 'update-due':
      return 'the next update is due';
    case 'updated':
      return `an update${byWhom(letter)}`;
    case 'resolved':
      return closedByHand(incident, pending) ? 'closed by hand' : 'resolved';
  }
};

/** A message that waited may describe a state that is no longer so; it says so in its first lines. */
const sinceThen = ({ incident, pending, now }: Letter): readonly string[] => {
  const isOver = !isOpen(incident) && pending.transition !== 'resolved';
  const isBack = isOpen(incident) && pending.transition === 'resolved';
  return [
    ...(pending.attempts > 0
      ? [
          `This message is late: it was due at ${utcTime(pending.createdAt)} and could not be sent ${counted(pending.attempts, 'time')}.`,
        ]
      : []),
    ...(pending.attempts === 0 && now > pending.createdAt
      ? [
          `This message was held back, by a silence or because something else explained it: it is about ${utcTime(pending.createdAt)}.`,
        ]
      : []),
    ...(isOver ? ['Since then the incident has been resolved; a message about that follows.'] : []),
    ...(isBack ? ['Since then it has been opened again; a message about that follows.'] : []),
  ];
};

/** Who has it, or until when somebody must. */
const ownership = ({ incident, now, timeZone }: Letter): readonly string[] => {
  if (!isOpen(incident)) return [];
  const { acknowledgement, assignee, respondBy, mergedInto } = incident;
  const holder = holderOf(incident);
  const deadline = bothTimes(respondBy, timeZone);
  return [
    ...(holder && acknowledgement
      ? [`Acknowledged by ${actorWords(holder)} at ${bothTimes(acknowledgement.at, timeZone)}.`]
      : [
          respondBy >= now || !Number.isFinite(respondBy)
            ? `Respond by ${deadline}, ${relative(respondBy, now)}.`
            : `Response overdue since ${deadline}, ${relative(respondBy, now)}.`,
        ]),
    ...(assignee === undefined ? [] : [`Assigned to ${nameOf(assignee)}.`]),
    ...(mergedInto ? [`Part of ${mergedInto.cause}, incident ${nameOf(mergedInto.id)}.`] : []),
  ];
};

const others = ({ alsoAbout }: Letter): string =>
  alsoAbout.length === 0 ? '' : ` and ${counted(alsoAbout.length, 'other')} named below`;

const openWords = (letter: Letter): string => {
  const { incident, pending } = letter;
  if (pending.transition !== 'resolved') return '';
  return closedByHand(incident, pending) ? 'CLOSED BY HAND, NOT SEEN WORKING: ' : 'RESOLVED: ';
};

/** What, about what, why now, until when: the lines that a telephone shows of a mail. */
export const headline = (letter: Letter): string => {
  const { incident, pending, entry, show, config, links } = letter;
  return [
    wrap(`[${pending.severity}] ${openWords(letter)}${entry.title}`, '', '  '),
    wrap(
      `About ${show(incident.subject, 120)}${others(letter)} | ${occasion(letter)} | ${show(incident.id, 60)} | ${config.installation}`,
      '',
      '  ',
    ),
    ...[...(pending.transition === 'resolved' ? [] : ownership(letter)), ...sinceThen(letter)].map((text) =>
      wrap(text, '', '  '),
    ),
    ...(links.view ? [`Look at it: ${links.view}`] : []),
  ].join('\n');
};
