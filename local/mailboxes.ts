import { createHash } from 'node:crypto';
import type { QueueProvisioner } from '../shared/aws/provision/queue.ts';
import type { TopicProvisioner } from '../shared/aws/provision/topic.ts';
import type { Config } from '../shared/config/schema.ts';
import {
  type FilterPolicy,
  pageSubscriptionsOf,
  type Subscription,
  subscriptionsOf,
} from '../shared/notify/filter-policy.ts';

/** A queue that stands for one recipient's mailbox or telephone. */
export interface Mailbox {
  readonly recipient: Pick<Subscription, 'protocol' | 'endpoint'>;
  readonly queueUrl: string;
}

/** The topics that people are subscribed to. */
export interface Topics {
  readonly topicArn: string;
  readonly pagesTopicArn: string;
}

/** Somebody who reads the inbox is done within milliseconds, unless killed. */
const VISIBILITY = { VisibilityTimeout: '5' } as const;
const PREFIX = 'inbox-';

interface Wanted {
  readonly recipient: Mailbox['recipient'];
  /** SNS holds one subscription per topic and endpoint, so whoever is on both topics hears of both. */
  readonly topic: 'alerts' | 'pages';
  readonly topicArn: string;
  readonly filterPolicy: FilterPolicy;
}

/** The same for a recipient after every restart, whatever others the configuration names by then. */
const queueName = ({ recipient: { protocol, endpoint }, topic }: Wanted): string =>
  `${PREFIX}${topic === 'pages' ? 'page-' : ''}${protocol}-${createHash('sha256').update(endpoint).digest('hex').slice(0, 16)}`;

/**
 * A mailbox for everybody whom the configuration tells of incidents, and for everybody whom it pages by name. What waits
 * for those whom it names no more is dropped.
 */
export const makeMailboxes = async (
  config: Pick<Config, 'notify'>,
  { topicArn, pagesTopicArn }: Topics,
  queues: QueueProvisioner,
  topics: TopicProvisioner,
): Promise<readonly Mailbox[]> => {
  const wanted: readonly Wanted[] = [
    ...subscriptionsOf(config).map(({ protocol, endpoint, filterPolicy }) => ({
      recipient: { protocol, endpoint },
      topic: 'alerts' as const,
      topicArn,
      filterPolicy,
    })),
    ...pageSubscriptionsOf(config).map(({ protocol, endpoint, filterPolicy }) => ({
      recipient: { protocol, endpoint },
      topic: 'pages' as const,
      topicArn: pagesTopicArn,
      filterPolicy,
    })),
  ];
  const mailboxes = await Promise.all(
    wanted.map(async (one) => {
      const { url, arn } = await queues.ensure(queueName(one), VISIBILITY);
      await topics.subscribeQueue(one.topicArn, arn, one.filterPolicy);
      return { recipient: one.recipient, queueUrl: url };
    }),
  );
  const ours = new Set(mailboxes.map(({ queueUrl }) => queueUrl));
  for (const url of await queues.list(PREFIX)) if (!ours.has(url)) await queues.remove(url);
  return mailboxes;
};
