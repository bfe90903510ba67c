import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

export interface KeptQueueProps {
  readonly queueName: string;
  /** At most 14, SQS's own limit. */
  readonly days: number;
  readonly whyNoDeadLetters: string;
}

/** A queue that keeps messages for people to read, and that nothing consumes by itself: encrypted, TLS only. */
export const keptQueue = (
  scope: Construct,
  id: string,
  { queueName, days, whyNoDeadLetters }: KeptQueueProps,
): Queue => {
  const queue = new Queue(scope, id, {
    queueName,
    retentionPeriod: Duration.days(days),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(queue, 'AwsSolutions-SQS3', whyNoDeadLetters);
  return queue;
};
