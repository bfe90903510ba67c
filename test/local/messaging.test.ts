import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ListQueuesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { functionsOf } from '../../functions/manifest.ts';
import { readNotification } from '../../functions/notify/event.ts';
import { LOCAL_AWS } from '../../local/aws.ts';
import { type LocalMessaging, startMessaging } from '../../local/messaging.ts';
import { createSnsPublisher } from '../../shared/aws/sns/publisher.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';

const CHANNELS: NonNullable<ConfigInput['notify']> = {
  slack: [{ id: 'ops', botToken: 'env:SLACK_TOKEN', channel: 'C012345678' }],
  webhooks: [{ id: 'bus', url: 'env:BUS_URL', signingSecrets: ['env:BUS_KEY'], severities: ['P1'] }],
};

let dir: string;
let messaging: LocalMessaging;
let sns: SNSClient;
let sqs: SQSClient;

const configOf = (notify: ConfigInput['notify']): Config =>
  parseConfig({ installation: 'test', notify }, 'the configuration of the test');

const start = async (notify: ConfigInput['notify'] = CHANNELS): Promise<void> => {
  const config = configOf(notify);
  messaging = await startMessaging({
    config,
    path: join(dir, 'queues.db'),
    visibilitySeconds: 60,
    channels: functionsOf(config).notify.trigger,
  });
  sns = new SNSClient({ ...LOCAL_AWS, endpoint: messaging.endpoint });
  sqs = createSqsClient({ ...LOCAL_AWS, endpoint: messaging.endpoint });
};
const stop = async (): Promise<void> => {
  sns.destroy();
  sqs.destroy();
  await messaging.stop();
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'claywatch-messaging-'));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(dir, { recursive: true, force: true });
});

const publish = (attributes: Readonly<Record<string, string>>) =>
  createSnsPublisher({ client: sns, topicArn: messaging.topicArn }).publish({
    id: 'inc-20261103-00000001:1:triggered',
    incidentId: 'inc-20261103-00000001',
    subject: `[${attributes.audience}] something`,
    emailText: 'long',
    smsText: 'short',
    attributes,
  });

const page = (severity: string) => publish({ audience: severity, kind: 'page' });

const queueNames = async (): Promise<readonly string[]> => {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  return QueueUrls.map((url) => url.slice(url.lastIndexOf('/') + 1)).sort();
};

const countOf = (channel: string): Promise<number> =>
  messaging.queues.count(
    messaging.channelQueues.find(({ url }) => url.endsWith(`-${channel}`))?.url ?? 'none',
  );

describe('the queues of chat channels on this machine', () => {
  it('get what their channels ask for, and nothing else', async () => {
    await page('P1');
    await page('P3');
    await publish({ audience: 'P1', kind: 'summary' });
    expect(await countOf('ops')).toBe(2);
    expect(await countOf('bus')).toBe(1);
  });

  it('hold what notify reads: the envelope of SNS, with the whole message in it', async () => {
    await page('P1');
    const url = messaging.channelQueues[1]?.url ?? '';
    const [message] = await messaging.queues.receive(url, AbortSignal.timeout(5_000));
    expect(readNotification(message?.body ?? '')).toMatchObject({
      id: 'inc-20261103-00000001:1:triggered',
      emailText: 'long',
    });
    expect(message?.attributes.ApproximateReceiveCount).toBe('1');
  });

  it('are as the manifest describes them, each with its own dead-letter queue', async () => {
    const { trigger } = functionsOf(configOf(CHANNELS)).notify;
    expect(await queueNames()).toEqual(
      expect.arrayContaining(trigger.queues.flatMap(({ name, deadLetters }) => [name, deadLetters])),
    );
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: messaging.channelQueues[0]?.url ?? '',
        AttributeNames: ['All'],
      }),
    );
    expect(Attributes).toMatchObject({
      QueueArn: 'arn:aws:sqs:us-east-1:000000000000:test-notify-ops',
      VisibilityTimeout: String(trigger.visibilitySeconds),
    });
    expect(JSON.parse(Attributes.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:test-undelivered-ops',
      maxReceiveCount: trigger.maxReceives,
    });
  });

  it('keep over a restart what waits in them', async () => {
    await page('P1');
    await stop();
    await start();
    expect([await countOf('ops'), await countOf('bus')]).toEqual([1, 1]);
  });

  it('stay while they hold messages of a channel that is named no more, which is said, and nobody adds to them', async () => {
    await page('P3');
    await stop();
    await start({});
    expect(messaging.abandoned).toEqual([{ channel: 'ops', messages: 1 }]);
    expect(messaging.channelQueues).toEqual([]);
    expect(await queueNames()).toEqual(['test-notify-ops', 'test-rows-dead', 'test-undelivered-ops']);
    await page('P3');
    await stop();

    await start();
    expect(messaging.abandoned).toEqual([]);
    expect(await countOf('ops')).toBe(1);
  });

  it('are none without a channel', async () => {
    await stop();
    await start({});
    expect(await queueNames()).toEqual(['test-rows-dead']);
    expect([messaging.channelQueues, messaging.abandoned]).toEqual([[], []]);
  });
});

describe('the topics on this machine', () => {
  it('are called as those of AWS', () => {
    expect([messaging.topicArn, messaging.pagesTopicArn]).toEqual([
      'arn:aws:sns:us-east-1:000000000000:test-alerts',
      'arn:aws:sns:us-east-1:000000000000:test-pages',
    ]);
  });

  it('are two: whoever hears of incidents hears of no page to somebody by name', async () => {
    await sns.send(
      new PublishCommand({
        TopicArn: messaging.pagesTopicArn,
        Message: 'for anna',
        MessageAttributes: Object.fromEntries(
          Object.entries({ audience: 'P1', kind: 'page', person: 'anna' }).map(([name, StringValue]) => [
            name,
            { DataType: 'String', StringValue },
          ]),
        ),
      }),
    );
    expect([await countOf('ops'), await countOf('bus')]).toEqual([0, 0]);
  });
});
