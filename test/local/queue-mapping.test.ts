import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../local/aws.ts';
import { type LocalMessaging, startMessaging } from '../../local/messaging.ts';
import { type QueueMapping, startQueueMapping } from '../../local/queue-mapping.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createPostpone } from '../../shared/aws/sqs/visibility.ts';
import { systemClock } from '../../shared/clock.ts';
import { parseConfig } from '../../shared/config/parse.ts';

const NAMES = ['ops', 'bus'] as const;
const RECEIVES = 3;

const config = parseConfig(
  {
    installation: 'test',
    notify: {
      webhooks: NAMES.map((id) => ({ id, url: `env:URL_${id.toUpperCase()}`, signingSecrets: ['env:KEY'] })),
    },
  },
  'the configuration of the test',
);

let messaging: LocalMessaging;
let sqs: SQSClient;
let mapping: QueueMapping | undefined;
let faults: unknown[];
let events: SQSEvent[];

beforeEach(async () => {
  faults = [];
  events = [];
  mapping = undefined;
  messaging = await startMessaging({
    config,
    path: ':memory:',
    visibilitySeconds: 60,
    channels: {
      queues: NAMES.map((name) => ({
        name: `test-notify-${name}`,
        deadLetters: `test-undelivered-${name}`,
      })),
      visibilitySeconds: 60,
      maxReceives: RECEIVES,
    },
  });
  sqs = createSqsClient({ ...LOCAL_AWS, endpoint: messaging.endpoint });
});
afterEach(async () => {
  await mapping?.stop();
  sqs.destroy();
  await messaging.stop();
});

type Answer = (event: SQSEvent) => Promise<SQSBatchResponse | null> | SQSBatchResponse | null;

const map = (answer: Answer): void => {
  mapping = startQueueMapping({
    queues: messaging.channelQueues,
    sqs: messaging.queues,
    clock: systemClock,
    invoke: async (event) => {
      events.push(event);
      return answer(event);
    },
    onFault: (fault) => faults.push(fault),
  });
};

const urlOf = (name: (typeof NAMES)[number]): string =>
  messaging.channelQueues[NAMES.indexOf(name)]?.url ?? '';
const deadUrlOf = (name: (typeof NAMES)[number]): string => urlOf(name).replace('-notify-', '-undelivered-');
const put = (name: (typeof NAMES)[number], body: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody: body }));
const count = (url: string) => messaging.queues.count(url);

const bodies = () => events.flatMap(({ Records }) => Records.map(({ body }) => body));

/** As `notify` does it: those that are to come again, at once. */
const again = async (event: SQSEvent, fails: (body: string) => boolean): Promise<SQSBatchResponse> => {
  const failed = event.Records.filter(({ body }) => fails(body));
  const postpone = createPostpone(sqs);
  for (const { eventSourceARN, receiptHandle } of failed) await postpone(eventSourceARN, receiptHandle, 0);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};

describe('the mapping of queues to a function', () => {
  it('hands over messages as Lambda does, those of one queue together, and removes what succeeded', async () => {
    await put('ops', 'one');
    await put('ops', 'two');
    await put('bus', 'three');
    map(() => ({ batchItemFailures: [] }));
    await expect.poll(bodies).toHaveLength(3);
    expect(events.map(({ Records }) => Records.length).sort()).toEqual([1, 2]);
    expect(events.flatMap(({ Records }) => Records).find(({ body }) => body === 'three')).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.stringMatching(/.+/),
      body: 'three',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
      },
      messageAttributes: {},
      md5OfBody: '35d6d33467aae9a2e3dccb4b6b027878',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:test-notify-bus',
      awsRegion: 'us-east-1',
    });
    await expect.poll(async () => [await count(urlOf('ops')), await count(urlOf('bus'))]).toEqual([0, 0]);
    expect(faults).toEqual([]);
  });

  it('hands over ten at most', async () => {
    for (let index = 0; index < 23; index += 1) await put('ops', `message ${index}`);
    map(() => null);
    await expect.poll(bodies).toHaveLength(23);
    expect(Math.max(...events.map(({ Records }) => Records.length))).toBe(10);
  });

  it('leaves what failed to come again, and counts how often it came', async () => {
    await put('ops', 'fine');
    await put('ops', 'fails once');
    let failures = 0;
    map((event) => again(event, (body) => body === 'fails once' && failures++ === 0));
    await expect.poll(bodies).toEqual(['fine', 'fails once', 'fails once']);
    expect(events[1]?.Records[0]?.attributes.ApproximateReceiveCount).toBe('2');
    await expect.poll(() => count(urlOf('ops'))).toBe(0);
  });

  it('comes to an end with a message that always fails: it is set aside', async () => {
    await put('ops', 'poison');
    map((event) => again(event, () => true));
    await expect.poll(() => count(deadUrlOf('ops'))).toBe(1);
    expect(bodies()).toHaveLength(RECEIVES);
    expect(await count(urlOf('ops'))).toBe(0);
  });

  it.each<[string, Answer]>([
    ['the function fails', () => Promise.reject(new Error('died'))],
    ['it names a message that was not there', () => ({ batchItemFailures: [{ itemIdentifier: 'other' }] })],
    ['it names none', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
  ])('removes nothing of a batch when %s', async (_, answer) => {
    await put('ops', 'one');
    map(answer);
    await expect.poll(bodies).toEqual(['one']);
    await mapping?.stop();
    expect(await count(urlOf('ops'))).toBe(1);
  });

  it('tells of a function that fails', async () => {
    await put('ops', 'one');
    map(() => Promise.reject(new Error('died')));
    await expect.poll(() => faults).toEqual([new Error('died')]);
  });

  it('has two batches of a queue under way at most, and a slow queue holds up no other', async () => {
    const go = Promise.withResolvers<null>();
    map(({ Records }) => (Records[0]?.eventSourceARN.endsWith('-ops') ? go.promise : null));
    for (const body of ['one', 'two', 'three']) {
      await put('ops', body);
      if (body !== 'three') await expect.poll(bodies).toContain(body);
    }
    await put('bus', 'beside');
    await expect.poll(bodies).toEqual(['one', 'two', 'beside']);
    go.resolve(null);
    await expect.poll(bodies).toEqual(['one', 'two', 'beside', 'three']);
  });

  it('stops once what is under way is done, and takes nothing more', async () => {
    const go = Promise.withResolvers<null>();
    map(() => go.promise);
    await put('ops', 'under way');
    await expect.poll(bodies).toEqual(['under way']);
    let stopped = false;
    const stopping = mapping?.stop().then(() => {
      stopped = true;
    });
    await put('ops', 'later');
    expect(stopped).toBe(false);
    go.resolve(null);
    await stopping;
    expect(bodies()).toEqual(['under way']);
    expect(await count(urlOf('ops'))).toBe(1);
    expect(faults).toEqual([]);
  });

  it('does nothing without queues', async () => {
    const idle = startQueueMapping({
      queues: [],
      sqs: {
        receive: () => Promise.reject(new Error('asked')),
        removeAll: () => Promise.reject(new Error('asked')),
      },
      clock: systemClock,
      invoke: () => Promise.reject(new Error('invoked')),
      onFault: (fault) => faults.push(fault),
    });
    await idle.stop();
    expect(faults).toEqual([]);
  });
});
