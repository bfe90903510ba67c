import type { Config } from '../config/schema.ts';
import { respondBy } from '../incident/deadlines.ts';
import { type Incident, isPage, type TimelineEntry } from '../incident/incident.ts';
import type { DeliveryProof } from '../notify/proof.ts';
import type { Measured, Postmortem } from './postmortem.ts';

const MINUTE = 60_000;
const NO_TIME: Measured = { tookMs: null, deadlineMs: null, kept: null };

const firstOf = ({ timeline }: Incident, kind: TimelineEntry['kind']): number | null =>
  timeline.find((entry) => entry.kind === kind)?.at ?? null;

/** When somebody first had it; the timeline may have lost the entry, and then the incident itself still says. */
export const acknowledgedAt = (incident: Incident): number | null => {
  const first = firstOf(incident, 'acknowledged') ?? incident.acknowledgement?.at ?? null;
  // Whoever mitigates has it.
  const mitigated = mitigatedAt(incident);
  return first === null || (mitigated !== null && mitigated < first) ? mitigated : first;
};

const mitigatedAt = (incident: Incident): number | null =>
  firstOf(incident, 'mitigated') ?? incident.mitigatedAt ?? null;

/** When the first page was taken by a channel. */
export const notifiedAt = (proofs: readonly DeliveryProof[]): number | null =>
  proofs
    .filter((proof) => proof.status === 'delivered' && isPage({ transition: proof.transition }))
    .reduce<number | null>(
      (first, { deliveredAt }) =>
        deliveredAt === null ? first : first === null ? deliveredAt : Math.min(first, deliveredAt),
      null,
    );

const span = (from: number, to: number | null): Measured =>
  to === null ? NO_TIME : { ...NO_TIME, tookMs: Math.max(0, to - from) };

/** Against a deadline; `over` is when waiting for it ended without its having happened. */
const against = ({ tookMs }: Measured, deadlineMs: number, waitedMs: number): Measured => {
  if (tookMs !== null) return { tookMs, deadlineMs, kept: tookMs <= deadlineMs };
  return { tookMs, deadlineMs, kept: waitedMs > deadlineMs ? false : null };
};

/**
 * By when somebody had to respond: at the severity it opened with, or sooner when people were paged for a more urgent
 * one before anybody had it. What nobody was told sets no deadline.
 */
const respondWithin = (incident: Incident, acknowledged: number | null, config: Config): number => {
  const { openedAt, peakSeverity, deliveries } = incident;
  const heard = deliveries.filter(({ deliveredAt }) => acknowledged === null || deliveredAt <= acknowledged);
  const first = heard.find(({ transition }) => transition === 'triggered')?.severity ?? peakSeverity;
  const raised = heard.flatMap(({ transition, severity, deliveredAt }) =>
    transition === 'severity-raised' && severity ? [respondBy(severity, deliveredAt, config.incidents)] : [],
  );
  return Math.min(respondBy(first, openedAt, config.incidents), ...raised) - openedAt;
};

/**
 * When it was no longer told of on its own: it was made part of another, or was explained by one, and stayed so. From
 * then on nobody was paged for it, and no deadline of its own ran. Null: it was told of until its end.
 */
export const toldElsewhereAt = ({ timeline }: Pick<Incident, 'timeline'>): number | null => {
  const last = (kinds: readonly TimelineEntry['kind'][]) =>
    timeline.findLast(({ kind }) => kinds.includes(kind));
  const merging = last(['merged', 'unmerged']);
  const hiding = last(['hidden-by-upstream', 'unhidden']);
  const since = [
    ...(merging?.kind === 'merged' ? [merging.at] : []),
    ...(hiding?.kind === 'hidden-by-upstream' ? [hiding.at] : []),
  ];
  return since.length === 0 ? null : Math.min(...since);
};

/** Every span that a postmortem is asked for. */
export const timesOf = (
  incident: Incident,
  proofs: readonly DeliveryProof[],
  { config, now }: { readonly config: Config; readonly now: number },
): Postmortem['times'] => {
  const { detectedAt, openedAt, resolvedAt = null } = incident;
  const waited =
    Math.min(resolvedAt ?? now, toldElsewhereAt(incident) ?? Number.POSITIVE_INFINITY) - openedAt;
  const acknowledged = acknowledgedAt(incident);
  return {
    detect: span(detectedAt, openedAt),
    notify: against(
      span(openedAt, notifiedAt(proofs)),
      Math.round(config.notify.fallback.afterMinutes * MINUTE),
      waited,
    ),
    acknowledge: against(span(openedAt, acknowledged), respondWithin(incident, acknowledged, config), waited),
    mitigate: span(detectedAt, mitigatedAt(incident)),
    resolve: span(detectedAt, resolvedAt),
  };
};
