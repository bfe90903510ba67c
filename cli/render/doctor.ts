import type { Examined } from '../../shared/notify/examined.ts';
import type { StoreSource } from '../store.ts';
import { hang, joined, jsonText, type Page, plain } from './text.ts';
import { sourceText } from './usage.ts';

const MARKS: Readonly<Record<Examined['result'], string>> = {
  ready: '✓',
  'not-ready': '✗',
  unknown: '?',
  skipped: '–',
};

/** What is not ready first. */
const ORDER: readonly Examined['result'][] = ['not-ready', 'unknown', 'ready', 'skipped'];

const lines = ({ what, result, found, fix }: Examined, { style, width }: Page): string[] => {
  const colour = { ready: style.green, 'not-ready': style.red, unknown: style.yellow, skipped: style.dim };
  const name = plain(what);
  return [
    `  ${colour[result](MARKS[result])} ${result === 'ready' ? name : style.bold(name)}`,
    ...hang('      ', found, width).map((line) => (result === 'ready' ? style.dim(line) : line)),
    ...(fix === '' ? [] : hang('      → ', fix, width)),
  ];
};

const summary = (checks: readonly Examined[]): string => {
  const count = (wanted: Examined['result']) => checks.filter(({ result }) => result === wanted).length;
  const [broken, unknown] = [count('not-ready'), count('unknown')];
  if (broken > 0)
    return `${broken} of ${checks.length} not ready${unknown > 0 ? `, ${unknown} not known` : ''}.`;
  return unknown > 0 ? `${unknown} of ${checks.length} not known.` : 'Everything is ready.';
};

/** Whether the installation runs, and whether messages would arrive. */
export interface ExaminedParts {
  readonly installation: readonly Examined[];
  readonly messages: readonly Examined[];
}

const part = (heading: string, checks: readonly Examined[], page: Page): readonly string[] => [
  page.style.bold(heading),
  ...ORDER.flatMap((result) => checks.filter((one) => one.result === result)).flatMap((one) =>
    lines(one, page),
  ),
  '',
];

export const renderDoctor = (
  { installation, messages }: ExaminedParts,
  source: StoreSource,
  page: Page,
): string =>
  joined([
    ...hang('', `From ${sourceText(source)}.`, page.width),
    '',
    ...part('Does it run?', installation, page),
    ...part('Would messages arrive?', messages, page),
    page.style.bold(summary([...installation, ...messages])),
  ]);

export const renderDoctorJson = ({ installation, messages }: ExaminedParts, source: StoreSource): string =>
  jsonText({
    version: 1,
    source,
    checks: [
      ...installation.map((check) => ({ part: 'installation', ...check })),
      ...messages.map((check) => ({ part: 'messages', ...check })),
    ],
  });
