import type { Config } from '../config/schema.ts';
import { type Incident, isOpen, type PendingNotification, type TimelineEntry } from '../incident/incident.ts';
import { FINDINGS } from '../observe/findings.ts';
import type { Evidence } from '../observe/signals.ts';
import { type RunbookEntry, runbookFor } from '../runbook/index.ts';
import { isMitigated } from './done.ts';
import { knownHosts } from './known-hosts.ts';
import { oneLine } from './text.ts';

/** An incident with all that it takes to tell of it. */
export interface About {
  readonly incident: Incident;
  readonly config: Config;
  readonly entry: RunbookEntry;
  readonly timeZone: string;
  /** As seen from when, epoch ms. */
  readonly now: number;
  /** Somebody else's text on one line, safe to show, of at most `max` characters. */
  readonly show: (text: string, max: number) => string;
  /** A link that shows it, and can do nothing. */
  readonly view?: string;
}

export const aboutOf = (
  incident: Incident,
  config: Config,
  now: number,
  hosts: ReadonlySet<string> = knownHosts(config),
): About => ({
  incident,
  config,
  now,
  entry: runbookFor(incident),
  timeZone: config.incidents.calendar.timeZone,
  show: (text, max) => oneLine(text, max, hosts),
});

/** When it ended, or how far it is known; epoch ms. */
export const endOf = (incident: Incident): number => incident.resolvedAt ?? incident.updatedAt;

const OK_FINDINGS: ReadonlySet<string> = new Set(
  Object.values(FINDINGS).flatMap((findings) =>
    Object.entries(findings).flatMap(([finding, outcome]) => (outcome === 'ok' ? [finding] : [])),
  ),
);

/** Whether it shows something working. Findings of that kind have names of their own on every surface. */
export const isGood = ({ finding, kind }: Evidence): boolean =>
  kind !== 'fallback' && OK_FINDINGS.has(finding);

/** Whether it speaks for the incident: what stands in for something that cannot be seen does not. */
export const isAgainst = (evidence: Evidence): boolean => evidence.kind !== 'fallback' && !isGood(evidence);

const KINDS: Partial<Record<PendingNotification['transition'], readonly TimelineEntry['kind'][]>> = {
  'severity-raised': ['severity-raised', 'severity-set'],
  'severity-lowered': ['severity-lowered', 'severity-set'],
  'acknowledgement-stale': ['acknowledgement-stale', 'unacknowledged'],
};

/** A message that is rendered once more knows only when it was owed, which is a little later than what it is about. */
const OWED_WITHIN_MS = 3_600_000;

/** The entry of the timeline that a message is about; undefined when it is no longer kept. */
export const eventOf = (
  { timeline }: Incident,
  { transition, createdAt, text }: PendingNotification,
): TimelineEntry | undefined => {
  const kinds = KINDS[transition] ?? [transition];
  const fitting = timeline.filter(({ kind }) => kinds.includes(kind));
  const then = fitting.filter(({ at }) => at === createdAt);
  return (
    then.find((entry) => entry.text === text) ??
    then.at(-1) ??
    fitting.findLast(({ at }) => at < createdAt && createdAt - at <= OWED_WITHIN_MS)
  );
};

/** Whether people were told the same before and nobody has taken it since: a page that is repeated. */
export const isReminder = (
  { timeline, deliveries }: Incident,
  { id, transition, createdAt }: PendingNotification,
): boolean =>
  (transition === 'triggered' || transition === 'reopened') &&
  deliveries.some((delivery) => delivery.transition === transition && delivery.id !== id) &&
  !timeline.some(({ at, kind }) => at === createdAt && kind === transition);

/** Who closed it without its being seen working, as far as a message about a resolution knows; undefined: it was seen. */
export const closedByHand = (incident: Incident, pending?: PendingNotification): TimelineEntry['by'] => {
  if (!isOpen(incident)) return incident.closedBy?.actor;
  return pending?.transition === 'resolved' ? eventOf(incident, pending)?.by : undefined;
};

/** How the communication template of the second runbook names it; `Identified` beside its own three. */
export type CurrentStatus = 'Investigating' | 'Identified' | 'Mitigating' | 'Resolved';

const TURNS: ReadonlySet<TimelineEntry['kind']> = new Set([
  'triggered',
  'reopened',
  'severity-raised',
  'severity-lowered',
  'recovering',
]);

/** Investigating: nobody has it yet · Identified: somebody has it · Mitigating: it gets better, or its rows are looked after, and it is not over. */
export const currentStatus = (incident: Incident): CurrentStatus => {
  if (!isOpen(incident)) return 'Resolved';
  const last = incident.timeline.findLast(({ kind }) => TURNS.has(kind))?.kind;
  const isBetter = last === 'recovering' || last === 'severity-lowered';
  if (incident.status === 'mitigated' || isBetter || isMitigated(incident)) return 'Mitigating';
  return incident.status === 'acknowledged' ? 'Identified' : 'Investigating';
};

/** What Claywatch itself did to Clay or to the relay because of it. */
export const isMeasure = ({ kind }: TimelineEntry): boolean => kind === 'action';

/** What says that something was told, or is to be told. */
const SAYINGS: ReadonlySet<TimelineEntry['kind']> = new Set([
  'notified',
  'notify-failed',
  'withheld',
  'update-due',
  'drafted',
]);

/** What was done or happened, rather than what was delivered. */
export const isAction = ({ kind }: TimelineEntry): boolean => !SAYINGS.has(kind);
