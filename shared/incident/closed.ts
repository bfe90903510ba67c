import { CLOCK_SKEW_MS, closedUntil } from './deadlines.ts';
import type { Incident } from './incident.ts';
import type { Moment } from './turn.ts';

/**
 * Whether it was closed by somebody's word, and that still holds against what is seen. A time that lies further ahead
 * than it could be set now was set by a clock that was wrong, and holds no longer.
 */
export const isHeldClosed = ({ closedBy }: Incident, { now, policy }: Omit<Moment, 'at'>): boolean =>
  closedBy !== undefined &&
  closedBy.until !== null &&
  now < closedBy.until &&
  closedBy.until <= closedUntil(now, policy.deadlines) + CLOCK_SKEW_MS;
