// The small zod: it is loaded while a row waits.
import * as z from 'zod/mini';

/** What `submissions` is given, and nothing else. */
export const submissionsEnvironment = z.object({
  /** Path of the validated configuration, as JSON. */
  CLAYWATCH_CONFIG: z.string().check(z.minLength(1, 'the path of a configuration file')),
  TABLE_NAME: z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a DynamoDB table')),
});

export type SubmissionsEnvironment = z.output<typeof submissionsEnvironment>;
