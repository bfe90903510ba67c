import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** How SQS counts: each queue for itself. */
type QueueMetric =
  | 'ApproximateAgeOfOldestMessage'
  | 'ApproximateNumberOfMessagesVisible'
  | 'ApproximateNumberOfMessagesNotVisible'
  | 'NumberOfMessagesSent';

/**
 * A metric of a queue, by its name. Not by the queue: that is mostly of another stack, and each reference to one is an
 * output there, of which CloudFormation takes 200.
 */
export const queueMetric = (
  queueName: string,
  metricName: QueueMetric,
  { period, statistic }: { readonly period: Duration; readonly statistic: string },
): Metric =>
  new Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName: queueName },
    period,
    statistic,
  });
