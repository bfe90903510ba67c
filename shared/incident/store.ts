import type { Cause } from '../cause.ts';
import type { Incident } from './incident.ts';

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
   * Writes `next` (whose version is `expected.version + 1`, or 1 when there was none) if the store still holds
   * `expected` (null: nothing for this cause and subject). Replacing a resolved incident by a new one (another id)
   * keeps the old one readable by id and listed. `conflict` when another writer was faster.
   */
  write(next: Incident, expected: Incident | null): Promise<WriteResult>;
  /** Every incident that is open or still owes a notification; may lag by a moment. */
  active(): Promise<readonly Incident[]>;
  /** Newest first, open and resolved, current and archived, opened at or after `since`; each id once. */
  list(query: { readonly since: number; readonly limit: number }): Promise<readonly Incident[]>;
}
