import * as z from 'zod/mini';

/**
 * What EventBridge Scheduler sends: the time that this run was scheduled for, which makes a repeated delivery
 * recognisable. There is no default on purpose: an invocation without a slot is nobody's turn.
 */
export const watchEvent = z.object({
  slot: z.pipe(
    z.iso.datetime({
      offset: true,
      error: 'the scheduled time as ISO 8601 with its zone, e.g. "2026-11-21T17:24:00Z"',
    }),
    z.transform((text) => Math.floor(Date.parse(text) / 1_000) * 1_000),
  ),
});

/** A run's turn. */
export interface WatchEvent {
  /** The scheduled time, in whole seconds; epoch ms. */
  readonly slot: number;
}
