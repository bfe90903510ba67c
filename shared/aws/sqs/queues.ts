import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';

export interface QueueMessage {
  readonly id: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** Hands the message back for `remove`; valid until the queue's visibility timeout ends. */
  readonly receiptHandle: string;
  /** SQS's own: when it was sent, how often it was received, and the like. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** SQS queues, by URL. */
export interface Queues {
  /** Creates the queue unless it is there already. */
  create(name: string): Promise<{ readonly url: string; readonly arn: string }>;
  /** Waits up to 20 s for messages; at most ten, empty when none came. Rejects when aborted. */
  receive(url: string, signal: AbortSignal): Promise<readonly QueueMessage[]>;
  remove(url: string, receiptHandle: string): Promise<void>;
  /** At most ten. Rejects when one of them could not be removed; the others are. */
  removeAll(url: string, receiptHandles: readonly string[]): Promise<void>;
  /** Messages not removed yet, handed out or not. Exact on an emulator, approximate on AWS. */
  count(url: string): Promise<number>;
  close(): void;
}

const LONG_POLL_SECONDS = 20;
const MOST_AT_ONCE = 10;
/** Each poll has a connection of its own, for as long as it waits; the SDK's own limit is 50. */
const MOST_CONNECTIONS = 500;
const COUNTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;

export const createQueues = (config: SQSClientConfig): Queues => {
  // Queue URLs of an emulator name hosts that need not resolve; with a given endpoint that one is meant.
  const client = new SQSClient({
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: MOST_CONNECTIONS } },
    ...config,
    useQueueUrlAsEndpoint: config.endpoint === undefined,
  });
  return {
    create: async (name) => {
      const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName: name }));
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
      );
      return { url, arn: Attributes?.QueueArn ?? '' };
    },
    receive: async (url, signal) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          WaitTimeSeconds: LONG_POLL_SECONDS,
          MaxNumberOfMessages: MOST_AT_ONCE,
          MessageSystemAttributeNames: ['All'],
        }),
        { abortSignal: signal },
      );
      return Messages.map((message) => ({
        id: message.MessageId ?? '',
        body: message.Body ?? '',
        md5OfBody: message.MD5OfBody ?? '',
        receiptHandle: message.ReceiptHandle ?? '',
        attributes: { ...message.Attributes },
      }));
    },
    remove: async (url, receiptHandle) => {
      await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receiptHandle }));
    },
    removeAll: async (url, receiptHandles) => {
      if (receiptHandles.length === 0) return;
      const { Failed: [failed] = [] } = await client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: url,
          Entries: receiptHandles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      );
      if (failed) throw new Error(`a message was not removed from its queue: ${failed.Code}`);
    },
    count: async (url) => {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...COUNTS] }),
      );
      return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    },
    close: () => client.destroy(),
  };
};
