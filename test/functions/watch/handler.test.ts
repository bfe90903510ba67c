import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import dynalite from 'dynalite';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WatchEvent } from '../../../functions/watch/event.ts';
import { handler, watch } from '../../../functions/watch/handler.ts';
import { createDynamoClient } from '../../../shared/aws/dynamodb/client.ts';
import { ensureTable } from '../../../shared/aws/dynamodb/create-table.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { ConfigInput } from '../../../shared/config/schema.ts';
import type { WatchDependencies } from '../../../shared/watch/run.ts';

// The logger reads it when the handler's module is loaded.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
});

const context = { functionName: 'claywatch-watch', awsRequestId: 'request-1' } as Context;
/** What EventBridge Scheduler sends for a time: whole seconds, UTC. */
const scheduled = (at: number) => ({ slot: `${new Date(at).toISOString().slice(0, 19)}Z` });
const invoke = (event: unknown) => handler(event as WatchEvent, context);

let clay: Server;
let dynamo: ReturnType<typeof dynalite>;
let messaging: FauxqsServer;
let sqs: SQSClient;
let queueUrl: string;
let directory: string;
let environment: Record<string, string>;

const listen = (server: { listen(port: number, host: string, done: () => void): unknown }) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const urlOf = (server: { address(): unknown }) =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A subscribed queue, as an inbox. */
const subscribe = async (options: object): Promise<string> => {
  const sns = new SNSClient(options);
  sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'claywatch-alerts' }));
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'inbox' }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn }));
  sns.destroy();
  queueUrl = QueueUrl;
  return TopicArn;
};

const inbox = async () => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
  );
  return Messages.map(({ Body = '' }) => JSON.parse(Body));
};

beforeAll(async () => {
  // Clay is down, and our own network is not.
  clay = createServer((request, response) => {
    response.writeHead(request.url === '/connectivity' ? 204 : 503).end();
  });
  dynamo = dynalite({ createTableMs: 0 });
  await Promise.all([listen(clay), listen(dynamo)]);
  messaging = await startFauxqs({ port: 0, logger: false });
  const sns = `http://127.0.0.1:${messaging.port}`;
  const region = 'us-east-1';
  const credentials = { accessKeyId: 'fake', secretAccessKey: 'fake' };
  const topicArn = await subscribe({ endpoint: sns, region, credentials });
  const client = createDynamoClient({ endpoint: urlOf(dynamo), region, credentials });
  await ensureTable(client, 'claywatch-state');
  client.destroy();

  directory = await mkdtemp(join(tmpdir(), 'claywatch-test-'));
  const config: ConfigInput = {
    clay: {
      webUrl: `${urlOf(clay)}/web`,
      apiUrl: urlOf(clay),
      publicApiUrl: `${urlOf(clay)}/public/v0`,
      statusPageUrl: `${urlOf(clay)}/status`,
      statusPageFormat: 'off',
    },
    connectivity: { urls: [`${urlOf(clay)}/connectivity`] },
    observe: { confirmAfterMs: [1] },
    notify: { email: [{ address: 'oncall@example.com' }] },
  };
  await writeFile(join(directory, 'claywatch.config.json'), JSON.stringify(parseConfig(config, 'test')));
  environment = {
    CLAYWATCH_CONFIG: join(directory, 'claywatch.config.json'),
    TABLE_NAME: 'claywatch-state',
    ROW_QUEUE_PREFIX: 'http://127.0.0.1:9/000000000000/claywatch-rows-',
    ALERT_TOPIC_ARN: topicArn,
    PAGES_TOPIC_ARN: topicArn.replace(/alerts$/, 'pages'),
    AWS_ENDPOINT_URL_DYNAMODB: urlOf(dynamo),
    AWS_ENDPOINT_URL_SNS: sns,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}, 30_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  sqs.destroy();
  for (const server of [clay, dynamo]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await messaging.stop();
  await rm(directory, { recursive: true });
});

describe('the handler of watch', () => {
  it('says what its environment lacks, and starts once it is complete', async () => {
    await expect(invoke(scheduled(Date.now()))).rejects.toMatchObject({ code: 'environment.invalid' });
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(await invoke(scheduled(Date.now() - 120_000))).toMatchObject({ result: 'completed' });
  });

  it('names the outage, and tells of it once, however often the slot is delivered', async () => {
    const slot = scheduled(Date.now() - 60_000);
    const report = await invoke(slot);
    expect(report).toMatchObject({ slot: Date.parse(slot.slot), result: 'completed' });
    expect(await invoke(slot)).toMatchObject({ result: 'duplicate', observations: [] });

    const messages = await inbox();
    expect(messages).toHaveLength(1);
    expect(messages[0].MessageAttributes).toMatchObject({
      cause: { Value: 'clay.outage' },
      severity: { Value: 'P1' },
      transition: { Value: 'triggered' },
    });
    expect(JSON.parse(messages[0].Message)).toMatchObject({
      email: expect.stringContaining('clay.outage'),
      sms: expect.stringMatching(/^P1 /),
    });
  });

  it('answers with plain data, as Lambda and the local runtime pass it on', async () => {
    const report = await invoke(scheduled(Date.now()));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('is not moved by an event of somebody else', async () => {
    await expect(invoke({ source: 'aws.events', time: '2026-11-21T17:24:00Z' })).rejects.toMatchObject({
      code: 'event.invalid',
    });
  });
});

describe('watch', () => {
  it('refuses a slot in the future, which would make every run until then a duplicate', async () => {
    const now = Date.UTC(2026, 10, 21, 17, 24);
    const claimed: number[] = [];
    const dependencies = {
      clock: { now: () => now, sleep: async () => {} },
      watchStore: {
        claim: async (slot: number) => {
          claimed.push(slot);
          return 'done';
        },
      },
    } as unknown as WatchDependencies;
    await expect(watch(dependencies, { slot: now + 61_000 })).rejects.toMatchObject({
      code: 'event.invalid',
    });
    expect(claimed).toEqual([]);
    expect(await watch(dependencies, { slot: now + 60_000 })).toMatchObject({ result: 'duplicate' });
  });
});
