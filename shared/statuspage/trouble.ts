import { type Incident, isOpen, type TimelineEntry } from '../incident/incident.ts';
import { runbookFor } from '../runbook/index.ts';
import type { Severity } from '../severity.ts';
import type { ComponentStatus } from './component-status.ts';
import type { Span } from './spans.ts';
import { isWorse, statusOf } from './state.ts';
import { sound } from './times.ts';

/** A stretch of time with one state. */
export interface Trouble extends Span {
  readonly status: ComponentStatus;
}

/** Whether rows are hit: the runbook says in the same words wherever they are not. */
export const hitsRows = (incident: Incident): boolean =>
  !/\bno impact on\b/i.test(runbookFor(incident).publicImpact);

/** Once people are no longer hit, what is left is not an outage. */
const statusWhen = (severity: Severity, isMitigated: boolean): ComponentStatus => {
  const status = statusOf(severity);
  return isMitigated && isWorse(status, 'degraded_performance') ? 'degraded_performance' : status;
};

/** How badly an open incident hits people at this moment. */
export const statusNow = ({ severity, status }: Incident): ComponentStatus =>
  statusWhen(severity, status === 'mitigated');

const OF_SEVERITY: ReadonlySet<TimelineEntry['kind']> = new Set([
  'triggered',
  'reopened',
  'severity-raised',
  'severity-lowered',
  'severity-set',
]);

/** A full timeline loses its middle, and earlier versions did not say each severity: then it tells too little. */
const isWhole = ({ timeline, reopenings }: Incident): boolean =>
  timeline.filter(({ kind }) => kind === 'reopened').length >= reopenings &&
  timeline.every(({ kind, severity }) => !OF_SEVERITY.has(kind) || severity !== undefined);

interface Standing {
  readonly isOver: boolean;
  readonly isMitigated: boolean;
  readonly severity: Severity;
}

const after = (standing: Standing, { kind, severity }: TimelineEntry): Standing => {
  const known = { ...standing, severity: severity ?? standing.severity };
  switch (kind) {
    case 'resolved':
      return { ...known, isOver: true };
    case 'reopened':
      return { ...known, isOver: false, isMitigated: false };
    case 'mitigated':
      return { ...known, isMitigated: true };
    case 'unacknowledged':
      return { ...known, isMitigated: false };
    default:
      return known;
  }
};

const piece = (from: number, to: number, status: ComponentStatus): readonly Trouble[] =>
  to > from ? [{ from, to, status }] : [];

/**
 * When an incident hit people, and how badly: from when it was first seen, without the times in which it was over. Where
 * its timeline does not tell all of that, the worst that it was counts for the whole of it: no outage is made small.
 */
export const troublesOf = (incident: Incident, now: number): readonly Trouble[] => {
  const end = isOpen(incident) ? now : Math.min(now, sound(incident.resolvedAt ?? incident.updatedAt));
  const start = Math.min(sound(incident.detectedAt), sound(incident.openedAt));
  if (!isWhole(incident)) return piece(start, end, statusOf(incident.peakSeverity));
  let from = start;
  let standing: Standing = { isOver: false, isMitigated: false, severity: incident.peakSeverity };
  const pieces: Trouble[] = [];
  const until = (to: number) => {
    if (!standing.isOver)
      pieces.push(...piece(from, to, statusWhen(standing.severity, standing.isMitigated)));
    from = Math.max(from, to);
  };
  for (const [index, entry] of incident.timeline.entries()) {
    // What it was opened as counts from when it was first seen.
    if (index > 0) until(Math.min(end, sound(entry.at)));
    standing = after(standing, entry);
  }
  until(end);
  return pieces;
};
