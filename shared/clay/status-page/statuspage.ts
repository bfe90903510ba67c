import * as z from 'zod';
import { parseJson } from '../answer.ts';
import { type Level, openIncidents, type StatusPage, worst } from './declared.ts';
import { incidentShape, incidentsShape, indicatorShape, pageShape } from './shapes.ts';

export const STATUSPAGE_PATH = '/api/v2/summary.json';

const shape = z.object({
  page: pageShape,
  status: z.object({ indicator: indicatorShape }),
  incidents: incidentsShape,
  components: z
    .array(z.object({ status: z.string().nullish() }))
    .max(1_000)
    .nullish(),
  scheduled_maintenances: z.array(incidentShape).max(1_000).nullish(),
});

const COMPONENT: Readonly<Record<string, Level>> = {
  degraded_performance: 'minor',
  partial_outage: 'minor',
  major_outage: 'major',
  under_maintenance: 'maintenance',
};

/** Reads Atlassian Statuspage's `GET /api/v2/summary.json`. Null when it is something else. */
export const readStatuspage = (body: string): StatusPage | null => {
  const read = shape.safeParse(parseJson(body));
  if (!read.success) return null;
  const { page, status, incidents, components, scheduled_maintenances } = read.data;
  const underWay = (scheduled_maintenances ?? []).some((work) =>
    ['in_progress', 'verifying'].includes(work.status ?? ''),
  );
  return {
    format: 'statuspage',
    ...(page === undefined ? {} : { updatedAt: page }),
    indicator: worst([status.indicator, underWay ? 'maintenance' : 'none']),
    incidents: openIncidents(incidents),
    components: worst((components ?? []).map((component) => COMPONENT[component.status ?? ''] ?? 'none')),
  };
};
