import { type Incident, isOpen, type TimelineEntry } from '../incident/incident.ts';
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

/** The rows that waited when it was last looked at, after its end, have all been sent on. */
const isDrained = (
  last: Pick<EvidenceSnapshot, 'feeds'>,
  waiting: Readonly<Record<string, number>>,
): boolean => {
  const waited = last.feeds.filter((one) => one.waiting !== null && one.waiting > 0);
  return waited.length > 0 && waited.every(({ feed }) => Object.hasOwn(waiting, feed) && waiting[feed] === 0);
};

/**
 * For what a look at things is still to be kept: the newest turn since the last look that was kept, else what was done
 * about the rows since then, else that they have all been sent on; null: nothing. Asked of what is stored, so a crash
 * between a change and its evidence loses none, and neither does what people do elsewhere.
 *
 * @param last the newest look that was kept of it; null: none
 * @param waiting rows that wait in the relay now, by feed
 */
export const occasionDue = (
  incident: Pick<Incident, 'timeline' | 'status'>,
  last: Pick<EvidenceSnapshot, 'at' | 'feeds'> | null,
  waiting: Readonly<Record<string, number>> = {},
): string | null => {
  const since = incident.timeline.filter(({ at }) => last === null || at > last.at);
  const turn = since.findLast(({ kind }) => TURNS.has(kind));
  if (turn) return turn.kind === 'triggered' ? 'opened' : turn.kind;
  if (since.some(({ kind }) => kind === 'action')) return 'action';
  return last !== null && !isOpen(incident) && isDrained(last, waiting) ? 'rows-sent-on' : null;
};
