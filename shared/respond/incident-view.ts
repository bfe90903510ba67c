import { isoInstant } from '../clock.ts';
import { type Actor, type Incident, isOpen } from '../incident/incident.ts';
import { oneLine } from '../notify/text.ts';
import { holderOf, nameOf } from '../notify/who.ts';
import { runbookFor } from '../runbook/index.ts';
import type { IncidentBrief, IncidentDetail } from './incident-shape.ts';

const NAME = 120;
const SENTENCE = 500;
const WORDS = 2_000;

const instant = (epochMs: number | undefined): string | null =>
  epochMs === undefined ? null : isoInstant(epochMs);
/** Who did something, as it may be shown. */
export const actorOf = ({ name, via }: Actor) => ({ name: nameOf(name), via });

/** An incident as lists show it; whatever people or what was probed said is redacted and bounded. */
export const briefOf = (incident: Incident): IncidentBrief => {
  const { acknowledgement } = incident;
  return {
    id: incident.id,
    cause: incident.cause,
    subject: oneLine(incident.subject, NAME),
    title: runbookFor(incident).title,
    summary: oneLine(incident.summary, SENTENCE),
    status: incident.status,
    severity: incident.severity,
    peak_severity: incident.peakSeverity,
    detected_at: isoInstant(incident.detectedAt),
    opened_at: isoInstant(incident.openedAt),
    updated_at: isoInstant(incident.updatedAt),
    mitigated_at: instant(incident.mitigatedAt),
    resolved_at: instant(incident.resolvedAt),
    respond_by: isoInstant(incident.respondBy),
    next_update_at: isoInstant(incident.nextUpdateAt),
    acknowledged:
      holderOf(incident) && acknowledgement
        ? {
            by: actorOf(acknowledgement.by),
            at: isoInstant(acknowledgement.at),
            stale_at: isoInstant(acknowledgement.staleAt),
          }
        : null,
    assignee: incident.assignee === undefined ? null : nameOf(incident.assignee),
    merged_into: incident.mergedInto?.id ?? null,
    hidden_by: incident.hiddenBy?.cause ?? null,
    messages_owed: incident.pending.length,
  };
};

/** The whole of it: what happened, what was seen, what to do. */
export const detailOf = (incident: Incident): IncidentDetail => {
  const { steps, afterwards } = runbookFor(incident);
  return {
    ...briefOf(incident),
    reviewed: incident.reviewed
      ? { by: actorOf(incident.reviewed.by), at: isoInstant(incident.reviewed.at) }
      : null,
    reopenings: incident.reopenings,
    timeline: incident.timeline.map(({ at, kind, text, by, audience }) => ({
      at: isoInstant(at),
      kind,
      text: oneLine(text, WORDS),
      by: by ? actorOf(by) : null,
      audience: audience ?? null,
    })),
    evidence: incident.evidence.map(({ at, probe, finding, summary }) => ({
      at: isoInstant(at),
      probe: oneLine(probe, NAME),
      finding: oneLine(finding, NAME),
      summary: oneLine(summary, SENTENCE),
    })),
    would_change: incident.wouldChange.map((text) => oneLine(text, SENTENCE)),
    steps: isOpen(incident) ? steps.map((step) => step.do) : [...afterwards],
  };
};
