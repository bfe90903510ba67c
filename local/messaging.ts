import { buildApp } from 'fauxqs';
import type { QueuesTrigger } from '../functions/manifest.ts';
import { createQueueProvisioner, type QueueProvisioner } from '../shared/aws/provision/queue.ts';
import { createTopicProvisioner } from '../shared/aws/provision/topic.ts';
import { createQueues, type Queues } from '../shared/aws/sqs/queues.ts';
import { alertTopicName, pagesTopicName } from '../shared/config/alerting.ts';
import { deadLetterQueueName, relayedFeeds, rowQueuePrefix } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { LOCAL_AWS } from './aws.ts';
import { type Abandoned, type ChannelQueue, makeChannelQueues, tidyChannelQueues } from './channel-queues.ts';
import { type Mailbox, makeMailboxes, type Topics } from './mailboxes.ts';
import { programsOnly } from './programs-only.ts';
import { openDurableQueues } from './sqs/durable-queues.ts';

export interface MessagingOptions {
  /** Whose rows are queued, and who is told of incidents. */
  readonly config: Pick<Config, 'installation' | 'feeds' | 'notify'>;
  /** The file of the queues; `:memory:` for queues that are forgotten. */
  readonly path: string;
  /** How long whoever receives a row has it to himself, unless he says so himself, as the forwarder does. */
  readonly visibilitySeconds: number;
  /** The queues of chat channels, as the manifest has them. */
  readonly channels: Omit<QueuesTrigger, 'kind'>;
}

export interface LocalMessaging extends Topics {
  readonly endpoint: string;
  readonly queues: Queues;
  readonly mailboxes: readonly Mailbox[];
  readonly channelQueues: readonly ChannelQueue[];
  readonly abandoned: readonly Abandoned[];
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

const connect = (endpoint: string) => {
  const at = { ...LOCAL_AWS, endpoint };
  const made = {
    topics: createTopicProvisioner(at),
    provisioner: createQueueProvisioner(at),
    queues: createQueues(at),
  };
  return {
    ...made,
    /** What only a start needs. */
    done: () => {
      made.topics.close();
      made.provisioner.close();
    },
  };
};

/**
 * SNS and SQS on this machine, over their real protocols: fauxqs, reachable by programs of this machine only, with the
 * queues on disk. E-mail and SMS do not exist there, so each recipient is an SQS queue with the filter policy that its
 * subscription has on AWS. Topics and subscriptions are made anew at each start; what they put into queues stays. Throws
 * `local.state-unusable`.
 */
export const startMessaging = async (options: MessagingOptions): Promise<LocalMessaging> => {
  const { config, channels } = options;
  const durable = openQueues(options.path);
  const app = buildApp({ logger: false, defaultRegion: LOCAL_AWS.region, stores: durable.stores });
  durable.attach(app);
  programsOnly(app.server);
  const close = async () => {
    await app.close();
    durable.close();
  };
  try {
    const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
    durable.listensAt(endpoint);
    const { topics, provisioner, queues, done } = connect(endpoint);
    try {
      const arns: Topics = {
        topicArn: await topics.createTopic(alertTopicName(config.installation)),
        pagesTopicArn: await topics.createTopic(pagesTopicName(config.installation)),
      };
      const mailboxes = await makeMailboxes(config, arns, provisioner, topics);
      const { deadLetterQueueUrl } = await makeRowQueues(options, provisioner);
      const forChannels = { provisioner, topics, queues, retentionSeconds: KEPT_SECONDS };
      const channelQueues = await makeChannelQueues(forChannels, config, channels, arns.topicArn);
      const abandoned = await tidyChannelQueues(forChannels, config, channels);
      return {
        ...arns,
        endpoint,
        queues,
        mailboxes,
        channelQueues,
        abandoned,
        rowQueuePrefix: `${new URL('.', deadLetterQueueUrl).href}${rowQueuePrefix(config.installation)}`,
        deadLetterQueueUrl,
        stop: async () => {
          queues.close();
          await close();
        },
      };
    } finally {
      done();
    }
  } catch (error) {
    await close();
    throw error;
  }
};
