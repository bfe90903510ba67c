import type { IncidentBrief } from '../../../shared/respond/incident-shape.ts';

/** How far somebody is in the guided drill; kept by the browser tab, times in epoch ms. */
export interface Progress {
  /** The fault that they switched on. */
  readonly fault: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** They opened the postmortem. */
  readonly readAt: number | null;
}

export type StepId = 'break' | 'found' | 'acknowledge' | 'mend' | 'closed' | 'read';
export type StepState = 'done' | 'now' | 'later';

export interface GuideStep {
  readonly id: StepId;
  readonly state: StepState;
  /** How long it took since the step that it follows, ms; null: not known, or nothing to measure. */
  readonly tookMs: number | null;
}

export interface Guide {
  readonly steps: readonly GuideStep[];
  /** The incident that the fault led to; null before it was found. */
  readonly incident: IncidentBrief | null;
  readonly done: boolean;
}

const ORDER: readonly StepId[] = ['break', 'found', 'acknowledge', 'mend', 'closed', 'read'];

/** Instants of the API are to the second: what opened within the second of the switch is meant, too. */
const SECOND = 1_000;

const time = (instant: string | null | undefined): number | null =>
  instant === null || instant === undefined ? null : Date.parse(instant);

/** The first incident since the fault that no other one explains. */
const incidentOf = (progress: Progress, incidents: readonly IncidentBrief[]): IncidentBrief | null =>
  incidents
    .filter(
      ({ cause, hidden_by: hiddenBy, opened_at: openedAt }) =>
        cause !== 'drill' && hiddenBy === null && Date.parse(openedAt) >= progress.startedAt - SECOND,
    )
    .toSorted((one, other) => Date.parse(one.opened_at) - Date.parse(other.opened_at))[0] ?? null;

const since = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : Math.max(0, to - from);

/**
 * Where the drill stands, by what the API says; nothing is remembered but what the person did. Pure. A step counts as
 * done also when it was overtaken: whoever mends before they acknowledge need not go back.
 */
export const guideOf = (progress: Progress | null, incidents: readonly IncidentBrief[]): Guide => {
  const incident = progress && incidentOf(progress, incidents);
  const isOver = incident !== null && (incident.status === 'resolved' || incident.status === 'reviewed');
  const openedAt = time(incident?.opened_at);
  const acknowledgedAt = time(incident?.acknowledged?.at);
  const resolvedAt = isOver ? time(incident?.resolved_at) : null;
  const reached: Readonly<Record<StepId, { readonly done: boolean; readonly tookMs: number | null }>> = {
    break: { done: progress !== null, tookMs: null },
    found: { done: incident !== null, tookMs: since(progress?.startedAt ?? null, openedAt) },
    acknowledge: {
      done: acknowledgedAt !== null || isOver || incident?.status === 'mitigated',
      tookMs: since(openedAt, acknowledgedAt),
    },
    mend: { done: progress?.endedAt != null, tookMs: null },
    closed: { done: isOver, tookMs: since(progress?.endedAt ?? null, resolvedAt) },
    read: { done: progress?.readAt != null, tookMs: null },
  };
  const next = ORDER.find((id) => !reached[id].done);
  return {
    steps: ORDER.map((id) => ({
      id,
      state: reached[id].done ? 'done' : id === next ? 'now' : 'later',
      tookMs: reached[id].done ? reached[id].tookMs : null,
    })),
    incident,
    done: next === undefined,
  };
};
