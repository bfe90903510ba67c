import * as z from 'zod/mini';

/** What `statuspage` is given, and nothing else. */
export const statuspageEnvironment = z.object({
  /** Path of the validated configuration, as JSON. */
  CLAYWATCH_CONFIG: z.string().check(z.minLength(1, 'the path of a configuration file')),
  TABLE_NAME: z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a DynamoDB table')),
});

export type StatuspageEnvironment = z.output<typeof statuspageEnvironment>;
