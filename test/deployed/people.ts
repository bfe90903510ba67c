import {
  GetSubscriptionAttributesCommand,
  paginateListSubscriptionsByTopic,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';

/** `P1 triggered clay.outage`: what a message is about. */
export type Heard = string;

export interface Inbox {
  /** Who: `email oncall@example.com`. */
  readonly who: string;
  /** What came since the last call; waits up to a second for the first. */
  hear(): Promise<readonly Heard[]>;
}

interface Envelope {
  readonly MessageAttributes?: Readonly<Record<string, { readonly Value: string }>>;
}

const about = (body: string): Heard => {
  const { MessageAttributes = {} } = JSON.parse(body) as Envelope;
  return ['severity', 'transition', 'cause'].map((name) => MessageAttributes[name]?.Value).join(' ');
};

const inbox = (clients: Clients, who: string, QueueUrl: string): Inbox => ({
  who,
  hear: async () => {
    const heard: Heard[] = [];
    for (;;) {
      const { Messages = [] } = await clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      if (Messages.length === 0) return heard.sort();
      for (const { Body = '', ReceiptHandle } of Messages) {
        heard.push(about(Body));
        await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  },
});

/** A queue that is there. */
export const openInbox = async (clients: Clients, QueueName: string): Promise<Inbox> => {
  const { QueueUrl = '' } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
  return inbox(clients, QueueName, QueueUrl);
};

/**
 * A queue in the place of each person's mailbox and telephone, which no emulator has, subscribed with the very filter
 * policy that the person's own deployed subscription has.
 */
export const standInForPeople = async (clients: Clients, TopicArn: string): Promise<readonly Inbox[]> => {
  const inboxes: Inbox[] = [];
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
    { client: clients.sns },
    { TopicArn },
  )) {
    for (const { Protocol = '', Endpoint = '', SubscriptionArn = '' } of Subscriptions) {
      if (Protocol !== 'email' && Protocol !== 'sms') continue;
      const { Attributes = {} } = await clients.sns.send(
        new GetSubscriptionAttributesCommand({ SubscriptionArn }),
      );
      const QueueName = `stand-in-${inboxes.length}-${Protocol}`;
      const { QueueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName }));
      const { Attributes: { QueueArn = '' } = {} } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
      );
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: QueueArn,
            Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
          },
        ],
      });
      await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
      await clients.sns.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: QueueArn,
          Attributes: Attributes.FilterPolicy ? { FilterPolicy: Attributes.FilterPolicy } : {},
        }),
      );
      inboxes.push(inbox(clients, `${Protocol} ${Endpoint}`, QueueUrl));
    }
  }
  return inboxes;
};
