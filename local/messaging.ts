import { createHash } from 'node:crypto';
import { buildApp } from 'fauxqs';
import { createQueueProvisioner, type QueueProvisioner } from '../shared/aws/provision/queue.ts';
import { createTopicProvisioner, type TopicProvisioner } from '../shared/aws/provision/topic.ts';
import { createQueues, type Queues } from '../shared/aws/sqs/queues.ts';
import { deadLetterQueueName, relayedFeeds, rowQueuePrefix } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import type { Subscription } from '../shared/notify/filter-policy.ts';
import { LOCAL_AWS } from './aws.ts';
import { openDurableQueues } from './sqs/durable-queues.ts';

/** A queue that stands for one recipient's mailbox or telephone. */
export interface Mailbox {
  readonly recipient: Subscription;
  readonly queueUrl: string;
}

export interface MessagingOptions {
  readonly recipients: readonly Subscription[];
  /** Whose rows are queued. */
  readonly config: Pick<Config, 'installation' | 'feeds'>;
  /** The file of the queues; `:memory:` for queues that are forgotten. */
  readonly path: string;
  /** How long whoever receives a row has it to himself, unless he says so himself, as the forwarder does. */
  readonly visibilitySeconds: number;
}

export interface LocalMessaging {
  readonly endpoint: string;
  readonly topicArn: string;
  readonly queues: Queues;
  readonly mailboxes: readonly Mailbox[];
  /** The URL of a feed's queue without the name of the feed. */
  readonly rowQueuePrefix: string;
  readonly deadLetterQueueUrl: string;
  stop(): Promise<void>;
}

const DAY_SECONDS = 86_400;
/** As deployed. */
const KEPT_SECONDS = 14 * DAY_SECONDS;
/** A message that was received so often is poison: whoever handled it died each time. */
const RECEIVES = 50;
/** Somebody who reads the inbox is done within milliseconds, unless killed. */
const INBOX = { VisibilityTimeout: '5' } as const;
const INBOX_PREFIX = 'inbox-';

/** The same for a recipient after every restart, whatever others the configuration names by then. */
const inboxName = ({ protocol, endpoint }: Subscription): string =>
  `${INBOX_PREFIX}${protocol}-${createHash('sha256').update(endpoint).digest('hex').slice(0, 16)}`;

const makeMailboxes = async (
  recipients: readonly Subscription[],
  topicArn: string,
  queues: QueueProvisioner,
  topics: TopicProvisioner,
): Promise<readonly Mailbox[]> => {
  const mailboxes = await Promise.all(
    recipients.map(async (recipient) => {
      const { url, arn } = await queues.ensure(inboxName(recipient), INBOX);
      await topics.subscribeQueue(topicArn, arn, recipient.filterPolicy);
      return { recipient, queueUrl: url };
    }),
  );
  const ours = new Set(mailboxes.map(({ queueUrl }) => queueUrl));
  for (const url of await queues.list(INBOX_PREFIX)) if (!ours.has(url)) await queues.remove(url);
  return mailboxes;
};

const makeRowQueues = async (
  { config, visibilitySeconds }: MessagingOptions,
  queues: QueueProvisioner,
): Promise<{ readonly deadLetterQueueUrl: string }> => {
  const attributes = {
    VisibilityTimeout: String(visibilitySeconds),
    MessageRetentionPeriod: String(KEPT_SECONDS),
  };
  const { url, arn } = await queues.ensure(deadLetterQueueName(config.installation), attributes);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: RECEIVES });
  for (const feed of relayedFeeds(config))
    await queues.ensure(`${rowQueuePrefix(config.installation)}${feed}`, { ...attributes, RedrivePolicy });
  return { deadLetterQueueUrl: url };
};

const openQueues = (path: string) => {
  try {
    return openDurableQueues(path);
  } catch (cause) {
    throw new ClaywatchError(
      'local.state-unusable',
      `The queues in ${path} cannot be opened.`,
      'See that the disk has room and that the file is yours; if it is broken, start with --fresh to forget what waits.',
      { cause },
    );
  }
};

/**
 * SNS and SQS on this machine, over their real protocols: fauxqs, reachable from this machine only, with the queues on
 * disk. E-mail and SMS do not exist there, so each recipient is an SQS queue with the filter policy that its
 * subscription has on AWS. Topic and subscriptions are made anew at each start; what they put into queues stays. Throws
 * `local.state-unusable`.
 */
export const startMessaging = async (options: MessagingOptions): Promise<LocalMessaging> => {
  const { recipients, config } = options;
  const durable = openQueues(options.path);
  const app = buildApp({ logger: false, defaultRegion: LOCAL_AWS.region, stores: durable.stores });
  durable.attach(app);
  const close = async () => {
    await app.close();
    durable.close();
  };
  try {
    const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
    durable.listensAt(endpoint);
    const topics = createTopicProvisioner({ ...LOCAL_AWS, endpoint });
    const provisioner = createQueueProvisioner({ ...LOCAL_AWS, endpoint });
    try {
      const topicArn = await topics.createTopic('claywatch-alerts');
      const mailboxes = await makeMailboxes(recipients, topicArn, provisioner, topics);
      const { deadLetterQueueUrl } = await makeRowQueues(options, provisioner);
      const queues = createQueues({ ...LOCAL_AWS, endpoint });
      return {
        endpoint,
        topicArn,
        queues,
        mailboxes,
        rowQueuePrefix: `${new URL('.', deadLetterQueueUrl).href}${rowQueuePrefix(config.installation)}`,
        deadLetterQueueUrl,
        stop: async () => {
          queues.close();
          await close();
        },
      };
    } finally {
      topics.close();
      provisioner.close();
    }
  } catch (error) {
    await close();
    throw error;
  }
};
