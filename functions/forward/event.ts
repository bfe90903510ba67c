import * as z from 'zod/mini';

/**
 * What starts a forwarder: EventBridge Scheduler with the time that it was scheduled for, a row that came in, or
 * nothing at all. It does the same whatever it was; any number may run at once.
 */
export const forwardEvent = z.optional(
  z.union(
    [
      z.null(),
      z.object({
        slot: z.optional(z.string().check(z.maxLength(64))),
        wake: z.optional(z.boolean()),
      }),
    ],
    { error: 'nothing, { "slot": "<time>" } or { "wake": true }' },
  ),
);

export type ForwardEvent = z.output<typeof forwardEvent>;
