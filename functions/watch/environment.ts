import * as z from 'zod/mini';

const topicArn = z
  .string()
  .check(z.regex(/^arn:[a-z0-9-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, 'the ARN of an SNS topic'));

/** What `watch` is given, and nothing else. Names of resources have no default: a wrong table is worse than none. */
export const watchEnvironment = z.object({
  /** Path of the validated configuration, as JSON (deployed: beside the bundle) or as `claywatch.config.ts`. */
  CLAYWATCH_CONFIG: z.string().check(z.minLength(1, 'the path of a configuration file')),
  TABLE_NAME: z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a DynamoDB table')),
  /** The URL of a feed's queue without the name of the feed; its rows are only counted. */
  ROW_QUEUE_PREFIX: z.string().check(z.regex(/^https?:\/\/\S+$/, 'the beginning of the URLs of SQS queues')),
  ALERT_TOPIC_ARN: topicArn,
  /** Where people are paged by name. */
  PAGES_TOPIC_ARN: topicArn,
});

export type WatchEnvironment = z.output<typeof watchEnvironment>;
