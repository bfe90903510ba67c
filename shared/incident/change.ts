import { ClaywatchError } from '../errors.ts';
import type { IncidentKey } from './decide.ts';
import type { Incident } from './incident.ts';
import type { IncidentStore } from './store.ts';

/** Writers of one incident are few (runs that overlap, senders): losing this often means that something is wrong. */
const TRIES = 10;

export interface Change {
  readonly before: Incident | null;
  /** The same reference as `before` when nothing was written. */
  readonly after: Incident | null;
}

/**
 * Applies a pure change to the current incident of a key and writes it; when another writer was faster, reloads and
 * decides again. `change` returns the same reference (or null) for "nothing to write". Throws `incident.contended`
 * when it keeps losing; faults of the store pass through.
 */
export const changeIncident = async (
  store: Pick<IncidentStore, 'current' | 'write'>,
  { cause, subject }: IncidentKey,
  change: (current: Incident | null) => Incident | null,
): Promise<Change> => {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const before = await store.current(cause, subject);
    const after = change(before);
    if (after === null || after === before) return { before, after: before };
    if ((await store.write(after, before)) === 'written') return { before, after };
  }
  throw new ClaywatchError(
    'incident.contended',
    `${cause} (${subject}) was changed by others ${TRIES} times in a row.`,
    'Nothing is lost: the next run tries again. If this repeats, look for a second installation on the same table.',
  );
};
