import { CAUSE_IDS, CAUSES, type Cause } from '../../shared/cause.ts';
import { RUNBOOK, type RunbookEntry } from '../../shared/runbook/index.ts';
import { hang, joined, type Page } from './text.ts';

const list = (title: string, texts: readonly string[], { style, width }: Page): string[] =>
  texts.length === 0 ? [] : ['', style.bold(title), ...texts.flatMap((text) => hang('  - ', text, width))];

const steps = ({ steps: all }: RunbookEntry, { style, width }: Page): string[] => [
  '',
  style.bold('What to do'),
  ...all.flatMap((step, index) => {
    const mark = `${String(index + 1).padStart(3)}. `;
    const under = ' '.repeat(mark.length);
    return [
      ...hang(mark, step.do, width),
      ...(step.where === undefined ? [] : hang(`${under}where: `, step.where, width)),
      ...(step.expect === undefined ? [] : hang(`${under}then:  `, step.expect, width)),
    ];
  }),
];

/** The runbook of one cause. */
export const renderCause = (cause: Cause, entry: RunbookEntry, page: Page): string => {
  const { style, width } = page;
  const byItself = entry.automatic.map(({ action }) => action);
  return joined([
    `${style.bold(entry.title)}  ${style.dim(`${cause}, ${CAUSES[cause]} by default`)}`,
    ...hang('', entry.meaning, width),
    '',
    ...hang('', `Not working: ${entry.impact}`, width),
    ...list('What Claywatch does by itself', byItself, page),
    ...steps(entry, page),
    ...list('How to see that it works again', entry.verify, page),
    ...list('What is left to do then', entry.afterwards, page),
    ...list('How to prevent it', entry.prevent, page),
  ]);
};

/** Every cause in a line. */
export const renderCauses = ({ style, width }: Page): string => {
  const longest = Math.max(...CAUSE_IDS.map((cause) => cause.length));
  return joined(
    CAUSE_IDS.flatMap((cause) =>
      hang(`${style.bold(CAUSES[cause])}  ${cause.padEnd(longest)}  `, RUNBOOK[cause].title, width + 20),
    ),
  );
};
