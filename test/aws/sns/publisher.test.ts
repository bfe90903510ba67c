import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSnsPagePublisher } from '../../../shared/aws/sns/pages.ts';
import { createSnsPublisher } from '../../../shared/aws/sns/publisher.ts';

let server: FauxqsServer;
let sns: SNSClient;
let sqs: SQSClient;

beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  const options = {
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'fake', secretAccessKey: 'fake' },
  };
  sns = new SNSClient(options);
  sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
});

afterAll(async () => {
  sns.destroy();
  sqs.destroy();
  await server.stop();
});

const subscribedQueue = async (topicArn: string, name: string, filterPolicy?: object) => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      Attributes: filterPolicy ? { FilterPolicy: JSON.stringify(filterPolicy) } : {},
    }),
  );
  return async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    return Messages.map(({ Body }) => JSON.parse(Body ?? ''));
  };
};

const notification = {
  id: 'inc-20261121-0a1b2c3d:1:triggered',
  incidentId: 'inc-20261121-0a1b2c3d',
  subject: 'P1 clay.outage: Clay does not answer',
  emailText: 'Clay does not answer.\nWhat to do now: …',
  smsText: 'P1 Clay does not answer',
  attributes: { severity: 'P1', cause: 'clay.outage', feed: '' },
};

describe('the SNS publisher', () => {
  it('delivers the whole notification to queues, with its attributes to filter on, and answers with the receipt', async () => {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    const everything = await subscribedQueue(TopicArn, 'everything');
    const urgent = await subscribedQueue(TopicArn, 'urgent', { severity: ['P1'] });
    const minor = await subscribedQueue(TopicArn, 'minor', { severity: ['P4'] });

    const { receipt } = await createSnsPublisher({ client: sns, topicArn: TopicArn }).publish(notification);

    const [envelope] = await everything();
    expect(receipt).toBe(envelope.MessageId);
    expect(envelope.Subject).toBe(notification.subject);
    // The emulator passes the whole structure on; choosing the entry of the protocol is the part of SNS.
    expect(JSON.parse(JSON.parse(envelope.Message).sqs)).toEqual(notification);
    expect(envelope.MessageAttributes).toMatchObject({
      severity: { Type: 'String', Value: 'P1' },
      cause: { Type: 'String', Value: 'clay.outage' },
    });
    expect(await urgent()).toHaveLength(1);
    expect(await minor()).toHaveLength(0);
  });

  it('rejects when SNS does not take the message, so that it stays owed', async () => {
    const publisher = createSnsPublisher({
      client: sns,
      topicArn: 'arn:aws:sns:us-east-1:000000000000:no-such-topic',
    });
    await expect(publisher.publish(notification)).rejects.toThrow();
  });
});

describe('the SNS publisher of pages', () => {
  it('reaches the person whom it names, and nobody else', async () => {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'pages' }));
    const ada = await subscribedQueue(TopicArn, 'ada', { person: ['ada', 'both'] });
    const grace = await subscribedQueue(TopicArn, 'grace', { person: ['grace'] });
    const pages = createSnsPagePublisher({ client: sns, topicArn: TopicArn });
    const { receipt } = await pages.publish('ada', notification);
    expect((await ada()).map(({ MessageId }) => MessageId)).toEqual([receipt]);
    expect(await grace()).toEqual([]);
  });
});
