import type { Cause } from '../cause.ts';
import { type Incident, isOpen } from './incident.ts';

/** The outcome of a conditional write; a conflict is expected, not a fault. */
export type WriteResult = 'written' | 'conflict';

/**
 * Where incidents live. One current incident per cause and subject (open, or the last resolved one); each change is
 * ONE conditional write of the whole incident with its timeline and pending notifications. Works without
 * transactions and streams.
 */
export interface IncidentStore {
  /** Strongly consistent. */
  current(cause: Cause, subject: string): Promise<Incident | null>;
  /** By id, current or archived; may lag by a moment. */
  byId(id: string): Promise<Incident | null>;
  /**
   * Writes `next` (whose version is `expected.version + 1`, or 1 when it opens) if the store still holds
   * `expected` (null: nothing for this cause and subject). Replacing a resolved incident by a new one (another id)
   * keeps the old one readable by id and listed; one that still owes a message is never replaced. `conflict` when
   * another writer was faster, or when it cannot be told whether this write was the one that won. Throws a RangeError
   * when `next` is no successor of `expected`.
   */
  write(next: Incident, expected: Incident | null): Promise<WriteResult>;
  /** Every incident that is open, still owes a notification, or is held closed by somebody; may lag by a moment. */
  active(): Promise<readonly Incident[]>;
  /**
   * Newest first (`newestFirst`), open and resolved, current and archived, opened at or after `since`; each id once.
   * With `after` those that come after it in this order, whether there is such an incident or not.
   */
  list(query: {
    readonly since: number;
    readonly limit: number;
    readonly after?: Place;
  }): Promise<readonly Incident[]>;
}

/** Where an incident stands in the list; it never changes. */
export type Place = Pick<Incident, 'openedAt' | 'id'>;

/** The order of lists: the newest first, and of those opened in one millisecond the one with the greater id. */
export const newestFirst = (one: Place, other: Place): number =>
  other.openedAt - one.openedAt || (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);

/** Whether it must stay what is current of its cause and subject: it is open, or a message about it is owed. */
export const isUnfinished = (incident: Incident): boolean => isOpen(incident) || incident.pending.length > 0;

/** Whether an incident still concerns anybody: also while somebody's word holds it closed. */
export const isActive = (incident: Incident): boolean =>
  isUnfinished(incident) || typeof incident.closedBy?.until === 'number';

/** What every store checks before a write. Throws a RangeError; a caller that meets it has a defect. */
export const assertSuccessor = (next: Incident, expected: Incident | null): void => {
  const refuse = (why: string) => {
    throw new RangeError(`incident ${next.id} version ${next.version}: ${why}`);
  };
  if (expected === null || expected.id !== next.id) {
    if (next.version !== 1) refuse('a new incident has version 1');
    if (expected !== null && isUnfinished(expected)) refuse(`${expected.id} is open or owes a message`);
  } else if (next.version !== expected.version + 1) {
    refuse(`does not follow version ${expected.version}`);
  }
  if (expected && (expected.cause !== next.cause || expected.subject !== next.subject))
    refuse(`${expected.id} is about something else`);
};
