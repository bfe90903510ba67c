import { isOpen } from '../../incident/incident.ts';
import { reliefOf } from '../done.ts';
import { wrap } from '../text.ts';
import { bothTimes, duration, relative, utcTime } from '../time.ts';
import {
  bullet,
  counted,
  endOf,
  evidenceLine,
  isGood,
  type Letter,
  more,
  numbered,
  paragraph,
  SHOWN,
  section,
  stamp,
  stepLines,
} from './letter.ts';

const occasion = ({ incident, pending }: Letter): string => {
  switch (pending.transition) {
    case 'triggered':
      return 'new incident';
    case 'reopened':
      return `opened again (${counted(incident.reopenings, 'time')} so far)`;
    case 'severity-raised':
      return `raised to ${pending.severity}`;
    case 'severity-lowered':
      return `lowered to ${pending.severity}`;
    case 'resolved':
      return 'resolved';
  }
};

/** A message that waited may describe a state that is no longer so; it says so in its first lines. */
const sinceThen = ({ incident, pending }: Letter): readonly string[] => {
  const isOver = !isOpen(incident) && pending.transition !== 'resolved';
  const isBack = isOpen(incident) && pending.transition === 'resolved';
  return [
    ...(pending.attempts > 0
      ? [
          `This message is late: it was due at ${utcTime(pending.createdAt)} and could not be sent ${counted(pending.attempts, 'time')}.`,
        ]
      : []),
    ...(isOver ? ['Since then the incident has been resolved; a message about that follows.'] : []),
    ...(isBack ? ['Since then it has been opened again; a message about that follows.'] : []),
  ].map((text) => wrap(text, '', '  '));
};

const respond = ({ incident, pending, timeZone }: Letter): string =>
  wrap(
    `Respond by ${bothTimes(incident.respondBy, timeZone)}, ${relative(incident.respondBy, pending.createdAt)}.`,
    '',
    '  ',
  );

const headline = (letter: Letter): string => {
  const { incident, pending, entry, show, config } = letter;
  const isOver = pending.transition === 'resolved';
  return [
    wrap(`[${pending.severity}] ${isOver ? 'RESOLVED: ' : ''}${entry.title}`, '', '  '),
    wrap(
      `About ${show(incident.subject, 120)} | ${occasion(letter)} | ${show(incident.id, 60)} | ${config.installation}`,
      '',
      '  ',
    ),
    ...(isOver ? [] : [respond(letter)]),
    ...sinceThen(letter),
  ].join('\n');
};

const whatClaywatchDid = (letter: Letter): string => {
  const { incident, pending } = letter;
  const first = `Noticed it at ${stamp(incident.detectedAt, letter)} UTC`;
  const ruledOut =
    incident.ruledOut.length > 0 ? `, ruled out ${counted(incident.ruledOut.length, 'other cause')}` : '';
  const then =
    pending.transition === 'triggered'
      ? `opened this incident at ${stamp(incident.openedAt, letter)} UTC`
      : 'kept this incident up to date';
  const did =
    (incident.actions ?? []).length > 0
      ? 'About the rows:'
      : 'It changed nothing in Clay or in your systems.';
  return `${first}${ruledOut}, ${then} and told everybody who is subscribed. ${did}`;
};

/** What was done about the rows, and what is proposed, the newest last; each can be undone by a command. */
const actionLines = ({ incident, show }: Letter): readonly string[] => {
  const all = incident.actions ?? [];
  return [
    ...all.slice(-SHOWN.actions).map(({ text }) => bullet(show(text, 240))),
    ...more(all, SHOWN.actions),
  ];
};

const inShort = ({ incident, entry, config }: Letter): string => {
  const relief = reliefOf(incident, config, false);
  return (relief === 'hold' || relief === 'failover' ? entry.smsWhen?.[relief] : undefined) ?? entry.sms;
};

/** What is wrong, what Claywatch did, what to click: everything that somebody needs who was just woken up. */
const openLines = (letter: Letter): readonly string[] => {
  const { incident, entry, show } = letter;
  return [
    ...section('WHAT IS WRONG', [paragraph(show(incident.summary, 400)), paragraph(entry.meaning)]),
    ...section('WHAT CLAYWATCH DID', [paragraph(whatClaywatchDid(letter)), ...actionLines(letter)]),
    ...section('WHAT TO DO NOW', [
      paragraph(`In short: ${inShort(letter)}`),
      ...entry.steps.map((step, index) => stepLines(index, step)),
    ]),
  ];
};

/** What was seen working after the last failure; the incident also keeps what spoke against other causes. */
const seenWorking = (letter: Letter): readonly string[] => {
  const { evidence } = letter.incident;
  const lastFailure = Math.max(...evidence.filter((one) => !isGood(one)).map(({ at }) => at));
  const proof = evidence.filter((one) => isGood(one) && one.at > lastFailure);
  return proof.length > 0
    ? proof.slice(0, SHOWN.evidence).map((one) => evidenceLine(one, letter))
    : [paragraph('Every check that spoke for it passed again, several times in a row.')];
};

const resolvedLines = (letter: Letter): readonly string[] => {
  const { incident, entry, show, timeZone } = letter;
  const end = endOf(incident);
  const span = `From ${bothTimes(incident.detectedAt, timeZone)} to ${bothTimes(end, timeZone)}: ${duration(
    end - incident.detectedAt,
  )}.`;
  const relapses =
    incident.reopenings > 0
      ? [
          paragraph(
            `It came back ${counted(incident.reopenings, 'time')} in between; this is the whole time.`,
          ),
        ]
      : [];
  return [
    ...section('WHAT HAPPENED', [paragraph(show(incident.summary, 400)), paragraph(span), ...relapses]),
    ...section('WHAT CLAYWATCH DID ABOUT THE ROWS', actionLines(letter)),
    ...section('SEEN WORKING AGAIN (times in UTC)', seenWorking(letter)),
    ...section(
      'LEFT TO DO',
      entry.afterwards.map((text, index) => numbered(index, text)),
    ),
  ];
};

/** The part of the message that is read first, and often alone. */
export const opening = (letter: Letter): readonly string[] => [
  headline(letter),
  ...(letter.pending.transition === 'resolved' ? resolvedLines(letter) : openLines(letter)),
];
