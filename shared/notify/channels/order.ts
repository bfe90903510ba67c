import type { Bulletin } from './port.ts';

/**
 * Where a message stands among those of its incident: the version in its id (`<incident id>:<version>:<transition>`).
 * Queues deliver out of order, and a late message must not paint over a newer state.
 */
export const orderOf = ({ id, at }: Pick<Bulletin, 'id' | 'at'>): number => {
  const [, version] = /:(\d{1,12}):/.exec(id) ?? [];
  return version === undefined ? at : Number(version);
};

/** Whether a later message of the incident was handed over already. */
export const isOvertaken = (
  bulletin: Pick<Bulletin, 'id' | 'at'>,
  known: Readonly<Record<string, string>>,
): boolean => orderOf(bulletin) < Number(known.order ?? Number.NEGATIVE_INFINITY);

/** A message as a short key in the memory of its own incident. */
export const keyOf = ({ id, incidentId }: Pick<Bulletin, 'id' | 'incidentId'>): string =>
  (id.startsWith(`${incidentId}:`) ? id.slice(incidentId.length + 1) : id).slice(0, 200);
