import type { Incident, TimelineEntry } from '../incident/incident.ts';
import type { EvidenceSnapshot } from './postmortem.ts';

/** What an incident turns on; words and messages are no occasion to look again. */
const TURNS: ReadonlySet<TimelineEntry['kind']> = new Set([
  'triggered',
  'reopened',
  'severity-raised',
  'severity-lowered',
  'severity-set',
  'acknowledged',
  'unacknowledged',
  'acknowledgement-stale',
  'mitigated',
  'resolved',
]);

/**
 * For what a look at things is still to be kept: the newest turn since the last one that was kept; null: nothing. Asked
 * of what is stored, so a crash between a change and its evidence loses none, and neither does what people do elsewhere.
 */
export const occasionDue = (
  { timeline }: Pick<Incident, 'timeline'>,
  kept: readonly Pick<EvidenceSnapshot, 'at'>[],
): string | null => {
  const lastAt = kept.reduce((last, { at }) => Math.max(last, at), Number.NEGATIVE_INFINITY);
  const turn = timeline.findLast(({ kind }) => TURNS.has(kind));
  if (!turn || turn.at <= lastAt) return null;
  return turn.kind === 'triggered' ? 'opened' : turn.kind;
};
