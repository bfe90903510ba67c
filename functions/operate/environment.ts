import * as z from 'zod/mini';

/** What `operate` is given, and nothing else. */
export const operateEnvironment = z.object({
  /** Path of the validated configuration, as JSON. */
  CLAYWATCH_CONFIG: z.string().check(z.minLength(1, 'the path of a configuration file')),
  TABLE_NAME: z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a DynamoDB table')),
  /** The URL of a feed's queue without the name of the feed. */
  ROW_QUEUE_PREFIX: z.string().check(z.regex(/^https?:\/\/\S+$/, 'the beginning of the URLs of SQS queues')),
  /** Where rows end that were given up; not given where no feed takes rows. */
  DEAD_LETTER_QUEUE: z.optional(z.string().check(z.regex(/^https?:\/\/\S+$/, 'the URL of an SQS queue'))),
  /** Where the key that seals rows is read from; as above. */
  ROWS_KEY: z.optional(z.string().check(z.minLength(1, 'the name of a secret'))),
  /** What carries out a replay; as above. */
  REPLAY_FUNCTION: z.optional(z.string().check(z.minLength(1, 'the name of a function'))),
});

export type OperateEnvironment = z.output<typeof operateEnvironment>;
