import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import dynalite from 'dynalite';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NotifyEvent } from '../../../functions/notify/event.ts';
import { handler } from '../../../functions/notify/handler.ts';
import { createDynamoClient } from '../../../shared/aws/dynamodb/client.ts';
import { ensureTable } from '../../../shared/aws/dynamodb/create-table.ts';
import { createDynamoIncidentStore } from '../../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../../../shared/aws/dynamodb/notify/proof.ts';
import { createSnsPublisher } from '../../../shared/aws/sns/publisher.ts';
import type { ConfigInput } from '../../../shared/config/schema.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { channelSubscriptionsOf } from '../../../shared/notify/filter-policy.ts';
import type { Notification } from '../../../shared/notify/publisher.ts';
import { configOf, incidentOf, messageOf } from '../../notify/messages.ts';
import { startWebhook, type WebhookServer } from '../../support/webhook-server.ts';

// The logger reads it when the handler's module is loaded.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
});

const REGION = 'us-east-1';
const KEY = `whsec_${Buffer.from('not a real key, only for tests').toString('base64')}`;
const CONFIG: ConfigInput = {
  notify: { webhooks: [{ id: 'bus', url: 'env:BUS_URL', signingSecrets: ['env:BUS_KEY'] }] },
};
const TABLE = 'claywatch-state';

let dynamo: ReturnType<typeof dynalite>;
let client: ReturnType<typeof createDynamoClient>;
let messaging: FauxqsServer;
let sns: SNSClient;
let sqs: SQSClient;
let bus: WebhookServer;
let directory: string;
let topicArn: string;
const queue = { url: '', arn: '' };

const queueNamed = async (name: string) => {
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: '60' } }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { url, arn: Attributes?.QueueArn ?? '' };
};

