import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** A queue that nothing consumes by itself: encrypted, TLS only, 14 days, the longest that SQS keeps a message. */
export const keptQueue = (
  scope: Construct,
  id: string,
  queueName: string,
  whyNoDeadLetters: string,
): Queue => {
  const queue = new Queue(scope, id, {
    queueName,
    retentionPeriod: Duration.days(14),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(queue, 'AwsSolutions-SQS3', whyNoDeadLetters);
  return queue;
};
