import type { Config } from '../../config/schema.ts';
import type { Incident, PendingNotification } from '../../incident/incident.ts';
import { FINDINGS } from '../../observe/findings.ts';
import type { Evidence } from '../../observe/signals.ts';
import type { RunbookEntry, Step } from '../../runbook/index.ts';
import { wrap } from '../text.ts';
import { timeOfDay } from '../time.ts';

/** What one e-mail is made of. */
export interface Letter {
  readonly incident: Incident;
  readonly pending: PendingNotification;
  readonly config: Config;
  readonly entry: RunbookEntry;
  readonly timeZone: string;
  /** Somebody else's text on one line, safe to show, of at most `max` characters. */
  readonly show: (text: string, max: number) => string;
}

/** How many of each list are shown; the incident itself keeps more. */
export const SHOWN = {
  evidence: 6,
  facts: 5,
  ruledOut: 8,
  wouldChange: 5,
  actions: 8,
  effects: 8,
  feeds: 8,
  teams: 5,
} as const;

const INDENT = '  ';

export const paragraph = (text: string): string => wrap(text, INDENT, INDENT);
export const bullet = (text: string): string => wrap(text, '  - ', '    ');
/** `Name: text`, as the communication template has it. */
export const field = (name: string, text: string): string => wrap(text, `${name}: `, INDENT);
export const numbered = (index: number, text: string): string => wrap(text, `  ${index + 1}. `, '     ');

/** A heading with its lines; nothing when there are none. */
export const section = (heading: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [[heading, ...lines].join('\n')];

/** Says how many were left out of a list. */
export const more = (all: readonly unknown[], shown: number): readonly string[] =>
  all.length > shown ? [`  (${all.length - shown} more)`] : [];

export const counted = (many: number, one: string): string => `${many} ${one}${many === 1 ? '' : 's'}`;

export const stepLines = (index: number, step: Step): string =>
  [
    numbered(index, step.do),
    ...(step.where ? [wrap(step.where, '     Where:  ', '             ')] : []),
    ...(step.expect ? [wrap(step.expect, '     Expect: ', '             ')] : []),
  ].join('\n');

/** In lists whose heading says UTC: the time of day, with the date where it is another day than the detection. */
export const stamp = (at: number, { incident }: Letter): string => timeOfDay(at, incident.detectedAt);

export const evidenceLine = (evidence: Evidence, letter: Letter): string => {
  const { show } = letter;
  const facts = Object.entries(evidence.facts)
    .slice(0, SHOWN.facts)
    .map(([name, value]) => `${show(name, 40)}=${show(String(value), 60)}`);
  const text = `${stamp(evidence.at, letter)} ${show(evidence.probe, 60)}: ${show(evidence.summary, 300)}`;
  return bullet(facts.length > 0 ? `${text} [${facts.join(', ')}]` : text);
};

const OK_FINDINGS: ReadonlySet<string> = new Set(
  Object.values(FINDINGS).flatMap((findings) =>
    Object.entries(findings).flatMap(([finding, outcome]) => (outcome === 'ok' ? [finding] : [])),
  ),
);

/** Whether it shows something working. Findings of that kind have names of their own on every surface. */
export const isGood = (evidence: Evidence): boolean => OK_FINDINGS.has(evidence.finding);

/** When it ended, or how far it is known; epoch ms. */
export const endOf = (incident: Incident): number => incident.resolvedAt ?? incident.updatedAt;
