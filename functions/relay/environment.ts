// The small zod: it is loaded while a row waits.
import * as z from 'zod/mini';
import { SECRET_REFERENCE } from '../../shared/config/secret-reference.ts';

/** What `relay` is given, and nothing else. */
export const relayEnvironment = z.object({
  /** Path of the validated configuration, as JSON. */
  CLAYWATCH_CONFIG: z.string().check(z.minLength(1, 'the path of a configuration file')),
  TABLE_NAME: z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a DynamoDB table')),
  /** The URL of a feed's queue without the name of the feed. */
  ROW_QUEUE_PREFIX: z.string().check(z.regex(/^https?:\/\/\S+$/, 'the beginning of the URLs of SQS queues')),
  /** Where the key that seals rows is read from: `env:NAME` or `secretsmanager:NAME`. */
  ROWS_KEY: z.string().check(z.regex(SECRET_REFERENCE, 'the name of a secret')),
  /** The function that a row wakes. */
  FORWARD_FUNCTION: z.string().check(z.minLength(1, 'the name of a function')),
});

export type RelayEnvironment = z.output<typeof relayEnvironment>;
