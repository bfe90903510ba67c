import { Alias } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { keptQueue } from './queue.ts';

export interface AuditedTopicProps {
  readonly topicName: string;
  readonly undeliveredName: string;
  readonly auditName: string;
}

/** As long as SQS can. */
const KEPT_DAYS = 14;

/**
 * Where people are told. Encrypted with SNS's own key: whoever may publish or subscribe in this account may use it, and
 * it costs nothing. Every message is also kept for 14 days in the audit queue, whatever the filters of people's
 * subscriptions say, and what SNS gives up delivering ends in `undelivered`.
 */
export class AuditedTopic extends Construct {
  readonly topic: Topic;
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { topicName, undeliveredName, auditName }: AuditedTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      topicName,
      displayName: 'Claywatch',
      masterKey: Alias.fromAliasName(this, 'SnsKey', 'alias/aws/sns'),
      enforceSSL: true,
    });
    this.undelivered = keptQueue(this, 'Undelivered', {
      queueName: undeliveredName,
      days: KEPT_DAYS,
      whyNoDeadLetters:
        'This is itself the dead-letter queue of the SNS subscriptions, which the rule does not look at.',
    });
    const audit = keptQueue(this, 'Audit', {
      queueName: auditName,
      days: KEPT_DAYS,
      whyNoDeadLetters:
        'A record of what was sent, read by people only: nothing consumes it, so nothing can fail to.',
    });
    this.topic.addSubscription(new SqsSubscription(audit, { deadLetterQueue: this.undelivered }));
  }
}
