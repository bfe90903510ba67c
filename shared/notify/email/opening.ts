import { isDrill } from '../../incident/drill.ts';
import type { Transition } from '../../incident/incident.ts';
import { closedByHand, endOf, isGood } from '../about.ts';
import { inShort } from '../done.ts';
import { bullet, counted, more, numbered, paragraph, section } from '../layout.ts';
import { bothTimes, duration } from '../time.ts';
import { event, grouped, taking } from './event.ts';
import { headline } from './headline.ts';
import { evidenceLine, type Letter, SHOWN, stamp, stepLines } from './letter.ts';

const whatClaywatchDid = (letter: Letter): readonly string[] => {
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
      ? 'About the rows (times in UTC):'
      : 'It changed nothing in Clay or in your systems.';
  return [
    paragraph(`${first}${ruledOut}, ${then} and told everybody who is subscribed. ${did}`),
    ...actionLines(letter),
  ];
};

/** What was done about the rows, and what is proposed, the newest last; each can be undone by a command. */
const actionLines = (letter: Letter): readonly string[] => {
  const { incident, show } = letter;
  const all = incident.actions ?? [];
  const when = (text: string): string => {
    const entry = incident.timeline.find((one) => one.text === text);
    return entry ? `${stamp(entry.at, letter)} ` : '';
  };
  return [
    ...all.slice(-SHOWN.actions).map(({ text }) => bullet(`${when(text)}${show(text, 240)}`)),
    ...more(all, SHOWN.actions),
  ];
};

/** Of these, what counts is who did or wrote something; the steps are in the message that paged. */
const WITHOUT_STEPS: ReadonlySet<Transition> = new Set(['update-due', 'updated']);

/** What is wrong, what Claywatch did, what to click: everything that somebody needs who was just woken up. */
const openLines = (letter: Letter): readonly string[] => {
  const { incident, pending, entry, config, show } = letter;
  const steps = WITHOUT_STEPS.has(pending.transition)
    ? []
    : entry.steps.map((step, index) => stepLines(index, step));
  return [
    ...event(letter),
    ...taking(letter),
    ...section('WHAT IS WRONG', [paragraph(show(incident.summary, 400)), paragraph(entry.meaning)]),
    ...grouped(letter),
    ...section('WHAT CLAYWATCH DID', whatClaywatchDid(letter)),
    ...section('WHAT TO DO NOW', [paragraph(`In short: ${inShort(incident, config)}`), ...steps]),
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

/** Closed by somebody's word, it is still to be seen working. */
const proofLines = (letter: Letter): readonly string[] => {
  if (isDrill(letter.incident))
    return section('WHAT ENDED THE DRILL', [
      paragraph(letter.show(letter.incident.evidence[0]?.summary ?? 'DRILL over', 200)),
    ]);
  return closedByHand(letter.incident, letter.pending)
    ? section('NOT SEEN WORKING: HOW TO MAKE SURE', letter.entry.verify.map(bullet))
    : section('SEEN WORKING AGAIN (times in UTC)', seenWorking(letter));
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
            `It came back ${incident.reopenings === 1 ? 'once' : counted(incident.reopenings, 'time')} in between; this is the whole time.`,
          ),
        ]
      : [];
  return [
    ...event(letter),
    ...section('WHAT HAPPENED', [paragraph(show(incident.summary, 400)), paragraph(span), ...relapses]),
    ...grouped(letter),
    ...section('WHAT CLAYWATCH DID ABOUT THE ROWS (times in UTC)', actionLines(letter)),
    ...proofLines(letter),
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
