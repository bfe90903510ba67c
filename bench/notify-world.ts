import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DeleteMessageBatchCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { startFauxqs } from 'fauxqs';
import { LOCAL_AWS } from '../local/aws.ts';
import { startDynamoDb } from '../local/dynamodb.ts';
import { createDynamoClient } from '../shared/aws/dynamodb/client.ts';
import { ensureTable } from '../shared/aws/dynamodb/create-table.ts';
import { createQueueProvisioner } from '../shared/aws/provision/queue.ts';
import { createTopicProvisioner } from '../shared/aws/provision/topic.ts';
import { createSnsClient } from '../shared/aws/sns/client.ts';
import { createSqsClient } from '../shared/aws/sqs/client.ts';
import { createQueues } from '../shared/aws/sqs/queues.ts';
import { systemClock } from '../shared/clock.ts';
import { alertTopicName, channelQueueName } from '../shared/config/alerting.ts';
import { parseConfig } from '../shared/config/parse.ts';
import type { Config } from '../shared/config/schema.ts';
import { channelSubscriptionsOf, subscriptionsOf } from '../shared/notify/filter-policy.ts';
import { startPagerDuty } from '../test/support/pagerduty-server.ts';
import type { Provider } from '../test/support/provider-server.ts';
import { startSlack } from '../test/support/slack-server.ts';
import { startStatuspage } from '../test/support/statuspage-server.ts';
import { startWebhook } from '../test/support/webhook-server.ts';
import type { FromFunction, FunctionTask, PostPlan, ToFunction, Used } from './notify-function.ts';

/*
 * What lies around the function `notify`: store, SNS and SQS by their real protocols, providers that behave as
 * documented, and the poller that Lambda has before a function.
 */

export const CHANNELS = ['slack', 'pagerduty', 'webhook', 'status-page'] as const;
export type ChannelId = (typeof CHANNELS)[number];
export const INBOXES = ['email', 'sms'] as const;
export type Way = ChannelId | (typeof INBOXES)[number];

const TABLE_NAME = 'bench';
const FEED = 'leads';
const PAGE = 'page-1';
const COMPONENT = 'component-1';
/** Batches of one queue under way at once. */
export const POLLERS_PER_QUEUE = 2;
const BATCH = 10;
const WAIT_SECONDS = 1;
const VISIBILITY_SECONDS = 360;
const RETRY_AFTER_MS = 100;

const SECRETS = {
  SLACK_TOKEN: 'xoxb-fake',
  SLACK_SIGNING: 'fake-signing-secret',
  PAGERDUTY_KEY: '0123456789abcdef0123456789abcdef',
  WEBHOOK_KEY: `whsec_${Buffer.from('not a real key, only of the bench').toString('base64')}`,
  PAGE_TOKEN: 'fake-page-token',
};

/** The other side is in this very process, so a call may look slow that is not; and a poll waits. */
const PATIENT_AWS = {
  ...LOCAL_AWS,
  requestHandler: { connectionTimeout: 20_000, requestTimeout: 60_000 },
};

interface Queue {
  readonly url: string;
  readonly arn: string;
}

/** `now` in fractions, by the same clock as the times of requests. */
export const now = (): number => performance.timeOrigin + performance.now();

const startProviders = async () => ({
  slack: await startSlack(SECRETS.SLACK_TOKEN, Date),
  pagerduty: await startPagerDuty(SECRETS.PAGERDUTY_KEY),
  webhook: await startWebhook(SECRETS.WEBHOOK_KEY, Date),
  'status-page': await startStatuspage(SECRETS.PAGE_TOKEN, PAGE, [COMPONENT]),
});
type Providers = Awaited<ReturnType<typeof startProviders>>;

const configFor = (providers: Providers): Config =>
  parseConfig(
    {
      installation: 'bench',
      feeds: { [FEED]: {} },
      notify: {
        email: [{ address: 'ops@example.com' }],
        sms: [{ number: '+15555550100', severities: ['P1'] }],
        slack: [
          {
            id: 'slack',
            channel: 'C0123456789',
            botToken: 'env:SLACK_TOKEN',
            signingSecret: 'env:SLACK_SIGNING',
            apiUrl: `${providers.slack.url}/api`,
          },
        ],
        pagerduty: [{ id: 'pagerduty', routingKey: 'env:PAGERDUTY_KEY', eventsUrl: providers.pagerduty.url }],
        webhooks: [{ id: 'webhook', url: 'env:WEBHOOK_URL', signingSecrets: ['env:WEBHOOK_KEY'] }],
        statusPages: [
          {
            id: 'status-page',
            kind: 'statuspage',
            apiUrl: `${providers['status-page'].url}/v1`,
            token: 'env:PAGE_TOKEN',
            pageId: PAGE,
            components: { [FEED]: COMPONENT },
          },
        ],
        throttle: { perHour: 10_000 },
      },
    },
    'the configuration of the bench',
  );

