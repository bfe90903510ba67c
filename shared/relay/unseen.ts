import type { RelayConfig } from '../config/schema.ts';

/** What was sent within this time before a fold may be missing in it, ms. */
export const UNSEEN_MS = 5_000;

/**
 * Rows that forwarders may have sent and that a count does not have: at full pace since `elapsedMs` ago, and while it was
 * made, with the burst that is ever used. With no more room left than this, no further row is sent.
 */
export const unseenSince = (
  { rowsPerSecond, burst }: Pick<RelayConfig, 'rowsPerSecond' | 'burst'>,
  elapsedMs: number,
): number => Math.ceil((Math.max(0, elapsedMs + UNSEEN_MS) / 1_000) * rowsPerSecond + burst / 2);
