import type { Cause } from '../cause.ts';
import type { Severity } from '../severity.ts';

/** Pages and notices are held back for a while; recovery of what was told before is still announced. */
export interface Silence {
  /** `sil-<8 hex>` */
  readonly id: string;
  /** maintenance: planned work, shown on status pages as such · silence: known, and being dealt with. */
  readonly kind: 'silence' | 'maintenance';
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly by: string;
  readonly createdAt: number;
  /** Ended before its time. */
  readonly endedAt: number | null;
  /** What it covers; every member that is given must fit. Nothing given: everything. */
  readonly match: {
    readonly causes?: readonly Cause[];
    readonly subject?: string;
    readonly feed?: string;
    /** Only what is this urgent or less. */
    readonly atMost?: Severity;
  };
}

export interface SilenceStore {
  /** Refused (`conflict`) when the id is taken. */
  create(silence: Silence): Promise<'written' | 'conflict'>;
  /** One that has not begun is called off. `gone`: there is none, or it is over. */
  end(id: string, at: number): Promise<'ended' | 'gone'>;
  /** In force at `now` or later, soonest first. May lag by a moment. */
  current(now: number): Promise<readonly Silence[]>;
  /** Newest first, also those that are over; made at or after `since`. */
  list(query: { readonly since: number; readonly limit: number }): Promise<readonly Silence[]>;
}
