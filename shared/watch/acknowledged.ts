import { isDrill } from '../incident/drill.ts';
import type { Actor, Incident } from '../incident/incident.ts';
import { acknowledgedAt } from '../postmortem/times.ts';
import type { Severity } from '../severity.ts';

/** Somebody has an incident that nobody had before. */
export interface Acknowledged {
  readonly incident: string;
  readonly severity: Severity;
  /** Undefined: not kept any more. Who it was is on the incident. */
  readonly via: Actor['via'] | undefined;
  /** From its opening. */
  readonly minutes: number;
}

const MINUTE = 60_000;

/**
 * The incidents that somebody first had between two runs (epoch ms, `to` included), each in one run only. Looked up rather
 * than told by whoever took the word: so those of the command line, which writes no log, are among them. Drills are not.
 */
export const acknowledgedSince = (
  incidents: readonly Incident[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly Acknowledged[] =>
  incidents.flatMap((incident) => {
    const at = acknowledgedAt(incident);
    // After nothing at all it is not known which were measured.
    if (isDrill(incident) || at === null || from === 0 || at <= from || at > to) return [];
    const said = incident.timeline.find((one) => one.at === at && one.by !== undefined);
    return [
      {
        incident: incident.id,
        severity: incident.severity,
        via: said?.by?.via ?? incident.acknowledgement?.by.via,
        minutes: Math.round((10 * Math.max(0, at - incident.openedAt)) / MINUTE) / 10,
      },
    ];
  });
