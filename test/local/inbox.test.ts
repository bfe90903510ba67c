import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../local/aws.ts';
import { type Inbox, openInbox, textFor } from '../../local/inbox.ts';
import { type LocalMessaging, startMessaging } from '../../local/messaging.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { systemClock } from '../../shared/clock.ts';
import { configSchema } from '../../shared/config/schema.ts';
import { NO_CHANNELS } from './fixtures/no-channels.ts';

describe('what SNS makes of a structured message', () => {
  const message = JSON.stringify({ default: 'for anybody', email: 'the long text', sms: 'the short text' });

  it("is the protocol's own entry, or the default without one", () => {
    expect(textFor('email', message)).toBe('the long text');
    expect(textFor('sms', message)).toBe('the short text');
    expect(textFor('sms', JSON.stringify({ default: 'for anybody' }))).toBe('for anybody');
  });

  it('is the message itself when it has no structure', () => {
    expect(textFor('email', 'plain')).toBe('plain');
    expect(textFor('email', '["a","list"]')).toBe('["a","list"]');
    expect(textFor('sms', '{"no":"entry"}')).toBe('{"no":"entry"}');
  });
});

const configOf = (number: string) =>
  configSchema.parse({
    installation: 'test',
    notify: {
      email: [{ address: 'oncall@example.com' }],
      sms: [{ number, severities: ['P1'] }],
      people: {
        anna: { email: 'anna@example.com', sms: '+15550101' },
        ben: { email: 'team@example.com' },
        cleo: { email: 'team@example.com' },
        // Hears of incidents anyway, and is paged by name as well.
        dora: { email: 'oncall@example.com' },
      },
    },
  });