/** The process of the function; it ends with this one. */
const startFunction = (env: NodeJS.ProcessEnv) => {
  const child: ChildProcess = fork(fileURLToPath(new URL('./notify-function.ts', import.meta.url)), {
    env,
    execArgv: ['--expose-gc'],
    // What it logs is written, and read by nobody.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let tasks = 0;
  child.on('message', (answer: FromFunction) => {
    const waiter = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) waiter?.reject(new Error(answer.error));
    else waiter?.resolve(answer.result);
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the function exited with code ${code}`));
  });
  const ask = (task: FunctionTask): Promise<unknown> => {
    tasks += 1;
    const waiter = Promise.withResolvers<unknown>();
    waiting.set(tasks, waiter);
    child.send({ ...task, id: tasks } satisfies ToFunction);
    return waiter.promise;
  };
  return {
    invoke: (event: unknown) => ask({ kind: 'invoke', event }) as Promise<SQSBatchResponse>,
    post: (plan: PostPlan) => ask({ kind: 'post', plan }) as Promise<{ readonly took: number }>,
    used: () => ask({ kind: 'used' }) as Promise<Used>,
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
};

/**
 * What Lambda does before a function: takes messages out, hands them over, removes what was not answered as failed. A turn
 * that fails is made again.
 */
const createPoller = (sqs: SQSClient, invoke: (event: unknown) => Promise<SQSBatchResponse>) => {
  const turn = async ({ url, arn }: Queue): Promise<void> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) return;
    const { batchItemFailures } = await invoke({
      Records: Messages.map((message) => ({
        messageId: message.MessageId,
        receiptHandle: message.ReceiptHandle,
        body: message.Body,
        attributes: message.Attributes,
        messageAttributes: {},
        md5OfBody: message.MD5OfBody,
        eventSource: 'aws:sqs',
        eventSourceARN: arn,
        awsRegion: LOCAL_AWS.region,
      })),
    });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = Messages.filter(({ MessageId = '' }) => !failed.has(MessageId));
    if (done.length === 0) return;
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  };

  return (queues: readonly Queue[]) => {
    let stopping = false;
    const follow = async (queue: Queue): Promise<void> => {
      while (!stopping) await turn(queue).catch(() => systemClock.sleep(RETRY_AFTER_MS));
    };
    const following = Promise.all(
      queues.flatMap((queue) => Array.from({ length: POLLERS_PER_QUEUE }, () => follow(queue))),
    );
    return {
      stop: async () => {
        stopping = true;
        await following;
      },
    };
  };
};

/** Starts everything, in `dir`. */
export const startNotifyWorld = async (dir: string) => {
  const providers = await startProviders();
  const config = configFor(providers);
  const { installation } = config;
  const dynamodb = await startDynamoDb(join(dir, 'dynamodb'));
  const client = createDynamoClient({ ...PATIENT_AWS, endpoint: dynamodb.endpoint });
  await ensureTable(client, TABLE_NAME);
  const fauxqs = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${fauxqs.port}`;
  const aws = { ...PATIENT_AWS, endpoint };
  const [topics, provisioner, inboxes] = [
    createTopicProvisioner(aws),
    createQueueProvisioner(aws),
    createQueues(aws),
  ];
  const [sns, sqs] = [createSnsClient(aws), createSqsClient(aws)];

  const topicArn = await topics.createTopic(alertTopicName(installation));
  const queues = new Map<string, Queue>();
  for (const { channel, filterPolicy } of channelSubscriptionsOf(config)) {
    const queue = await provisioner.ensure(channelQueueName(installation, channel), {
      VisibilityTimeout: String(VISIBILITY_SECONDS),
    });
    await topics.subscribeQueue(topicArn, queue.arn, filterPolicy);
    queues.set(channel, queue);
  }
  const queuesOf = (channels: readonly string[]): readonly Queue[] =>
    channels.flatMap((channel) => queues.get(channel) ?? []);

  /** When a message about an incident was in an inbox: SNS sends no e-mail here, it hands out. */
  const inInboxes: { readonly way: Way; readonly at: number; readonly body: string }[] = [];
  const closing = new AbortController();
  const readInbox = async (way: Way, url: string): Promise<void> => {
    while (!closing.signal.aborted) {
      const messages = await inboxes.receive(url, closing.signal).catch(() => []);
      const at = now();
      for (const { body, receiptHandle } of messages) {
        inInboxes.push({ way, at, body });
        // One that cannot be removed is read again, and its first time counts.
        await inboxes.remove(url, receiptHandle).catch(() => undefined);
      }
    }
  };
  const reading: Promise<void>[] = [];
  for (const { protocol, filterPolicy } of subscriptionsOf(config)) {
    const { url, arn } = await provisioner.ensure(`inbox-${protocol}`, {});
    await topics.subscribeQueue(topicArn, arn, filterPolicy);
    reading.push(readInbox(protocol, url));
  }

  const configPath = join(dir, 'claywatch.config.json');
  await writeFile(configPath, JSON.stringify(config));
  const notify = startFunction({
    PATH: process.env.PATH,
    ...SECRETS,
    WEBHOOK_URL: `${providers.webhook.url}/hook`,
    CLAYWATCH_CONFIG: configPath,
    TABLE_NAME,
    AWS_REGION: LOCAL_AWS.region,
    AWS_ACCESS_KEY_ID: LOCAL_AWS.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_AWS.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
  });
  const poll = createPoller(sqs, notify.invoke);

  return {
    config,
    client,
    tableName: TABLE_NAME,
    sns,
    topicArn,
    notify,
    providers: providers as Readonly<Record<ChannelId, Provider>>,
    inInboxes,
    /** Lets the function take from the queues of these channels. */
    serve: (channels: readonly ChannelId[]) => poll(queuesOf(channels)),
    /** Forgets what waits for these channels. */
    purge: async (channels: readonly ChannelId[]) => {
      for (const { url: QueueUrl } of queuesOf(channels)) await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    },
    stop: async () => {
      await notify.stop();
      closing.abort();
      await Promise.all(reading);
      for (const one of [client, sns, sqs]) one.destroy();
      for (const one of [topics, provisioner, inboxes]) one.close();
      await fauxqs.stop();
      await dynamodb.stop();
      for (const provider of Object.values(providers)) await provider[Symbol.asyncDispose]();
    },
  };
};

export type NotifyWorld = Awaited<ReturnType<typeof startNotifyWorld>>;
