import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readNotification } from '../../functions/notify/event.ts';
import { LOCAL_AWS } from '../../local/aws.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createDynamoSilenceStore } from '../../shared/aws/dynamodb/silence-store.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { Notification } from '../../shared/notify/publisher.ts';
import { incidentOf } from '../notify/messages.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';
import { runCli } from './run-cli.ts';

const CONFIG: ConfigInput = {
  feeds: { leads: {}, accounts: {} },
  notify: {
    email: [{ address: 'ops@example.com' }],
    webhooks: [{ id: 'bus', url: 'env:BUS_URL', signingSecrets: ['env:BUS_KEY'] }],
    pagerduty: [{ id: 'pagerduty', routingKey: 'env:PAGERDUTY_KEY', severities: ['P1'] }],
  },
};

let world: CountedWorld;
let messaging: FauxqsServer;
let sns: SNSClient;
let sqs: SQSClient;
let table: { readonly client: ReturnType<typeof createDynamoClient>; readonly tableName: string };
let topicArn: string;
const queues = new Map<string, string>();

beforeAll(async () => {
  world = await startCountedWorld(CONFIG);
  table = {
    client: createDynamoClient({ ...LOCAL_AWS, endpoint: world.deployed.AWS_ENDPOINT_URL_DYNAMODB ?? '' }),
    tableName: world.deployed.TABLE_NAME ?? '',
  };
  messaging = await startFauxqs({ port: 0, logger: false });
  const options = { ...LOCAL_AWS, endpoint: `http://127.0.0.1:${messaging.port}` };
  sns = new SNSClient(options);
  sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
  topicArn = (await sns.send(new CreateTopicCommand({ Name: 'claywatch-alerts' }))).TopicArn ?? '';
  for (const channel of ['bus', 'pagerduty']) {
    const { QueueUrl: url = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: `claywatch-notify-${channel}` }),
    );
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
    );
    await sns.send(
      new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn ?? '' }),
    );
    queues.set(channel, url);
  }
}, 60_000);

afterAll(async () => {
  sns.destroy();
  sqs.destroy();
  table.client.destroy();
  await messaging.stop();
  await world.stop();
});

