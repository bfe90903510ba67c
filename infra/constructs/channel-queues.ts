import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functionsOf } from '../../functions/manifest.ts';
import { channelDeadLetterQueueName, channelQueueName } from '../../shared/config/alerting.ts';
import type { Config } from '../../shared/config/schema.ts';
import { channelSubscriptionsOf } from '../../shared/notify/filter-policy.ts';
import { snsFilterPolicy } from '../filter-policy.ts';

export interface ChannelQueuesProps {
  readonly config: Config;
  /** Of incidents. */
  readonly topic: ITopic;
}

export interface ChannelQueue {
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

/**
 * As long as SQS can, and as large: a message as large as SNS takes one grows when SNS wraps it. What is lost with a
 * queue is made up for: its proof is still owed, so e-mail takes it.
 */
const MESSAGES: QueueProps = {
  retentionPeriod: Duration.days(14),
  maxMessageSizeBytes: 1_048_576,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.DESTROY,
};

/** A queue for each chat channel, subscribed to the topic of incidents; what could not be put in or taken out is kept. */
export class ChannelQueues extends Construct {
  readonly byChannel: ReadonlyMap<string, ChannelQueue>;

  constructor(scope: Construct, id: string, { config, topic }: ChannelQueuesProps) {
    super(scope, id);
    const { installation } = config;
    const { visibilitySeconds, maxReceives } = functionsOf(config).notify.trigger;
    this.byChannel = new Map(
      channelSubscriptionsOf(config).map(({ channel, filterPolicy }) => {
        const own = new Construct(this, channel);
        const deadLetters = new Queue(own, 'DeadLetters', {
          ...MESSAGES,
          queueName: channelDeadLetterQueueName(installation, channel),
        });
        const queue = new Queue(own, 'Queue', {
          ...MESSAGES,
          queueName: channelQueueName(installation, channel),
          visibilityTimeout: Duration.seconds(visibilitySeconds),
          deadLetterQueue: { queue: deadLetters, maxReceiveCount: maxReceives },
        });
        topic.addSubscription(
          new SqsSubscription(queue, {
            filterPolicy: snsFilterPolicy(filterPolicy),
            deadLetterQueue: deadLetters,
          }),
        );
        return [channel, { queue, deadLetters }];
      }),
    );
  }
}
