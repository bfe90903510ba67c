import { CreateTopicCommand, SNSClient, type SNSClientConfig, SubscribeCommand } from '@aws-sdk/client-sns';

/** Creates SNS topics and subscriptions where CloudFormation does not: on an emulator. */
export interface TopicProvisioner {
  /** Returns the topic's ARN; the one that is there already, if so. */
  createTopic(name: string): Promise<string>;
  /** Without a filter policy the queue gets every message. */
  subscribeQueue(
    topicArn: string,
    queueArn: string,
    filterPolicy?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  close(): void;
}

export const createTopicProvisioner = (config: SNSClientConfig): TopicProvisioner => {
  const client = new SNSClient(config);
  return {
    createTopic: async (name) => {
      const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: name }));
      return TopicArn;
    },
    subscribeQueue: async (topicArn, queueArn, filterPolicy) => {
      await client.send(
        new SubscribeCommand({
          TopicArn: topicArn,
          Protocol: 'sqs',
          Endpoint: queueArn,
          ...(filterPolicy ? { Attributes: { FilterPolicy: JSON.stringify(filterPolicy) } } : {}),
        }),
      );
    },
    close: () => client.destroy(),
  };
};
