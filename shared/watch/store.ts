import type { Cause } from '../cause.ts';
import type { ProbeHealth } from '../observe/health.ts';
import type { Watched } from './watched.ts';

/** What one run leaves for the next: what is held true of every probe, and which slot was last done. */
export interface WatchState {
  /** The last slot whose run finished (scheduled time, epoch ms); 0 before the first. */
  readonly lastSlot: number;
  readonly health: Readonly<Record<string, ProbeHealth>>;
  /** Causes that were resolved a short while ago: they still explain what is counted over a stretch of time. */
  readonly lately?: readonly Ended[];
  /** When the watch looked; left out by earlier versions. */
  readonly watched?: Watched;
  readonly version: number;
}

/** An incident that ended, as far as the diagnosis still needs it. */
export interface Ended {
  readonly cause: Cause;
  readonly subject: string;
  /** Epoch ms. */
  readonly at: number;
}

/**
 * The watch state, one item. A slot is claimed before probing, so that a repeated or overlapping invocation of the
 * same slot does not probe twice; a claim lapses, so that a crash does not lose the slot.
 */
export interface WatchStore {
  /** Strongly consistent; a version of 0 before the first run. */
  load(): Promise<WatchState>;
  /**
   * `claimed`, or `done` when this slot or a later one has finished, or `busy` while another run's claim (on any slot)
   * has not lapsed at `now`.
   */
  claim(slot: number, now: number, leaseMs: number): Promise<'claimed' | 'done' | 'busy'>;
  /** Saves if the version is still `next.version - 1`, and gives the claim back. */
  save(next: WatchState): Promise<'written' | 'conflict'>;
}
