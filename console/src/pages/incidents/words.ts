import type { IncidentBrief } from '../../../../shared/respond/incident-shape.ts';
import type { Tone } from '../../ui/tone.ts';

/** What a transition, or another kind of timeline entry, is called and how it is marked. */
const KINDS: Readonly<Record<string, readonly [words: string, tone: Tone]>> = {
  triggered: ['Triggered', 'bad'],
  reopened: ['Reopened', 'bad'],
  'severity-raised': ['Severity raised', 'bad'],
  'severity-lowered': ['Severity lowered', 'good'],
  'severity-set': ['Severity set', 'warn'],
  acknowledged: ['Acknowledged', 'note'],
  'acknowledgement-stale': ['Nobody has it any more', 'serious'],
  unacknowledged: ['Given back', 'serious'],
  escalated: ['Escalated', 'serious'],
  assigned: ['Assigned', 'note'],
  mitigated: ['Mitigated', 'warn'],
  'update-due': ['Update due', 'warn'],
  updated: ['Update', 'accent'],
  resolved: ['Resolved', 'good'],
  reviewed: ['Reviewed', 'good'],
  drafted: ['Postmortem drafted', 'accent'],
  action: ['Claywatch acted', 'accent'],
  proposed: ['Proposed', 'accent'],
  step: ['Step', 'good'],
  note: ['Note', 'quiet'],
  evidence: ['Seen', 'quiet'],
  notified: ['Told', 'quiet'],
  'notify-failed': ['Not told', 'bad'],
  recovering: ['Recovering', 'good'],
  withheld: ['Withheld', 'quiet'],
  merged: ['Merged', 'quiet'],
  unmerged: ['Separated', 'quiet'],
  'hidden-by-upstream': ['Explained by another', 'quiet'],
  'effect-hidden': ['Explains another', 'quiet'],
  unhidden: ['Stands on its own', 'warn'],
};

const spoken = (word: string): string => {
  const words = word.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Of a kind that this page does not know yet: its own name. */
export const kindWords = (kind: string): { readonly words: string; readonly tone: Tone } => {
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  return known ? { words: known[0], tone: known[1] } : { words: spoken(kind), tone: 'quiet' };
};

const SOURCES: Readonly<Record<string, string>> = {
  api: 'API',
  cli: 'command line',
  link: 'link',
  slack: 'Slack',
  pagerduty: 'PagerDuty',
  console: 'console',
  claywatch: 'Claywatch',
};

/** `Ada (console)`; Claywatch itself has no source. */
export const actorWords = (by: { readonly name: string; readonly via: string } | null): string => {
  if (by === null || by.via === 'claywatch') return 'Claywatch';
  return `${by.name} (${SOURCES[by.via] ?? by.via})`;
};

export const isOver = ({ status }: Pick<IncidentBrief, 'status'>): boolean =>
  status === 'resolved' || status === 'reviewed';

export type ActionName =
  | 'acknowledge'
  | 'unacknowledge'
  | 'mitigate'
  | 'resolve'
  | 'note'
  | 'assign'
  | 'severity'
  | 'review';

/** What a responder can do with an incident as it is, the most likely first. */
export const actionsFor = ({
  status,
  acknowledged,
}: Pick<IncidentBrief, 'status' | 'acknowledged'>): readonly ActionName[] => {
  if (status === 'reviewed') return ['note'];
  if (status === 'resolved') return ['review', 'note'];
  const has = acknowledged === null ? (['acknowledge'] as const) : [];
  const back = acknowledged === null ? [] : (['unacknowledge'] as const);
  const mitigate = status === 'mitigated' ? [] : (['mitigate'] as const);
  return [...has, ...mitigate, 'resolve', 'note', 'assign', 'severity', ...back];
};
