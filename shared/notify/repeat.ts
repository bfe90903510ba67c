import type { Config } from '../config/schema.ts';
import { tell } from '../incident/belief.ts';
import { bound } from '../incident/bounds.ts';
import { type Incident, isOpen, isPage } from '../incident/incident.ts';
import { isTold } from '../incident/tick.ts';
import { advance } from '../incident/turn.ts';

const MINUTE = 60_000;

/**
 * The incident with its last page owed once more, when nobody has acknowledged it for the time of
 * `notify.repeatPageMinutes` since it was delivered; the same reference otherwise. A page that is still owed is not
 * repeated.
 */
export const repeatPage = (incident: Incident, { notify }: Pick<Config, 'notify'>, now: number): Incident => {
  const everyMs = notify.repeatPageMinutes[incident.severity] * MINUTE;
  if (everyMs <= 0 || !isOpen(incident) || incident.status !== 'triggered' || !isTold(incident))
    return incident;
  const page = incident.deliveries.findLast((delivery) => isPage(delivery));
  if (!page || incident.pending.some(isPage) || now - page.deliveredAt < everyMs) return incident;
  const at = Math.max(now, incident.updatedAt);
  return bound(tell(advance(incident, at, []), page.transition, { at, now }));
};
