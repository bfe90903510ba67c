import { draftedFor } from '../../incident/drafted.ts';
import { isDrill } from '../../incident/drill.ts';
import type { DraftedFigures } from '../../incident/incident.ts';
import { closedByHand, endOf, isAgainst } from '../about.ts';
import { paragraph, section } from '../layout.ts';
import { wrap } from '../text.ts';
import { bothTimes, duration } from '../time.ts';
import { actorWords } from '../who.ts';
import type { Letter } from './letter.ts';

type Line = readonly [string, string];
type Span = DraftedFigures['times']['detect'];

/** `3 min (deadline 15 min, kept)`; `no`: what is said when it did not happen. */
const spanText = ({ tookMs, deadlineMs, kept }: Span, no: string): string => {
  const took = tookMs === null ? no : duration(tookMs);
  if (deadlineMs === null) return took;
  const verdict = kept === null ? 'not reached' : kept ? 'kept' : 'missed';
  return `${took} (deadline ${duration(deadlineMs)}, ${verdict})`;
};

const number = (value: number | null): string => (value === null ? 'not known' : String(value));

/** Left out where nothing of it is known: its rows were not counted both when it began and when it was over. */
const rowsText = ({ received, held, replayed, lost }: DraftedFigures['rows'][number]): string | null =>
  [received, held, replayed, lost].every((value) => value === null)
    ? null
    : `${number(received)} received, ${number(held)} held, ${number(replayed)} of these sent on so far, ${lost === null ? 'lost: not known yet' : `${lost} lost`}`;

const creditsText = ({ wasted, actionsWasted, money, currency }: DraftedFigures['credits']): string =>
  wasted === null && actionsWasted === null
    ? 'not known; see Settings > Usage > Workspace for the time of the incident'
    : `${number(wasted)} credits and ${number(actionsWasted)} actions went into rows that missed${money === null ? '' : `, ${money.toFixed(2)} ${currency}`}`;

const figureLines = ({ durationMs, times, rows }: DraftedFigures, { show }: Letter): readonly Line[] => [
  ...(durationMs === null ? [] : [['Duration', duration(durationMs)] as const]),
  ['Time to detect', spanText(times.detect, 'not known')],
  ['Time to notify', spanText(times.notify, 'no channel took a page')],
  ['Time to acknowledge', spanText(times.acknowledge, 'nobody did')],
  ...(times.mitigate.tookMs === null
    ? []
    : [['Time to mitigate', spanText(times.mitigate, 'nobody did')] as const]),
  ...rows.flatMap((row): readonly Line[] => {
    const text = rowsText(row);
    return text === null ? [] : [[`Rows of ${show(row.feed, 60)}`, text]];
  }),
];

const resolutionText = ({ incident, pending }: Letter): string => {
  if (isDrill(incident)) return 'the DRILL is over';
  const by = closedByHand(incident, pending);
  const who = by ? `closed by ${actorWords(by)}, not seen working` : 'seen working again';
  return `${who}; what people did is to be added by those who were there`;
};

/**
 * What the postmortem template of the second runbook asks for, with the main numbers of the draft, and how to read all
 * of it. The numbers are those of `claywatch postmortem` at the time when it was drafted.
 */
export const postmortem = (letter: Letter): readonly string[] => {
  const { incident, entry, timeZone, show } = letter;
  const seenBy = incident.evidence.findLast(isAgainst);
  const drafted = draftedFor(incident);
  const lines: readonly Line[] = [
    ['Incident date', bothTimes(incident.detectedAt, timeZone)],
    ...(drafted
      ? figureLines(drafted, letter)
      : [['Duration', duration(endOf(incident) - incident.detectedAt)] as const]),
    ['Severity', `${incident.peakSeverity} at its worst`],
    ['Impact', entry.impact],
    ['Root cause', `likely: ${entry.rootCause}`],
    ['Detection', `by Claywatch${seenBy ? `, check ${show(seenBy.probe, 60)}` : ''}`],
    ['Resolution', resolutionText(letter)],
    [
      'Credits lost',
      drafted
        ? creditsText(drafted.credits)
        : 'not counted before it is drafted; the command above counts them',
    ],
    ['Prevention', entry.prevent.join(' ')],
  ];
  return section(drafted ? 'THE POSTMORTEM IS DRAFTED' : 'FOR THE POSTMORTEM', [
    paragraph('Read it, with its timeline, lessons and actions:'),
    `  npx claywatch postmortem ${show(incident.id, 60)}`,
    ...lines.map(([name, text]) => wrap(text, `  ${name}: `, '    ')),
  ]);
};
