import type { DeadLetterFault } from '../relay/keeping.ts';

/**
 * Where the rows of a replay come from. held: waiting in the queue (a replay lets them go) · dead-letters: set aside ·
 * uncalled: accepted by Clay, and never called back
 */
export type ReplaySource = 'held' | 'dead-letters' | 'uncalled';

export const REPLAY_SOURCES = ['uncalled', 'dead-letters', 'held'] as const satisfies readonly ReplaySource[];

/** A row that is about to be queued. */
export interface PendingRow {
  /** Of the row, or of its dead letter. */
  readonly id: string;
  /** Of `uncalled`: the attempt that was accepted. */
  readonly after?: number;
  /** Of `dead-letters`: when it was set aside. */
  readonly at?: number;
}

/** What is about to be done, written down before it is begun, so that a crash leaves no row uncounted. */
export interface PendingPage {
  readonly rows: readonly PendingRow[];
  readonly skipped: number;
  /** Where to go on after it; null: nothing comes after. */
  readonly cursor: string | null;
}

/** A replay under way, stopped or done: one item, changed by conditional writes, so that it can be resumed anywhere. */
export interface ReplayJob {
  /** `rpl-<yyyymmdd>-<8 hex>` */
  readonly id: string;
  readonly feed: string;
  readonly source: ReplaySource;
  readonly from: number;
  readonly to: number;
  /** Of `uncalled`: rows that were accepted from then on may still come back, and are left alone. */
  readonly freshFrom: number;
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
  /** Of `dead-letters`: those of one fault only. */
  readonly fault?: DeadLetterFault;
  /** Why it is stopped. asked: somebody stopped it · held: the feed was put on hold · failed: something did not answer */
  readonly stopped?: 'asked' | 'held' | 'failed';
  readonly pending?: PendingPage;
  /** Names the run that worked on it last, so that one run knows its own writes. */
  readonly run: string;
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
