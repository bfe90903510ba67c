import { buildApp } from 'fauxqs';
import { createTopicProvisioner } from '../shared/aws/provision/topic.ts';
import { createQueues, type Queues } from '../shared/aws/sqs/queues.ts';
import type { Subscription } from '../shared/notify/filter-policy.ts';
import { LOCAL_AWS } from './aws.ts';

/** A queue that stands for one recipient's mailbox or telephone. */
export interface Mailbox {
  readonly recipient: Subscription;
  readonly queueUrl: string;
}

export interface LocalMessaging {
  readonly endpoint: string;
  readonly topicArn: string;
  readonly queues: Queues;
  readonly mailboxes: readonly Mailbox[];
  stop(): Promise<void>;
}

/**
 * SNS and SQS on this machine, over their real protocols: fauxqs, in memory, reachable from this machine only. E-mail
 * and SMS do not exist there, so each recipient is an SQS queue with the filter policy that its subscription has on
 * AWS.
 */
export const startMessaging = async (recipients: readonly Subscription[]): Promise<LocalMessaging> => {
  const app = buildApp({ logger: false, defaultRegion: LOCAL_AWS.region });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const topics = createTopicProvisioner({ ...LOCAL_AWS, endpoint });
  const queues = createQueues({ ...LOCAL_AWS, endpoint });
  try {
    const topicArn = await topics.createTopic('claywatch-alerts');
    const mailboxes = await Promise.all(
      recipients.map(async (recipient, index) => {
        const { url, arn } = await queues.create(`inbox-${index + 1}-${recipient.protocol}`);
        await topics.subscribeQueue(topicArn, arn, recipient.filterPolicy);
        return { recipient, queueUrl: url };
      }),
    );
    return {
      endpoint,
      topicArn,
      queues,
      mailboxes,
      stop: async () => {
        queues.close();
        await app.close();
      },
    };
  } catch (error) {
    queues.close();
    await app.close();
    throw error;
  } finally {
    topics.close();
  }
};
