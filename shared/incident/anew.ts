import { respondBy } from './deadlines.ts';
import type { Incident } from './incident.ts';
import type { Moment } from './turn.ts';

/** The incident as nobody's: whoever had it has it no longer, the deadline runs anew, and no step is taken yet. */
export const asNobodys = (current: Incident, { now, policy }: Moment): Incident => {
  const { acknowledgement: _, mitigatedAt: __, escalation: ___, paged: ____, ...rest } = current;
  return { ...rest, status: 'triggered', respondBy: respondBy(current.severity, now, policy.deadlines) };
};
