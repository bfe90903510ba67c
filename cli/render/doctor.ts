import type { Examined } from '../../shared/notify/doctor.ts';
import type { StoreSource } from '../store.ts';
import { hang, joined, type Page, plain } from './text.ts';
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

export const renderDoctor = (checks: readonly Examined[], source: StoreSource, page: Page): string =>
  joined([
    page.style.bold('Would messages arrive?'),
    ...hang('', `From ${sourceText(source)}.`, page.width),
    '',
    ...ORDER.flatMap((result) => checks.filter((one) => one.result === result)).flatMap((one) =>
      lines(one, page),
    ),
    '',
    page.style.bold(summary(checks)),
  ]);

export const renderDoctorJson = (checks: readonly Examined[], source: StoreSource): string =>
  joined([JSON.stringify({ version: 1, source, checks }, null, 2)]);