describe('the inbox', () => {
  let dir: string;
  let messaging: LocalMessaging;
  let inbox: Inbox;
  let sns: SNSClient;
  let told: string[];

  const start = async (number = '+15550100') => {
    messaging = await startMessaging({
      config: configOf(number),
      channels: NO_CHANNELS,
      path: join(dir, '..', 'queues.db'),
      visibilitySeconds: 60,
    });
    sns = new SNSClient({ ...LOCAL_AWS, endpoint: messaging.endpoint });
  };
  const open = async () => {
    inbox = await openInbox({
      messaging,
      dir,
      onMessage: ({ to, text }) => told.push(`${to}: ${text}`),
      onError: (error) => {
        throw error;
      },
      clock: systemClock,
    });
  };

  beforeEach(async () => {
    dir = join(await mkdtemp(join(tmpdir(), 'inbox-')), 'inbox');
    told = [];
    await start();
    await open();
  });

  afterEach(async () => {
    sns.destroy();
    await inbox.stop();
    await messaging.stop();
    await rm(join(dir, '..'), { recursive: true, force: true });
  });

  const publish = (severity: string) =>
    sns.send(
      new PublishCommand({
        TopicArn: messaging.topicArn,
        Subject: `[${severity}] something`,
        MessageStructure: 'json',
        Message: JSON.stringify({ default: 'd', email: `mail of ${severity}`, sms: `text of ${severity}` }),
        MessageAttributes: {
          severity: { DataType: 'String', StringValue: severity },
          audience: { DataType: 'String', StringValue: severity },
          kind: { DataType: 'String', StringValue: 'page' },
          transition: { DataType: 'String', StringValue: 'triggered' },
        },
      }),
    );

  it('holds what each recipient would have got, by the severities they asked for', async () => {
    await publish('P1');
    await publish('P3');
    await inbox.settle();
    const got = inbox.messages().map(({ to, subject, text }) => ({ to, subject, text }));
    expect(got).toHaveLength(3);
    expect(got).toEqual(
      expect.arrayContaining([
        { to: 'oncall@example.com', subject: '[P1] something', text: 'mail of P1' },
        { to: 'oncall@example.com', subject: '[P3] something', text: 'mail of P3' },
        { to: '+15550100', subject: '[P1] something', text: 'text of P1' },
      ]),
    );
  });

  const page = (person: string) =>
    sns.send(
      new PublishCommand({
        TopicArn: messaging.pagesTopicArn,
        Subject: '[P1] something',
        MessageStructure: 'json',
        Message: JSON.stringify({ default: 'd', email: 'mail', sms: 'text' }),
        MessageAttributes: {
          severity: { DataType: 'String', StringValue: 'P1' },
          audience: { DataType: 'String', StringValue: 'P1' },
          kind: { DataType: 'String', StringValue: 'page' },
          transition: { DataType: 'String', StringValue: 'escalated' },
          person: { DataType: 'String', StringValue: person },
        },
      }),
    );

  it('says who was paged by name, and nobody else hears of it', async () => {
    await page('anna');
    await page('cleo');
    await page('dora');
    await inbox.settle();
    expect(
      inbox
        .messages()
        .map(({ person, to, protocol }) => `${protocol} ${person} ${to}`)
        .sort(),
    ).toEqual([
      'email anna anna@example.com',
      'email cleo team@example.com',
      'email dora oncall@example.com',
      'sms anna +15550101',
    ]);
    const names = await readdir(dir);
    const mail = names.find((name) => name.includes('_email_P1_escalated_anna_anna@example.com_')) ?? '';
    expect(await readFile(join(dir, mail), 'utf8')).toBe(
      'To: anna@example.com\nPaged by name: anna\nSubject: [P1] something\n\nmail\n',
    );
  });

  it('keeps each message as a file that names when, what and to whom', async () => {
    await publish('P1');
    await inbox.settle();
    const names = (await readdir(dir)).sort();
    expect(names).toEqual([
      expect.stringMatching(
        /^\d{4}-\d\d-\d\dT[\d-]{8}Z_email_P1_triggered_oncall@example\.com_[0-9a-f]{8}\.txt$/,
      ),
      expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d-]{8}Z_sms_P1_triggered_\+15550100_[0-9a-f]{8}\.txt$/),
    ]);
    expect(await readFile(join(dir, names[0] ?? ''), 'utf8')).toBe(
      'To: oncall@example.com\nSubject: [P1] something\n\nmail of P1\n',
    );
    expect(await readFile(join(dir, names[1] ?? ''), 'utf8')).toBe('To: +15550100\n\ntext of P1\n');
  });

  it('keeps the newest 500 files and leaves files of others alone', async () => {
    const old = Array.from({ length: 505 }, (_, index) => `2020-01-01T00-00-00Z_${1000 + index}.txt`);
    await Promise.all([...old, 'notes.md'].map((name) => writeFile(join(dir, name), '')));
    await publish('P3');
    await inbox.settle();
    await expect
      .poll(async () => (await readdir(dir)).filter((name) => name.endsWith('.txt')).length)
      .toBe(500);
    expect(existsSync(join(dir, 'notes.md'))).toBe(true);
    expect(existsSync(join(dir, '2020-01-01T00-00-00Z_1000.txt'))).toBe(false);
    expect(existsSync(join(dir, '2020-01-01T00-00-00Z_1504.txt'))).toBe(true);
  });

  it('gets after a restart what SNS had taken before, and is told of nothing twice', async () => {
    await publish('P3');
    await inbox.settle();
    await inbox.stop();
    await publish('P1');
    sns.destroy();
    await messaging.stop();
    expect(told).toEqual(['oncall@example.com: mail of P3']);

    await start();
    await open();
    await inbox.settle();
    expect(told.slice(1).sort()).toEqual(['+15550100: text of P1', 'oncall@example.com: mail of P1']);
    expect(await readdir(dir)).toHaveLength(3);
  });

  it('hands on to nobody what waits for a recipient that the configuration names no more', async () => {
    await inbox.stop();
    await publish('P1');
    sns.destroy();
    await messaging.stop();

    await start('+15550199');
    await open();
    await inbox.settle();
    expect(told).toEqual(['oncall@example.com: mail of P1']);
  });

  it('is not told again of a message whose file was written just before a kill', async () => {
    const body = (text: string) =>
      JSON.stringify({ MessageId: '00000000-aaaa', Timestamp: '2026-11-21T17:24:00Z', Message: text });
    const email =
      messaging.mailboxes.find(({ recipient }) => recipient.endpoint === 'oncall@example.com')?.queueUrl ??
      '';
    const sqs = createSqsClient({ ...LOCAL_AWS, endpoint: messaging.endpoint });
    for (const text of ['once', 'once'])
      await sqs.send(new SendMessageCommand({ QueueUrl: email, MessageBody: body(text) }));
    sqs.destroy();
    await inbox.settle();
    expect(told).toEqual(['oncall@example.com: once']);
  });
});