const deployed = (...args: readonly string[]) =>
  runCli([...args, '--config', world.configFile], {
    env: {
      ...world.deployed,
      AWS_ENDPOINT_URL_SNS: `http://127.0.0.1:${messaging.port}`,
      AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${messaging.port}`,
      AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9',
    },
  });
const here = (...args: readonly string[]) => runCli([...args, '--state', world.dir]);

/** What the function behind the queues does, for the channels that work. */
interface Taken {
  readonly channel: string;
  readonly notification: Notification;
}

const playFunction = (channels: readonly string[], taken: Taken[]) => {
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      for (const [channel, QueueUrl] of queues) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0 }));
        for (const { Body = '', ReceiptHandle } of Messages) {
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          const notification = readNotification(Body);
          if (!notification || !channels.includes(channel)) continue;
          taken.push({ channel, notification });
          await createDynamoProofLedger(table).record(notification.id, channel, {
            status: 'delivered',
            at: Date.now(),
            receipt: 'taken',
          });
        }
      }
    }
  };
  const running = run();
  return async () => {
    stopped = true;
    await running;
  };
};

describe('claywatch silence', { timeout: 60_000 }, () => {
  const silences = () => createDynamoSilenceStore(table);
  afterEach(async () => {
    for (const { id } of await silences().current(Date.now())) await silences().end(id, Date.now());
  });

  it('is made with a reason, says what it covers, is listed, and ends', async () => {
    const incident = incidentOf('webhook.gone', { subject: 'leads/leads-1' });
    await createDynamoIncidentStore(table).write(incident, null);
    const added = await here(
      ...['silence', 'add', '--for', '2h', '--feed', 'leads', '--reason', 'New webhook', '--by', 'Ada'],
    );
    expect(added.stderr).toBe('');
    expect(added.code).toBe(0);
    expect(added.stdout).toContain('in force:');
    expect(added.stdout).toContain('the feed leads');
    expect(added.stdout).toContain(incident.id);
    const [silence] = await silences().current(Date.now());
    expect(silence).toMatchObject({ reason: 'New webhook', by: 'Ada', match: { feed: 'leads' } });
    expect((silence?.to ?? 0) - (silence?.from ?? 0)).toBe(7_200_000);

    const listed = await here('silence', 'list');
    expect(listed.stdout).toContain(silence?.id);
    expect(listed.stdout).toContain('New webhook (Ada)');
    const ended = await here('silence', 'end', silence?.id ?? '');
    expect(ended).toMatchObject({ code: 0, stdout: `Ended: ${silence?.id}.\n` });
    expect((await here('silence', 'list')).stdout).toContain('Nothing is silenced.');
    expect((await here('silence', 'list', '--all')).stdout).toContain('ended by hand');
    expect(await here('silence', 'end', silence?.id ?? '')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('silence.not-found'),
    });
  });

  it('takes times with their zone, maintenance, and gives one JSON document', async () => {
    const { stdout, code } = await here(
      ...['silence', 'add', '--from', '2099-11-23T22:00+01:00', '--until', '2099-11-24T02:00Z'],
      ...['--everything', '--kind', 'maintenance', '--reason', 'CRM moves', '--json'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      outcome: 'made',
      silences: [
        {
          kind: 'maintenance',
          from: '2099-11-23T21:00:00Z',
          to: '2099-11-24T02:00:00Z',
          match: {},
          inForce: false,
        },
      ],
    });
  });

  it('changes nothing with --dry-run', async () => {
    const { stdout } = await here(
      'silence',
      'add',
      '--for',
      '2h',
      '--everything',
      '--reason',
      'x',
      '--dry-run',
    );
    expect(stdout).toContain('Nothing was changed');
    expect(await silences().current(Date.now())).toEqual([]);
  });

  it.each([
    ['without a reason', ['--for', '2h', '--everything'], 'reason'],
    ['with an empty reason', ['--for', '2h', '--everything', '--reason', ' '], 'empty'],
    ['without a length', ['--everything', '--reason', 'x'], '--for'],
    ['with two lengths', ['--for', '2h', '--until', '3h', '--everything', '--reason', 'x'], '--for'],
    [
      'with a time without its zone',
      ['--until', '2099-01-01T10:00', '--everything', '--reason', 'x'],
      'zone',
    ],
    ['that is over already', ['--until', '2020-01-01T10:00Z', '--everything', '--reason', 'x'], 'over|ends'],
    ['for ever', ['--for', '91d', '--everything', '--reason', 'x'], '90 days'],
    ['of nothing named', ['--for', '2h', '--reason', 'x'], '--everything'],
    [
      'of everything and a part',
      ['--for', '2h', '--everything', '--feed', 'leads', '--reason', 'x'],
      'alone',
    ],
    ['of an unknown feed', ['--for', '2h', '--feed', 'leeds', '--reason', 'x'], 'leads'],
    ['of an unknown cause', ['--for', '2h', '--cause', 'clay.outag', '--reason', 'x'], 'clay.outage'],
    ['of an unknown severity', ['--for', '2h', '--at-most', 'P5', '--reason', 'x'], 'P1'],
  ])('is refused %s', async (_, args, said) => {
    const { code, stderr } = await here('silence', 'add', ...args);
    expect(code).toBe(64);
    expect(stderr).toMatch(new RegExp(said));
    expect(await silences().current(Date.now())).toEqual([]);
  });
});

describe('claywatch notify test', { timeout: 60_000 }, () => {
  it('sends a message that says it is a test every way, and says what arrived', async () => {
    const taken: Taken[] = [];
    const stop = playFunction(['bus', 'pagerduty'], taken);
    const { code, stdout, stderr } = await deployed('notify', 'test', '--wait', '20').finally(stop);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/✓ e-mail and SMS\n +SNS took it after .*ops@example\.com/);
    expect(stdout).toMatch(/✓ bus\n +Arrived/);
    expect(stdout).toMatch(/✓ pagerduty\n +Arrived/);
    expect(stdout).toContain('Everything arrived.');
    expect(code).toBe(0);
    const first = taken.filter(({ notification }) => notification.attributes.kind === 'test');
    expect(first.map(({ channel }) => channel).toSorted()).toEqual(['bus', 'pagerduty']);
    for (const {
      notification: { subject, bulletin, smsText },
    } of first) {
      expect(subject).toMatch(/^\[TEST\]/);
      expect(smsText).toMatch(/^TEST/);
      expect(bulletin).toMatchObject({ title: 'Test message from Claywatch', steps: [] });
    }
  });

  it('says what did not arrive, and that a channel does not hear of the severity', async () => {
    const stop = playFunction([], []);
    const { code, stdout } = await deployed('notify', 'test', '--severity', 'P3', '--wait', '1').finally(
      stop,
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ bus\n +No proof yet/);
    expect(stdout).toMatch(/Not tested, since they do not hear of it: pagerduty\./);
    expect(stdout).toContain('1 of 2 did not arrive');
  });

  it('tests one channel without telling the others', async () => {
    const taken: Taken[] = [];
    const stop = playFunction(['bus', 'pagerduty'], taken);
    const { code, stdout } = await deployed('notify', 'test', '--channel', 'bus', '--json').finally(stop);
    expect(code).toBe(0);
    const { id, ways } = JSON.parse(stdout);
    expect(ways).toMatchObject([{ channel: 'bus', status: 'delivered' }]);
    const mine = taken.filter(({ notification }) => notification.incidentId === id);
    expect(new Set(mine.map(({ channel }) => channel))).toEqual(new Set(['bus']));
  });

  it('knows a channel that there is not, and a topic that cannot be found', async () => {
    expect(await deployed('notify', 'test', '--channel', 'buz')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('Did you mean bus?'),
    });
    expect(await here('notify', 'test')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('does not say where its topic is'),
    });
    expect(
      await deployed('notify', 'test', '--topic', 'arn:aws:sns:us-east-1:000000000000:nowhere'),
    ).toMatchObject({ code: 69, stderr: expect.stringContaining('alerts.unavailable') });
  });
});

describe('claywatch doctor', { timeout: 60_000 }, () => {
  it('says what is not ready and what to do, worst first', async () => {
    const { code, stdout } = await deployed('doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ email ops@example\.com\n +SNS has no such subscription\.\n +→ Deploy again/);
    expect(stdout).toMatch(/✓ queue of bus/);
    expect(stdout.indexOf('✗')).toBeLessThan(stdout.indexOf('✓'));
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it('skips visibly what a local runtime does not have', async () => {
    const { stdout } = await here('doctor', '--json');
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly what: string }[] };
    expect(checks).toContainEqual(expect.objectContaining({ what: 'topic of incidents', result: 'unknown' }));
    expect(checks).toContainEqual(expect.objectContaining({ what: 'links in messages', result: 'skipped' }));
  });
});
