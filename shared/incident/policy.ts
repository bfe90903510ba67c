import type { Config } from '../config/schema.ts';

export type IncidentsConfig = Config['incidents'];

/** The numbers by which incidents live; sizes that protect the store are in bounds.ts. */
export interface IncidentPolicy {
  /** Deadlines, calendar and update rhythm. */
  readonly deadlines: IncidentsConfig;
  /** How long after its resolution an incident is opened again instead of a new one, ms. */
  readonly reopenWithinMs: number;
  /** Relapses in a row after which improvements must last before they are told. */
  readonly quietAfterRelapses: number;
  /** How often evidence of the same kind with other numbers is written at most, ms. */
  readonly refreshEveryMs: number;
}

const MINUTE = 60_000;

export const incidentPolicy = (config: Pick<Config, 'incidents'>): IncidentPolicy => ({
  deadlines: config.incidents,
  reopenWithinMs: Math.round(config.incidents.reopenWithinMinutes * MINUTE),
  quietAfterRelapses: 3,
  refreshEveryMs: 15 * MINUTE,
});
