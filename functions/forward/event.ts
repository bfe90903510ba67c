import * as z from 'zod/mini';

/**
 * What starts a forwarder: EventBridge Scheduler with the time that it was scheduled for, a row that came in, or
 * nothing at all. Any number may run at once, and each sends what it finds, whatever started it; that only says where it
 * looks and how long it stays. With `feed`, the row came alone, and only that feed is looked into.
 */
export const forwardEvent = z.optional(
  z.union(
    [
      z.null(),
      z.object({
        slot: z.optional(z.string().check(z.maxLength(64))),
        wake: z.optional(z.boolean()),
        feed: z.optional(z.string().check(z.maxLength(64))),
      }),
    ],
    { error: 'nothing, { "slot": "<time>" } or { "wake": true, "feed": "<name>" }' },
  ),
);

export type ForwardEvent = z.output<typeof forwardEvent>;
