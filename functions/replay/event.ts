import * as z from 'zod/mini';

/** Which replay is to be worked on, and which version of it whoever says so has written. */
export const replayEvent = z.object(
  {
    job: z.string().check(z.regex(/^rpl-\d{8}-[0-9a-f]{8}$/, 'the id of a replay')),
    after: z.int().check(z.gte(1)),
  },
  { error: '{ "job": "rpl-…", "after": <version> }' },
);

export type ReplayEventInput = z.output<typeof replayEvent>;
