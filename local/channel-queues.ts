import type { QueuesTrigger } from '../functions/manifest.ts';
import type { QueueProvisioner } from '../shared/aws/provision/queue.ts';
import type { TopicProvisioner } from '../shared/aws/provision/topic.ts';
import type { Queues } from '../shared/aws/sqs/queues.ts';
import { channelDeadLetterQueueName, channelQueueName } from '../shared/config/alerting.ts';
import type { Config } from '../shared/config/schema.ts';
import { channelSubscriptionsOf } from '../shared/notify/filter-policy.ts';

/** The queue of a chat channel that `notify` empties. */
export interface ChannelQueue {
  readonly url: string;
  readonly arn: string;
}

/** What waits for a channel that the configuration names no more. */
export interface Abandoned {
  readonly channel: string;
  readonly messages: number;
}

export interface ChannelQueuesDependencies {
  readonly provisioner: QueueProvisioner;
  readonly topics: TopicProvisioner;
  readonly queues: Pick<Queues, 'count'>;
  readonly retentionSeconds: number;
}

type Alerting = Pick<Config, 'installation' | 'notify'>;

/** Makes what the manifest's trigger describes, subscribed to the topic as on AWS: raw delivery off. */
export const makeChannelQueues = async (
  { provisioner, topics, retentionSeconds }: ChannelQueuesDependencies,
  config: Alerting,
  trigger: Omit<QueuesTrigger, 'kind'>,
  topicArn: string,
): Promise<readonly ChannelQueue[]> => {
  const policies = new Map(
    channelSubscriptionsOf(config).map(({ channel, filterPolicy }) => [
      channelQueueName(config.installation, channel),
      filterPolicy,
    ]),
  );
  const MessageRetentionPeriod = String(retentionSeconds);
  return Promise.all(
    trigger.queues.map(async ({ name, deadLetters }) => {
      const aside = await provisioner.ensure(deadLetters, { MessageRetentionPeriod });
      const queue = await provisioner.ensure(name, {
        MessageRetentionPeriod,
        VisibilityTimeout: String(trigger.visibilitySeconds),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: aside.arn,
          maxReceiveCount: trigger.maxReceives,
        }),
      });
      await topics.subscribeQueue(topicArn, queue.arn, policies.get(name));
      return queue;
    }),
  );
};

const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** The channels that there are queues of, by what the names of queues begin with. */
const channelsWith = async (prefix: string, provisioner: QueueProvisioner) =>
  (await provisioner.list(prefix)).map((url) => ({ url, channel: nameOf(url).slice(prefix.length) }));

/**
 * Removes the queues of channels that the configuration names no more, but none that holds messages: a channel that was
 * left out by mistake finds them again. Nothing is put into such a queue, and nothing taken out; what was owed there goes
 * by e-mail instead, as from a channel that fails.
 */
export const tidyChannelQueues = async (
  { provisioner, queues }: ChannelQueuesDependencies,
  { installation }: Pick<Alerting, 'installation'>,
  named: Pick<QueuesTrigger, 'queues'>,
): Promise<readonly Abandoned[]> => {
  const ours = new Set(named.queues.flatMap(({ name, deadLetters }) => [name, deadLetters]));
  const found = await Promise.all(
    [channelQueueName(installation, ''), channelDeadLetterQueueName(installation, '')].map((prefix) =>
      channelsWith(prefix, provisioner),
    ),
  );
  const left = Map.groupBy(
    found.flat().filter(({ url }) => !ours.has(nameOf(url))),
    ({ channel }) => channel,
  );
  const abandoned: Abandoned[] = [];
  for (const [channel, both] of left) {
    const counts = await Promise.all(both.map(({ url }) => queues.count(url)));
    const messages = counts.reduce((sum, count) => sum + count, 0);
    if (messages > 0) abandoned.push({ channel, messages });
    else await Promise.all(both.map(({ url }) => provisioner.remove(url)));
  }
  return abandoned;
};
