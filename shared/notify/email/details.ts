import { isOpen } from '../../incident/incident.ts';
import type { Evidence } from '../../observe/signals.ts';
import { NO_PUBLIC_IMPACT, QUESTIONS, RUNBOOK } from '../../runbook/index.ts';
import { publicImpactOf, publicStatusOf } from '../drafts/public.ts';
import { bullet, more, paragraph, section } from '../layout.ts';
import { supportRequest } from '../support-request.ts';
import { wrap } from '../text.ts';
import { utcTime } from '../time.ts';
import { evidenceLine, type Letter, SHOWN } from './letter.ts';

export const questions = ({ entry }: Letter): readonly string[] =>
  section(
    'QUESTIONS THAT ONLY A PERSON WITH CLAY OPEN CAN ANSWER',
    entry.questions.map((id) => {
      const { question, where, ifYes, ifNo } = QUESTIONS[id];
      return [
        bullet(question),
        wrap(where, '    Where: ', '           '),
        wrap(ifYes, '    Yes:   ', '           '),
        wrap(ifNo, '    No:    ', '           '),
      ].join('\n');
    }),
  );

const EVIDENCE_HEADINGS: readonly (readonly [Evidence['kind'], string])[] = [
  ['measured', 'EVIDENCE: WHAT CLAYWATCH MEASURED (times in UTC)'],
  ['declared', 'EVIDENCE: WHAT CLAY DECLARES OF ITSELF (times in UTC)'],
  ['fallback', 'EVIDENCE: FALLBACK, IN PLACE OF WHAT CANNOT BE SEEN (times in UTC)'],
  ['reported', 'EVIDENCE: WHAT A PERSON REPORTED (times in UTC)'],
];

/** Measured and declared never in one list (invariant 6). */
export const evidence = (letter: Letter): readonly string[] =>
  EVIDENCE_HEADINGS.flatMap(([kind, heading]) => {
    const all = letter.incident.evidence.filter((one) => one.kind === kind);
    const lines = all.slice(0, SHOWN.evidence).map((one) => evidenceLine(one, letter));
    return section(heading, [...lines, ...more(all, SHOWN.evidence)]);
  });

export const ruledOut = ({ incident, show }: Letter): readonly string[] =>
  section('RULED OUT', [
    ...incident.ruledOut
      .slice(0, SHOWN.ruledOut)
      .map(({ cause, why }) => bullet(`${RUNBOOK[cause].title} (${cause}): ${show(why, 200)}`)),
    ...more(incident.ruledOut, SHOWN.ruledOut),
  ]);

export const wouldChange = ({ incident, show }: Letter): readonly string[] =>
  section(
    'WHAT WOULD CHANGE THIS VERDICT',
    incident.wouldChange.slice(0, SHOWN.wouldChange).map((text) => bullet(show(text, 240))),
  );

export const effects = ({ incident, show }: Letter): readonly string[] => {
  const all = incident.effects ?? [];
  return section('ALSO SEEN, AND EXPLAINED BY THIS', [
    ...all
      .slice(0, SHOWN.effects)
      .map(({ cause, subject }) => bullet(`${RUNBOOK[cause].title} (${show(subject, 80)})`)),
    ...more(all, SHOWN.effects),
  ]);
};

/** Ready to be sent by a person, where Clay support is who can help. */
export const support = ({ incident, config, show }: Letter): readonly string[] =>
  section(
    'TEXT TO SEND TO CLAY SUPPORT',
    (supportRequest(incident, config, show) ?? []).map((line) => paragraph(line)),
  );

/** Outward messages wait for a person; nothing is published by itself. */
export const externalText = ({ incident, config, show }: Letter): readonly string[] => {
  const impact = publicImpactOf(incident);
  if (impact === NO_PUBLIC_IMPACT) return [];
  const status = publicStatusOf(incident);
  const next = isOpen(incident) ? ` Next update by ${utcTime(incident.nextUpdateAt)}.` : '';
  const publish =
    config.notify.statusPages.length === 0
      ? []
      : [
          paragraph(
            `Confirm and publish: npx claywatch incidents update ${show(incident.id, 60)} --audience public`,
          ),
        ];
  return section('FOR AN EXTERNAL STATUS PAGE (once a person has confirmed it)', [
    paragraph(`${status}: ${impact}${next}`),
    ...publish,
  ]);
};

export const automatic = ({ entry }: Letter): readonly string[] =>
  section(
    'CLAYWATCH DOES THIS BY ITSELF',
    entry.automatic.map(({ action }) => bullet(action)),
  );
