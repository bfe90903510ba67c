import * as z from 'zod';
import { parseJson } from '../answer.ts';
import { openIncidents, type StatusPage } from './declared.ts';
import { incidentsShape, indicatorShape, pageShape } from './shapes.ts';

export const ROOTLY_PATH = '/api/v1/status.json';

const shape = z.object({
  page: pageShape,
  status: z.object({ indicator: indicatorShape }),
  incidents: incidentsShape,
});

/** Reads Rootly's `GET /api/v1/status.json` [C for Rootly, L for Clay's page]. Null when it is something else. */
export const readRootly = (body: string): StatusPage | null => {
  const read = shape.safeParse(parseJson(body));
  if (!read.success) return null;
  const { page, status, incidents } = read.data;
  return {
    format: 'rootly',
    ...(page === undefined ? {} : { updatedAt: page }),
    indicator: status.indicator,
    incidents: openIncidents(incidents),
    components: 'none',
  };
};
