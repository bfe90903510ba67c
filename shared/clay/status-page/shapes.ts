import * as z from 'zod';
import { instant } from './declared.ts';

const text = z.string().nullish();

/** More than any real page lists; what exceeds it is not a status page. */
const MANY = 1_000;

export const incidentShape = z.object({
  name: text,
  status: text,
  impact: text,
  started_at: text,
  created_at: text,
  updated_at: text,
  resolved_at: text,
  incident_updates: z
    .array(z.object({ created_at: text, updated_at: text }))
    .max(MANY)
    .nullish(),
});

export const incidentsShape = z.array(incidentShape).max(MANY);

/** `none`, `minor` and so on; `critical` is Statuspage's word for the worst. */
export const indicatorShape = z
  .enum(['none', 'minor', 'major', 'critical', 'maintenance'])
  .transform((indicator) => (indicator === 'critical' ? 'major' : indicator));

/** When the page was last brought up to date; a page that does not say is taken as it is. */
export const pageShape = z
  .object({ updated_at: text })
  .transform((page) => instant(page.updated_at))
  .optional()
  .catch(undefined);
