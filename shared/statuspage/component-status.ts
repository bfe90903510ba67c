/** The page's own names: Statuspage's five, and that nobody can say. */
export const COMPONENT_STATUSES = [
  'operational',
  'under_maintenance',
  'unknown',
  'degraded_performance',
  'partial_outage',
  'major_outage',
] as const;

export type ComponentStatus = (typeof COMPONENT_STATUSES)[number];
