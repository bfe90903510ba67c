import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../../local/aws.ts';
import { type LocalMessaging, startMessaging } from '../../../local/messaging.ts';
import { createSqsClient } from '../../../shared/aws/sqs/client.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { NO_CHANNELS } from '../fixtures/no-channels.ts';

const config = parseConfig(
  { installation: 'test', feeds: { leads: { relay: { secret: 'env:SENDERS' } } } },
  'the configuration of the test',
);

let dir: string;
let messaging: LocalMessaging;
let sqs: SQSClient;
let queue: string;

/** Waits for as long as receiving may take. */
const clientOf = (endpoint: string) =>
  createSqsClient({ ...LOCAL_AWS, endpoint, requestHandler: { requestTimeout: 15_000 } });

const start = async () => {
  messaging = await startMessaging({
    channels: NO_CHANNELS,
    config,
    path: join(dir, 'queues.db'),
    visibilitySeconds: 60,
  });
  sqs = clientOf(messaging.endpoint);
  queue = `${messaging.rowQueuePrefix}leads`;
};
const stop = async () => {
  sqs.destroy();
  await messaging.stop();
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'claywatch-queues-'));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(dir, { recursive: true, force: true });
});

const send = (text: string, delaySeconds?: number) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: queue,
      MessageBody: text,
      ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
    }),
  );
const receive = async (
  options: { readonly wait?: number; readonly visibility?: number; readonly from?: string } = {},
): Promise<Message[]> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: options.from ?? queue,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: options.wait ?? 0,
      VisibilityTimeout: options.visibility ?? 60,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages;
};
const giveBack = (message: Message | undefined, seconds: number) =>
  sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: seconds,
    }),
  );
const attributes = async (url = queue) =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }))).Attributes;
const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body).sort();

describe('a queue on this machine', () => {
  it('hands a message to one receiver at a time, until it is removed', async () => {
    await send('one');
    const [first] = await receive();
    expect(first).toMatchObject({ Body: 'one', Attributes: { ApproximateReceiveCount: '1' } });
    expect(await receive()).toEqual([]);
    await giveBack(first, 0);
    const [second] = await receive();
    expect(second).toMatchObject({ Body: 'one', Attributes: { ApproximateReceiveCount: '2' } });
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: second?.ReceiptHandle }));
    expect(await attributes()).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });

  it('counts what waits, what is held and what is delayed apart', async () => {
    await send('now');
    await send('now too');
    await send('later', 60);
    const [held] = await receive();
    await giveBack((await receive())[0] ?? held, 0);
    expect(await attributes()).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '1',
    });
  });

  it('gives back to everybody what its receiver kept for too long; the old handle holds nothing then', async () => {
    await send('one');
    const [late] = await receive({ visibility: 1 });
    const [again] = await receive({ wait: 5 });
    expect(again?.Body).toBe('one');
    await expect(giveBack(late, 30)).rejects.toMatchObject({ name: 'MessageNotInflight' });
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: late?.ReceiptHandle }));
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '1' });
  });

  it('wakes whoever waits when a message comes, is given back, or its delay ends', async () => {
    const waiting = receive({ wait: 10 });
    await send('came');
    const [came] = await waiting;
    expect(came?.Body).toBe('came');
    const waitingAgain = receive({ wait: 10 });
    await giveBack(came, 0);
    expect(bodies(await waitingAgain)).toEqual(['came']);
    await send('delayed', 1);
    expect(bodies(await receive({ wait: 10 }))).toEqual(['delayed']);
  });

  it('gives nothing to whoever left while he waited', async () => {
    const leaving = new AbortController();
    const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl: queue, WaitTimeSeconds: 10 }), {
      abortSignal: leaving.signal,
    });
    await sleep(100);
    leaving.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await send('one');
    expect(bodies(await receive())).toEqual(['one']);
  });

  it('takes and removes batches, and refuses what SQS refuses', async () => {
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: String(index),
      MessageBody: `row ${index}`,
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
    const messages = await receive();
    expect(bodies(messages)).toEqual(Entries.map(({ MessageBody }) => MessageBody));
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queue,
        Entries: messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
    await expect(send('x'.repeat(1_048_577))).rejects.toMatchObject({
      name: expect.stringContaining('InvalidParameterValue'),
    });
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl: `${queue}-nothing`, MessageBody: 'x' })),
    ).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    await send('gone');
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queue }));
    expect(await receive()).toEqual([]);
  });

  it('moves what was received fifty times to the dead letters', async () => {
    await send('poison');
    for (let time = 1; time <= 50; time += 1) await giveBack((await receive())[0], 0);
    expect(await receive()).toEqual([]);
    const [dead] = await receive({ from: messaging.deadLetterQueueUrl });
    expect(dead).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '51' } });
  });
});