beforeAll(async () => {
  bus = await startWebhook(KEY, Date);
  dynamo = dynalite({ createTableMs: 0 });
  await new Promise<void>((done) => dynamo.listen(0, '127.0.0.1', done));
  const dynamoUrl = `http://127.0.0.1:${(dynamo.address() as AddressInfo).port}`;
  messaging = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${messaging.port}`;
  const credentials = { accessKeyId: 'fake', secretAccessKey: 'fake' };
  const options = { endpoint, region: REGION, credentials };
  sns = new SNSClient(options);
  sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
  client = createDynamoClient({ endpoint: dynamoUrl, region: REGION, credentials });
  await ensureTable(client, TABLE);

  Object.assign(queue, await queueNamed('claywatch-notify-bus'));
  topicArn = (await sns.send(new CreateTopicCommand({ Name: 'claywatch-alerts' }))).TopicArn ?? '';
  const [subscription] = channelSubscriptionsOf(configOf(CONFIG));
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queue.arn,
      Attributes: { FilterPolicy: JSON.stringify(subscription?.filterPolicy) },
    }),
  );

  directory = await mkdtemp(join(tmpdir(), 'claywatch-notify-'));
  const path = join(directory, 'claywatch.config.json');
  await writeFile(path, JSON.stringify(configOf(CONFIG)));
  for (const [name, value] of Object.entries({
    CLAYWATCH_CONFIG: path,
    TABLE_NAME: TABLE,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    BUS_URL: `${bus.url}/hook`,
    BUS_KEY: KEY,
  }))
    vi.stubEnv(name, value);
}, 30_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  sns.destroy();
  sqs.destroy();
  client.destroy();
  await bus[Symbol.asyncDispose]();
  await new Promise((done) => dynamo.close(done));
  await messaging.stop();
  await rm(directory, { recursive: true });
});

let incidents = 0;
/** An incident in the store, and the message about it. */
const openIncident = async (
  over: Partial<Incident> = {},
): Promise<{ readonly incident: Incident; readonly notification: Notification }> => {
  incidents += 1;
  const id = `inc-20261103-${String(incidents).padStart(8, '0')}`;
  const incident = incidentOf('webhook.gone', { id, subject: `leads/webhook-${incidents}`, ...over });
  await createDynamoIncidentStore({ client, tableName: TABLE }).write(incident, null);
  return { incident, notification: messageOf(incident, { urgency: 'page' }, configOf(CONFIG)) };
};

const publish = (notification: Notification) =>
  createSnsPublisher({ client: sns, topicArn }).publish(notification);

/** What Lambda's poller makes of the messages in a queue, in the very shape that it hands over. */
const receive = async (): Promise<SQSEvent> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return {
    Records: Messages.map((message) => ({
      messageId: message.MessageId ?? '',
      receiptHandle: message.ReceiptHandle ?? '',
      body: message.Body ?? '',
      attributes: {
        ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? '1',
        SentTimestamp: message.Attributes?.SentTimestamp ?? '0',
        SenderId: 'AIDAIT2UOQQY3AUEKVGXU',
        ApproximateFirstReceiveTimestamp: message.Attributes?.ApproximateFirstReceiveTimestamp ?? '0',
      },
      messageAttributes: {},
      md5OfBody: message.MD5OfBody ?? '',
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
      awsRegion: REGION,
    })),
  };
};

const context = (msLeft = 60_000) =>
  ({
    functionName: 'claywatch-notify',
    awsRequestId: 'request-1',
    getRemainingTimeInMillis: () => msLeft,
  }) as Context;

/** One turn of the poller: hands over, and removes what was not answered as failed. */
const poll = async (msLeft?: number): Promise<{ readonly event: SQSEvent; readonly failed: number }> => {
  const event = await receive();
  const { batchItemFailures } = (await handler(
    event as unknown as NotifyEvent,
    context(msLeft),
  )) as SQSBatchResponse;
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const { messageId, receiptHandle } of event.Records)
    if (!failed.has(messageId))
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle }));
  return { event, failed: failed.size };
};

const left = async (): Promise<number> => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queue.url,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0);
};

const empty = async () => {
  const { Records } = await receive();
  for (const { receiptHandle } of Records)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle }));
};

const proofOf = async ({ id }: Incident) => {
  const [row] = await createDynamoProofLedger({ client, tableName: TABLE }).ofIncident(id);
  return row;
};

describe('the handler of notify', () => {
  it('delivers what SNS put into the queue, and records the proof', async () => {
    const { incident, notification } = await openIncident();
    await publish(notification);
    expect((await poll()).failed).toBe(0);
    expect(bus.taken).toHaveLength(1);
    expect(JSON.stringify(bus.taken[0])).toContain(incident.id);
    expect(await proofOf(incident)).toMatchObject({
      notificationId: notification.id,
      channel: 'bus',
      status: 'delivered',
      attempts: 1,
    });
    expect(await left()).toBe(0);
  });

  it('puts back what the receiver cannot take now, for as long as it asked, and no longer', async () => {
    const { incident, notification } = await openIncident();
    await publish(notification);
    bus.answer = { status: 429, headers: { 'retry-after': '1' } };
    expect((await poll()).failed).toBe(1);
    expect(await proofOf(incident)).toMatchObject({ status: 'owed', attempts: 1 });
    expect((await receive()).Records).toEqual([]);
    bus.answer = null;
    // The queue's own visibility timeout is a minute: that it comes back now is what the receiver asked for.
    await vi.waitFor(async () => expect((await poll()).event.Records).toHaveLength(1), {
      timeout: 10_000,
      interval: 200,
    });
    expect(await proofOf(incident)).toMatchObject({ status: 'delivered', attempts: 2 });
    expect(await left()).toBe(0);
  });

  it('removes what is refused for good, with the reason in the proof', async () => {
    const { incident, notification } = await openIncident();
    await publish(notification);
    bus.answer = { status: 410 };
    expect((await poll()).failed).toBe(0);
    bus.answer = null;
    expect(await proofOf(incident)).toMatchObject({
      status: 'refused',
      lastError: expect.stringMatching(/410/),
    });
    expect(await left()).toBe(0);
  });

  it('delivers the others when one has to wait', async () => {
    const one = await openIncident();
    const two = await openIncident();
    await publish(one.notification);
    await publish(two.notification);
    bus.fail({ kind: 'answer', status: 503 });
    expect((await poll()).failed).toBe(1);
    const statuses = [await proofOf(one.incident), await proofOf(two.incident)].map((row) => row?.status);
    expect(statuses.toSorted()).toEqual(['delivered', 'owed']);
    await empty();
  });

  it('does not page for what somebody has by then', async () => {
    const { incident, notification } = await openIncident({ status: 'acknowledged' });
    await publish(notification);
    const before = bus.taken.length;
    expect((await poll()).failed).toBe(0);
    expect(bus.taken).toHaveLength(before);
    expect(await proofOf(incident)).toMatchObject({ status: 'superseded' });
  });

  it('does not begin what it has no time for', async () => {
    const { incident, notification } = await openIncident();
    await publish(notification);
    expect((await poll(5_000)).failed).toBe(1);
    expect(await proofOf(incident)).toBeUndefined();
    await vi.waitFor(async () => expect((await poll()).event.Records).toHaveLength(1), {
      timeout: 10_000,
      interval: 200,
    });
    expect(await proofOf(incident)).toMatchObject({ status: 'delivered' });
  });

  it('leaves what is no message of ours to the dead-letter queue', async () => {
    const { notification } = await openIncident();
    await publish(notification);
    const event = await receive();
    const [record] = event.Records;
    const broken = [
      'not json',
      '{}',
      JSON.stringify({ Message: 'x' }),
      JSON.stringify({ Message: '{"id":1}' }),
    ];
    for (const body of broken) {
      const answer = (await handler(
        { Records: [{ ...record, body }] } as unknown as NotifyEvent,
        context(),
      )) as SQSBatchResponse;
      expect(answer.batchItemFailures).toEqual([{ itemIdentifier: record?.messageId }]);
    }
    const elsewhere = { ...record, eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:another-queue' };
    expect(await handler({ Records: [elsewhere] } as unknown as NotifyEvent, context())).toMatchObject({
      batchItemFailures: [{ itemIdentifier: record?.messageId }],
    });
    await empty();
  });

  it('is not moved by an event of somebody else', async () => {
    await expect(handler({ slot: 'x' } as unknown as NotifyEvent, context())).rejects.toMatchObject({
      code: 'event.invalid',
    });
  });
});
