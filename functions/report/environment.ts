import * as z from 'zod/mini';

/** What `report` is given, and nothing else. */
export const reportEnvironment = z.object({
  /** Path of the validated configuration, as JSON. */
  CLAYWATCH_CONFIG: z.string().check(z.minLength(1, 'the path of a configuration file')),
  TABLE_NAME: z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a DynamoDB table')),
  /** The URL of a feed's queue without the name of the feed. */
  ROW_QUEUE_PREFIX: z.string().check(z.regex(/^https?:\/\/\S+$/, 'the beginning of the URLs of SQS queues')),
});

export type ReportEnvironment = z.output<typeof reportEnvironment>;