describe('after a restart, queues', () => {
  it('are as they were: attributes, what waits, what is held, how often it was received', async () => {
    await send('waits');
    await send('held');
    await giveBack((await receive({ visibility: 2 }))[0], 0);
    const before = await attributes();
    await stop();
    await start();
    const after = await attributes();
    expect(after).toEqual(before);
    expect(after).toMatchObject({
      VisibilityTimeout: '60',
      MessageRetentionPeriod: '1209600',
      RedrivePolicy: expect.stringContaining('"maxReceiveCount":50'),
    });
    expect(after?.RedrivePolicy).toContain('test-rows-dead');
    const messages = [...(await receive({ wait: 1 })), ...(await receive({ wait: 5 }))];
    expect(bodies(messages)).toEqual(['held', 'waits']);
    expect(messages.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(['2', '2']);
  });

  it('whose file is broken are refused, and the file is left as it is', async () => {
    const path = join(dir, 'broken.db');
    await writeFile(path, 'not a database, whatever it is, and long enough to be read as one'.repeat(20));
    await expect(
      startMessaging({ channels: NO_CHANNELS, config, path, visibilitySeconds: 60 }),
    ).rejects.toMatchObject({ code: 'local.state-unusable' });
    expect(await readFile(path, 'utf8')).toMatch(/^not a database/);
  });

  it('can be read by their owner only', async () => {
    await send('one');
    for (const name of ['queues.db', 'queues.db-wal'])
      expect((await stat(join(dir, name))).mode & 0o077).toBe(0);
  });

  it('that were removed are gone, with their messages', async () => {
    await send('old');
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queue }));
    await stop();
    await start();
    expect(await receive()).toEqual([]);
  });
});

describe('a killed queue server', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('has lost nothing that it answered, and brings nothing back that was removed', async () => {
    const path = join(dir, 'killed.db');
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('../fixtures/queue-server.ts', import.meta.url)), path],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(child);
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { endpoint, prefix } = JSON.parse(String(line)) as { endpoint: string; prefix: string };
    const client = createSqsClient({ ...LOCAL_AWS, endpoint, maxAttempts: 1 });
    const answered = new Set<string>();
    const removed = new Set<string>();
    let alive = true;

    const sender = async (name: string) => {
      for (let index = 0; alive; index += 1) {
        const texts = Array.from({ length: 10 }, (_, place) => `${name} ${index} ${place}`);
        await client.send(
          new SendMessageBatchCommand({
            QueueUrl: `${prefix}leads`,
            Entries: texts.map((text, place) => ({ Id: String(place), MessageBody: text })),
          }),
        );
        for (const text of texts) answered.add(text);
      }
    };
    const remover = async () => {
      while (alive) {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: `${prefix}leads`,
            MaxNumberOfMessages: 2,
            VisibilityTimeout: 1,
          }),
        );
        for (const { Body = '', ReceiptHandle } of Messages) {
          await client.send(new DeleteMessageCommand({ QueueUrl: `${prefix}leads`, ReceiptHandle }));
          removed.add(Body);
        }
      }
    };
    const working = [sender('a'), sender('b'), remover()].map((work) => work.catch(() => undefined));
    while (answered.size < 300 || removed.size < 20) await sleep(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    alive = false;
    await Promise.all(working);
    client.destroy();

    await stop();
    messaging = await startMessaging({ channels: NO_CHANNELS, config, path, visibilitySeconds: 60 });
    sqs = clientOf(messaging.endpoint);
    queue = `${messaging.rowQueuePrefix}leads`;
    const found = new Map<string, number>();
    for (;;) {
      const messages = await receive({ wait: 2 });
      if (messages.length === 0) break;
      for (const { Body = '' } of messages) found.set(Body, (found.get(Body) ?? 0) + 1);
    }
    expect([...answered].filter((text) => !found.has(text) && !removed.has(text)).length).toBeLessThanOrEqual(
      // The one whose removal was done and not answered.
      1,
    );
    expect([...removed].filter((text) => found.has(text))).toEqual([]);
    expect([...found.values()].every((times) => times === 1)).toBe(true);
  });
});
