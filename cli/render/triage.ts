import { isoInstant } from '../../shared/clock.ts';
import type { Diagnosis, PathStep, Verdict } from '../../shared/diagnose/verdict.ts';
import { type RunbookEntry, runbookFor } from '../../shared/runbook/index.ts';
import type { Severity } from '../../shared/severity.ts';
import type { TriageReport } from '../../shared/triage/triage.ts';
import { EXIT } from '../exit-code.ts';
import type { Style } from '../terminal.ts';
import type { TriageSource } from '../triage.ts';
import { checkLines } from './checks.ts';
import { hang, joined, type Page, plain } from './text.ts';

const heading = (text: string, { style }: Page): string[] => ['', style.bold(text)];

const sourceLine = ({ file, variables }: TriageSource): string => {
  const parts = [file ?? 'no configuration: public checks only', ...variables];
  return file === null && variables.length > 0 ? variables.join(', ') : parts.join(', ');
};

/** The head of the report and its checks. */
export const renderChecks = (report: TriageReport, source: TriageSource, page: Page): string => {
  const { observations, untested, confirm } = report;
  const looks = confirm
    ? 'failures are looked at again'
    : 'one look each (--confirm looks again at failures)';
  return joined([
    page.style.bold('Clay triage') + page.style.dim(`  ${isoInstant(report.startedAt)}`),
    ...hang('', `From ${sourceLine(source)}; ${looks}.`, page.width),
    ...heading('Checks', page),
    ...checkLines(observations, untested, page),
  ]);
};

const ANSWERS: Record<PathStep['answer'], string> = {
  yes: 'yes',
  no: 'NO',
  unknown: '?',
  'not-checked': '–',
};

const answerStyle = (answer: PathStep['answer'], style: Style) =>
  ({ yes: style.green, no: style.red, unknown: style.yellow, 'not-checked': style.dim })[answer];

const stepLines = (step: PathStep, { style, width }: Page): string[] => {
  if (step.answer === 'not-checked') {
    return hang('  –   ', `${step.question} (${step.because})`, width).map((line) => style.dim(line));
  }
  const answer = ANSWERS[step.answer].padEnd(4);
  const [first = '', ...rest] = hang('      ', step.question, width);
  return [
    `  ${answerStyle(step.answer, style)(answer)}${first.slice(6)}`,
    ...rest,
    ...hang('      ', step.because, width).map((line) => style.dim(line)),
  ];
};

const severityStyle = (severity: Severity, style: Style) =>
  ({ P1: style.red, P2: style.red, P3: style.yellow, P4: style.cyan })[severity];

const verdictTitle = ({ severity, cause, subject }: Verdict, style: Style): string =>
  `${severityStyle(severity, style)(style.bold(severity))} ${style.bold(cause)} (${plain(subject)})`;

const list = (title: string, items: readonly string[], { style, width }: Page): string[] =>
  items.length === 0
    ? []
    : [style.dim(`  ${title}`), ...items.flatMap((item) => hang('    - ', item, width))];

const verdictLines = (verdict: Verdict, page: Page): string[] => [
  `  ${verdictTitle(verdict, page.style)}`,
  ...hang('  ', verdict.summary, page.width),
  ...list(
    'evidence',
    verdict.evidence.map(({ summary, kind }) => `${summary} [${kind}]`),
    page,
  ),
  ...list(
    'ruled out',
    verdict.ruledOut.map(({ cause, why }) => `${cause}: ${why}`),
    page,
  ),
  ...list('what would change this', verdict.wouldChange, page),
];

const alsoLines = ({ verdicts, hidden }: Diagnosis, page: Page): string[] => [
  ...verdicts
    .slice(1)
    .flatMap((verdict) => [
      `  ${verdictTitle(verdict, page.style)}`,
      ...hang('     ', verdict.summary, page.width),
    ]),
  ...hidden.flatMap((verdict) =>
    hang(
      '  ',
      `${verdict.cause} (${verdict.subject}) follows from ${verdict.hiddenBy?.cause ?? 'the above'}.`,
      page.width,
    ),
  ),
];

const CONCLUSIONS: Record<Diagnosis['conclusion'], string> = {
  healthy: 'Healthy: everything that was checked was seen working.',
  problem: '',
  'cannot-tell': 'Cannot tell: what was not seen could hide a problem.',
};

const whatToDo = (entry: RunbookEntry, { style, width }: Page): string[] => [
  ...entry.steps.flatMap(({ do: action, where, expect }, index) => [
    ...hang(`  ${index + 1}. `.padEnd(6), action, width),
    ...(where ? hang('      where: ', where, width).map((line) => style.cyan(line)) : []),
    ...(expect ? hang('      expect: ', expect, width).map((line) => style.dim(line)) : []),
  ]),
  ...list('it works again when', entry.verify, { style, width }),
];

/** While nothing is wrong, the questions are only named: what their answers lead to is of no use yet. */
const questionLines = ({ questions, conclusion }: Diagnosis, page: Page): string[] =>
  questions.flatMap(({ question, where, ifYes, ifNo }) => [
    ...hang('  ? ', question, page.width),
    ...hang('      where: ', where, page.width).map((line) => page.style.cyan(line)),
    ...(conclusion === 'healthy'
      ? []
      : [...hang('      yes: ', ifYes, page.width), ...hang('      no:  ', ifNo, page.width)]),
  ]);

const section = (title: string, lines: readonly string[], page: Page): string[] =>
  lines.length === 0 ? [] : [...heading(title, page), ...lines];

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

const closing = (report: TriageReport): string => {
  const { diagnosis, wallMs, slowest } = report;
  const took = slowest ? `, slowest check ${seconds(slowest.durationMs)} (${slowest.probe})` : '';
  return `Took ${seconds(wallMs)}${took}. Exit code ${EXIT[diagnosis.conclusion]}.`;
};

/** One sentence before the questions: what the checks alone say. */
export const renderSoFar = ({ diagnosis }: TriageReport, page: Page): string =>
  joined([
    '',
    ...hang('', `So far: ${diagnosis.primary?.summary ?? CONCLUSIONS[diagnosis.conclusion]}`, page.width),
    ...hang('', 'Some things only a person with Clay open can see.', page.width),
  ]);

const notTested = ({ untested }: TriageReport): string[] => {
  const subjects = untested.filter(({ url }) => url === 'ok').map(({ subject }) => subject);
  return subjects.length === 0 ? [] : [`Not tested: whether ${subjects.join(', ')} accepts rows.`];
};

/** The decision path, the verdict, the next steps, and what only a person can see. */
export const renderDiagnosis = (report: TriageReport, page: Page): string => {
  const { diagnosis } = report;
  const { primary, conclusion } = diagnosis;
  return joined([
    ...section(
      'Decision path',
      diagnosis.path.flatMap((step) => stepLines(step, page)),
      page,
    ),
    ...section(
      'Verdict',
      [
        ...(CONCLUSIONS[conclusion] ? hang('  ', CONCLUSIONS[conclusion], page.width) : []),
        ...(primary ? verdictLines(primary, page) : []),
        ...notTested(report).flatMap((line) => hang('  ', line, page.width)),
      ],
      page,
    ),
    ...section('Also found', alsoLines(diagnosis, page), page),
    ...section('Next steps', primary ? whatToDo(runbookFor(primary), page) : [], page),
    ...section('Only a person can see', questionLines(diagnosis, page), page),
    '',
    ...hang('', closing(report), page.width),
  ]);
};
