import type { Outcome } from '../../shared/observe/findings.ts';
import type { Observation, Phases } from '../../shared/observe/observation.ts';
import type { UntestedWebhook } from '../../shared/triage/webhooks.ts';
import type { Style } from '../terminal.ts';
import { cell, hang, type Page } from './text.ts';

const MARKS: Record<Outcome, string> = { ok: '✓', failing: '✗', unknown: '?' };

export const markOf = (outcome: Outcome, style: Style): string => {
  const colour = { ok: style.green, failing: style.red, unknown: style.yellow }[outcome];
  return colour(MARKS[outcome]);
};

const PHASES = [
  ['dns', 'dnsMs'],
  ['conn', 'connectMs'],
  ['tls', 'tlsMs'],
  ['first', 'firstByteMs'],
] as const satisfies readonly (readonly [string, keyof Phases])[];

const PHASE_WIDTH = 6;
const TOTAL_WIDTH = 9;
/** `  ✓ ` before and one column between name and finding. */
const FRAME = 5;

interface Columns {
  readonly name: number;
  readonly finding: number;
  /** Phases are left out where the terminal is too narrow for them. */
  readonly phases: boolean;
}

const LONGEST_FINDING = 18;

const columnsFor = (width: number): Columns => {
  const phases = width >= 72;
  const rest = width - FRAME - TOTAL_WIDTH - (phases ? PHASES.length * PHASE_WIDTH : 0);
  const finding = Math.min(LONGEST_FINDING, Math.floor(rest / 2));
  return { name: rest - finding, finding, phases };
};

const milliseconds = (value: number | undefined): string =>
  value === undefined ? '' : String(Math.round(value));

const row = (seen: Observation, { style, width }: Page): string => {
  const columns = columnsFor(width);
  const phases = columns.phases
    ? PHASES.map(([, phase]) => milliseconds(seen.phases?.[phase]).padStart(PHASE_WIDTH)).join('')
    : '';
  const total = seen.attempts === 0 ? '' : `${milliseconds(seen.durationMs)} ms`;
  const finding = cell(seen.finding, columns.finding);
  return [
    `  ${markOf(seen.outcome, style)} ${cell(seen.probe, columns.name)} `,
    seen.outcome === 'ok' ? finding : style.bold(finding),
    style.dim(phases),
    total.padStart(TOTAL_WIDTH),
  ]
    .join('')
    .trimEnd();
};

const header = ({ style, width }: Page): string => {
  const columns = columnsFor(width);
  const phases = columns.phases ? PHASES.map(([title]) => title.padStart(PHASE_WIDTH)).join('') : '';
  return style.dim(
    `    ${cell('check', columns.name)} ${cell('finding', columns.finding)}${phases}${'total'.padStart(TOTAL_WIDTH)}`,
  );
};

const explanation = (seen: Observation, { style, width }: Page): string[] => {
  if (seen.outcome === 'ok') return [];
  const again =
    seen.attempts > 1 ? ` (${seen.attempts} looks, ${seen.confirmed ? 'all alike' : 'not alike'})` : '';
  return hang('      ', seen.summary + again, width).map((line) => style.dim(line));
};

const untestedRow = ({ probe, url, summary }: UntestedWebhook, page: Page): string[] => {
  if (url !== 'ok') return [];
  const columns = columnsFor(page.width);
  return [
    `  ${page.style.dim('–')} ${cell(probe, columns.name)} not tested`,
    ...hang('      ', summary, page.width).map((line) => page.style.dim(line)),
  ];
};

/** One row per check, with why where it is not fine. */
export const checkLines = (
  observations: readonly Observation[],
  untested: readonly UntestedWebhook[],
  page: Page,
): string[] => [
  header(page),
  ...observations.flatMap((seen) => [row(seen, page), ...explanation(seen, page)]),
  ...untested.flatMap((webhook) => untestedRow(webhook, page)),
];
