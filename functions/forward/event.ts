import * as z from 'zod';

/**
 * What starts a forwarder: EventBridge Scheduler with the time that it was scheduled for, a row that came in, or
 * nothing at all. It does the same whatever it was; any number may run at once.
 */
export const forwardEvent = z
  .union(
    [
      z.null(),
      z.object({
        slot: z.string().max(64).optional(),
        wake: z.boolean().optional(),
      }),
    ],
    { error: 'nothing, { "slot": "<time>" } or { "wake": true }' },
  )
  .optional();

export type ForwardEvent = z.output<typeof forwardEvent>;
