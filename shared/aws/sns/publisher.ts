import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notification, Publisher } from '../../notify/publisher.ts';
import { fitMessage, safeSubject } from './message.ts';

export interface SnsPublisherOptions {
  readonly client: SNSClient;
  readonly topicArn: string;
}

/**
 * Publishes to one topic, each protocol with its own text: `email`, `sms`, and for queues (chat channels, audit) the
 * whole notification as a JSON document. Attributes become message attributes, which subscriptions filter on.
 *
 * A notification over SNS's limits is cut to fit, never refused: a shortened page is better than none. Rejects with the
 * SDK's error when SNS did not take it; resolves with the MessageId.
 */
export const createSnsPublisher = ({ client, topicArn }: SnsPublisherOptions): Publisher => ({
  publish: async (notification) => {
    const { MessageId: receipt } = await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: safeSubject(notification.subject),
        MessageStructure: 'json',
        Message: fitMessage(notification),
        MessageAttributes: messageAttributes(notification),
      }),
    );
    if (!receipt) throw new Error(`SNS answered without a MessageId for notification ${notification.id}`);
    return { receipt };
  },
});

/** SNS refuses an attribute without a value. */
const messageAttributes = ({ attributes }: Notification) => ({
  ...Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  ),
  // The account's default may be promotional, which carriers deliver last.
  'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
});
