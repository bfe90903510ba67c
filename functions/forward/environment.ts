import * as z from 'zod/mini';

/** What `forward` is given, and nothing else. */
export const forwardEnvironment = z.object({
  /** Path of the validated configuration, as JSON. */
  CLAYWATCH_CONFIG: z.string().check(z.minLength(1, 'the path of a configuration file')),
  TABLE_NAME: z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a DynamoDB table')),
  /** The URL of a feed's queue without the name of the feed. */
  ROW_QUEUE_PREFIX: z.string().check(z.regex(/^https?:\/\/\S+$/, 'the beginning of the URLs of SQS queues')),
  /** Where SQS puts what was received again and again: the URL of a queue. */
  DEAD_LETTER_QUEUE: z.string().check(z.regex(/^https?:\/\/\S+$/, 'the URL of an SQS queue')),
  /** Where the key that seals rows is read from: `env:NAME` or `secretsmanager:NAME`. */
  ROWS_KEY: z.string().check(z.minLength(1, 'the name of a secret')),
});

export type ForwardEnvironment = z.output<typeof forwardEnvironment>;
