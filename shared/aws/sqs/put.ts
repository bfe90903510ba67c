import { GetQueueUrlCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Notification } from '../../notify/publisher.ts';

/**
 * Puts one message into the queue of a channel, wrapped as SNS wraps it: past SNS, so that no other channel hears of it.
 * Rejects with the SDK's error, e.g. `QueueDoesNotExist`.
 */
export const putNotification = async (
  client: SQSClient,
  queueName: string,
  notification: Notification,
): Promise<void> => {
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: queueName }));
  await client.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: JSON.stringify({ Type: 'Notification', Message: JSON.stringify(notification) }),
    }),
  );
};
