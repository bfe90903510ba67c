/**
 * Where the rows of a replay come from. held: waiting in the queue (a replay lets them go) · dead-letters: set aside ·
 * uncalled: accepted by Clay, and never called back
 */
export type ReplaySource = 'held' | 'dead-letters' | 'uncalled';

/** A replay under way, stopped or done: one item, changed by conditional writes, so that it can be resumed anywhere. */
export interface ReplayJob {
  /** `rpl-<yyyymmdd>-<8 hex>` */
  readonly id: string;
  readonly feed: string;
  readonly source: ReplaySource;
  readonly from: number;
  readonly to: number;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly by: string;
  readonly status: 'running' | 'stopped' | 'done';
  /** Where to go on. */
  readonly cursor: string | null;
  readonly planned: number;
  readonly queued: number;
  /** Called back or accepted in the meantime, or no longer kept. */
  readonly skipped: number;
  readonly version: number;
}

/** Replays, for 90 days after they were last worked on. They hold no row. */
export interface ReplayJobStore {
  /** Strongly consistent. */
  load(id: string): Promise<ReplayJob | null>;
  /** Writes if the store still holds `next.version - 1` of it; version 1 if it holds none. */
  save(next: ReplayJob): Promise<'written' | 'conflict'>;
  /** Newest first. */
  list(limit: number): Promise<readonly ReplayJob[]>;
}
