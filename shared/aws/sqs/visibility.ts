import { ChangeMessageVisibilityCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Puts a message off that a function has received and cannot deal with yet. */
export type Postpone = (queueArn: string, receiptHandle: string, seconds: number) => Promise<void>;

/** SQS's own limit: twelve hours from the receipt, of which an hour is left to whoever holds it. */
const MOST_SECONDS = 39_600;

/** `arn:aws:sqs:<region>:<account>:<name>` */
const partsOfArn = (arn: string) => {
  const [, , , , account = '', name = ''] = arn.split(':');
  return { account, name };
};

/** Asks for the URL of each queue once: events name queues by ARN only. Rejects with the SDK's error. */
export const createPostpone = (client: SQSClient): Postpone => {
  const urls = new Map<string, string>();
  const urlOf = async (arn: string): Promise<string> => {
    const known = urls.get(arn);
    if (known !== undefined) return known;
    const { account, name } = partsOfArn(arn);
    const { QueueUrl: url = '' } = await client.send(
      new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }),
    );
    urls.set(arn, url);
    return url;
  };
  return async (queueArn, receiptHandle, seconds) => {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: await urlOf(queueArn),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: Math.min(MOST_SECONDS, Math.max(0, Math.ceil(seconds))),
      }),
    );
  };
};
