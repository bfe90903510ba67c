import type { Severity } from '../severity.ts';
import { nextFlap, owe, type Turn } from './belief.ts';
import { clip } from './bounds.ts';
import type { IncidentKey } from './fact.ts';
import type { Incident, TimelineEntry } from './incident.ts';
import type { IncidentPolicy } from './policy.ts';

/** `now` is the clock's; `at` is the incident's time, which never goes back. */
export interface Moment {
  readonly now: number;
  readonly at: number;
  readonly policy: IncidentPolicy;
}

/** A cause and subject, for people; also unique for the pair. */
export const named = ({ cause, subject }: IncidentKey): string => `${cause} (${subject})`;
export const note = (at: number, kind: TimelineEntry['kind'], text: string): TimelineEntry => ({
  at,
  kind,
  text: clip(text),
});

/** A note of the severity that it has from now on. */
export const noteOfSeverity = (
  at: number,
  kind: TimelineEntry['kind'],
  severity: Severity,
  text: string,
): TimelineEntry => ({ ...note(at, kind, text), severity });

/** The next version, with its times. */
export const advance = (current: Incident, at: number, entries: readonly TimelineEntry[]): Incident => ({
  ...current,
  updatedAt: at,
  version: current.version + 1,
  timeline: [...current.timeline, ...entries],
});

/** Like `advance`, for a turn that people may have to hear of. */
export const turn = (
  current: Incident,
  change: Partial<Incident>,
  how: Turn,
  entries: readonly TimelineEntry[],
  { at, now, policy }: Moment,
): Incident => {
  const { flap: before, ...rest } = advance(current, at, entries);
  const flap = nextFlap(before, how, at, policy);
  return owe({ ...rest, ...(flap && { flap }), ...change }, at, now, policy);
};
