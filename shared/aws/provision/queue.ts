import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';

/** Creates SQS queues where CloudFormation does not: on an emulator. */
export interface QueueProvisioner {
  /** Creates the queue unless it is there, and gives it these attributes in any case. */
  ensure(
    name: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<{ readonly url: string; readonly arn: string }>;
  /** URLs of the queues whose names begin so. */
  list(prefix: string): Promise<readonly string[]>;
  remove(url: string): Promise<void>;
  close(): void;
}

export const createQueueProvisioner = (config: SQSClientConfig): QueueProvisioner => {
  const client = new SQSClient({ useQueueUrlAsEndpoint: false, ...config });
  return {
    ensure: async (name, attributes) => {
      const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName: name }));
      await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { ...attributes } }));
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
      );
      return { url, arn: Attributes?.QueueArn ?? '' };
    },
    list: async (prefix) => {
      const { QueueUrls = [] } = await client.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
      return QueueUrls;
    },
    remove: async (url) => {
      await client.send(new DeleteQueueCommand({ QueueUrl: url }));
    },
    close: () => client.destroy(),
  };
};
