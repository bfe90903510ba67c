import type { Incident, PendingNotification } from '../../incident/incident.ts';
import type { Evidence } from '../../observe/signals.ts';
import type { Step } from '../../runbook/index.ts';
import type { About } from '../about.ts';
import { bullet, numbered } from '../layout.ts';
import type { MessageLinks } from '../links.ts';
import { wrap } from '../text.ts';
import { timeOfDay } from '../time.ts';

/** What one e-mail is made of. */
export interface Letter extends About {
  readonly pending: PendingNotification;
  readonly links: MessageLinks;
  /** Subjects of other incidents that it speaks for. */
  readonly alsoAbout: readonly string[];
}

/** How many of each list are shown; the incident itself keeps more. */
export const SHOWN = {
  evidence: 6,
  actions: 8,
  facts: 5,
  ruledOut: 8,
  wouldChange: 5,
  effects: 8,
  alsoAbout: 12,
} as const;

export const stepLines = (index: number, step: Step): string =>
  [
    numbered(index, step.do),
    ...(step.where ? [wrap(step.where, '     Where:  ', '             ')] : []),
    ...(step.expect ? [wrap(step.expect, '     Expect: ', '             ')] : []),
  ].join('\n');

/** In lists whose heading says UTC: the time of day, with the date where it is another day than the detection. */
export const stamp = (at: number, { incident }: { readonly incident: Incident }): string =>
  timeOfDay(at, incident.detectedAt);

export const evidenceLine = (evidence: Evidence, letter: Letter): string => {
  const { show } = letter;
  const facts = Object.entries(evidence.facts)
    .slice(0, SHOWN.facts)
    .map(([name, value]) => `${show(name, 40)}=${show(String(value), 60)}`);
  const text = `${stamp(evidence.at, letter)} ${show(evidence.probe, 60)}: ${show(evidence.summary, 300)}`;
  return bullet(facts.length > 0 ? `${text} [${facts.join(', ')}]` : text);
};
