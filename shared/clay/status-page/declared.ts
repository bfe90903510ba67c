import { plainLine } from '../text.ts';

/** How bad the page says it is. `maintenance` is announced work, not trouble. */
export type Level = 'none' | 'maintenance' | 'minor' | 'major';

/** An incident of the page that is not over. */
export interface OpenIncident {
  /** The page's words as one plain line of at most 120 characters. */
  readonly name: string;
  readonly level: Level;
  /** The page's own word for the impact, or `unstated`. */
  readonly impact: string;
  /** The latest time that the page gives for it, epoch ms; undefined when it gives none. */
  readonly lastUpdateAt?: number;
}

/** A status page, whoever made it. */
export interface StatusPage {
  readonly format: 'rootly' | 'statuspage';
  /** When the page says that it was last brought up to date, epoch ms. */
  readonly updatedAt?: number;
  readonly indicator: Level;
  readonly incidents: readonly OpenIncident[];
  /** The worst state of a component; `none` when the format has no components. */
  readonly components: Level;
}

/** The page after weighing its parts against each other. */
export interface Declared {
  readonly finding: 'operational' | 'maintenance' | 'minor-incident' | 'major-incident' | 'stale';
  /** The incidents that count, the worst first. */
  readonly incidents: readonly OpenIncident[];
  /** Open incidents that nobody has updated for longer than the configured time. */
  readonly staleIncidents: number;
}

const RANK: Readonly<Record<Level, number>> = { none: 0, maintenance: 1, minor: 2, major: 3 };
const FINDING = {
  none: 'operational',
  maintenance: 'maintenance',
  minor: 'minor-incident',
  major: 'major-incident',
} as const;

export const worst = (levels: readonly Level[]): Level =>
  levels.reduce<Level>((most, level) => (RANK[level] > RANK[most] ? level : most), 'none');

/**
 * The worst part speaks: a green indicator beside a major incident is a major incident [C]. A page that has gone
 * without an update for too long, or whose open incidents all have, is stale: nothing can be concluded from it, least of
 * all that all is well.
 */
export const weigh = (page: StatusPage, now: number, staleAfterMs: number): Declared => {
  const isOld = (at: number | undefined) => at !== undefined && now - at > staleAfterMs;
  const incidents = page.incidents
    .filter(({ lastUpdateAt }) => !isOld(lastUpdateAt))
    .toSorted((a, b) => RANK[b.level] - RANK[a.level]);
  const staleIncidents = page.incidents.length - incidents.length;
  if (incidents.length === 0 && (staleIncidents > 0 || isOld(page.updatedAt))) {
    return { finding: 'stale', incidents, staleIncidents };
  }
  const level = worst([page.indicator, page.components, ...incidents.map((incident) => incident.level)]);
  return { finding: FINDING[level], incidents, staleIncidents };
};

/** Over, or announced and not begun. */
const NOT_OPEN = new Set([
  'resolved',
  'completed',
  'postmortem',
  'cancelled',
  'canceled',
  'closed',
  'scheduled',
]);

/** An incident as both formats write it, before it is read. */
export interface RawIncident {
  readonly name?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly impact?: string | null | undefined;
  readonly started_at?: string | null | undefined;
  readonly created_at?: string | null | undefined;
  readonly updated_at?: string | null | undefined;
  readonly resolved_at?: string | null | undefined;
  readonly incident_updates?:
    | readonly {
        readonly created_at?: string | null | undefined;
        readonly updated_at?: string | null | undefined;
      }[]
    | null
    | undefined;
}

/** The incidents that are not over, read. One without a known impact counts as minor: it was declared. */
export const openIncidents = (incidents: readonly RawIncident[]): readonly OpenIncident[] =>
  incidents
    .filter(({ status, resolved_at }) => !resolved_at && !NOT_OPEN.has((status ?? '').toLowerCase()))
    .map((incident) => {
      const lastUpdateAt = latest(incident);
      return {
        name: plainLine(incident.name ?? '', 120) || 'an incident without a name',
        level: incidentLevel(incident.impact),
        impact: plainLine(incident.impact ?? '', 20) || 'unstated',
        ...(lastUpdateAt === undefined ? {} : { lastUpdateAt }),
      };
    });

const incidentLevel = (impact: string | null | undefined): Level => {
  switch ((impact ?? '').toLowerCase()) {
    case 'none':
      return 'none';
    case 'maintenance':
      return 'maintenance';
    case 'major':
    case 'critical':
      return 'major';
    default:
      return 'minor';
  }
};

const latest = (incident: RawIncident): number | undefined => {
  const updates = (incident.incident_updates ?? []).flatMap((update) => [
    update.created_at,
    update.updated_at,
  ]);
  const times = [incident.updated_at, incident.started_at, incident.created_at, ...updates]
    .map(instant)
    .filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
};

/** An ISO 8601 date and time as epoch ms; undefined when it is something else. */
export const instant = (text: string | null | undefined): number | undefined => {
  const time = /^\d{4}-\d{2}-\d{2}T/.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
};
