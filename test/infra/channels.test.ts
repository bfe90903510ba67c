import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { functionsOf } from '../../functions/manifest.ts';
import { channelIds, hasPeople } from '../../shared/config/alerting.ts';
import { channelSubscriptionsOf } from '../../shared/notify/filter-policy.ts';
import {
  FULL_CONFIG,
  flat,
  foreignSecret,
  found,
  noteSecretUse,
  only,
  type Resource,
  rightsOf,
  type Statement,
  synthesize,
} from './installation.ts';
import { may, onlyKeys, readSecret, table, writeLog } from './statements.ts';

type Synthesized = ReturnType<typeof synthesize>;

let acme: Synthesized;
/** Nobody is named, and there is no channel. */
let bare: Synthesized;
/** The longest names that are taken, in an account without instances to reserve, with patience. */
let long: Synthesized;

const LONG_INSTALLATION = 'i'.repeat(40);
const LONG_CHANNEL = 'c'.repeat(27);

beforeAll(() => {
  acme = synthesize(FULL_CONFIG);
  bare = synthesize({ installation: 'acme' });
  long = synthesize(
    {
      installation: LONG_INSTALLATION,
      notify: {
        slack: [{ id: LONG_CHANNEL, channel: 'C0123456789', botToken: 'secretsmanager:team/slack' }],
        fallback: { afterMinutes: 20 },
      },
    },
    { reservedConcurrency: 'none', alarms: 'all' },
  );
}, 400_000);

const CHANNELS = ['slack-ops', 'slack-leads', 'pager', 'bus', 'status-page'];
const idOf = (channel: string): string => channel.replaceAll('-', '');
const queueNamed = (template: Template, QueueName: string): [string, Resource] => {
  const [first, ...more] = found(template, 'AWS::SQS::Queue', { QueueName });
  expect(more).toEqual([]);
  if (!first) throw new Error(`there is no queue ${QueueName}`);
  return first;
};
const queueArns = (channels: readonly string[]) =>
  channels.map((channel) =>
    expect.stringMatching(new RegExp(`^<acme-stateful:\\w+Channels${idOf(channel)}Queue\\w+Arn\\w+>$`)),
  );

const indexes = [
  expect.stringMatching(/StateTable\w+Arn\w+>\/index\/gsi1$/),
  expect.stringMatching(/StateTable\w+Arn\w+>\/index\/gsi2$/),
];
const ownSecret = (name: string) =>
  expect.stringMatching(new RegExp(`^<acme-stateful:.*Secrets${name.replace(/\W/g, '')}[A-F0-9]+>$`));

describe('the queues of chat channels', () => {
  it('are one for each channel, each with its own dead-letter queue', () => {
    const { queues, maxReceives } = functionsOf(acme.config).notify.trigger;
    expect(queues).toHaveLength(CHANNELS.length);
    const targets = queues.map(({ name, deadLetters }) => {
      const [deadLettersId, { Properties: dead }] = queueNamed(acme.state, deadLetters);
      const [, { Properties }] = queueNamed(acme.state, name);
      expect(flat(Properties.RedrivePolicy)).toEqual({
        deadLetterTargetArn: `<${deadLettersId}.Arn>`,
        maxReceiveCount: maxReceives,
      });
      expect(dead).not.toHaveProperty('RedrivePolicy');
      return deadLettersId;
    });
    expect(new Set(targets).size).toBe(CHANNELS.length);
  });

  it('keep messages for 14 days, encrypted, however large SNS makes them', () => {
    const all = found(acme.state, 'AWS::SQS::Queue').filter(([id]) => id.startsWith('Channels'));
    expect(all).toHaveLength(2 * CHANNELS.length);
    for (const [, { Properties }] of all) {
      expect(Properties).toMatchObject({
        MessageRetentionPeriod: 1_209_600,
        MaximumMessageSize: 1_048_576,
        SqsManagedSseEnabled: true,
      });
    }
  });

  it('give a message to one at a time: six times as long as the function may take', () => {
    const { trigger, timeoutSeconds } = functionsOf(acme.config).notify;
    for (const { name } of trigger.queues) {
      const [, { Properties }] = queueNamed(acme.state, name);
      expect(Properties.VisibilityTimeout).toBe(trigger.visibilitySeconds);
      expect(Number(Properties.VisibilityTimeout)).toBeGreaterThanOrEqual(6 * timeoutSeconds);
    }
  });

  it('hear what their channel hears: the same filter, in an envelope, and keep what SNS could not put in', () => {
    const subscriptions = found(acme.state, 'AWS::SNS::Subscription')
      .map(([, { Properties }]) => flat(Properties) as { Endpoint: string })
      .filter(({ Endpoint }) => Endpoint.startsWith('<Channels'));
    expect(subscriptions).toEqual(
      channelSubscriptionsOf(acme.config).map(({ channel, filterPolicy }) => ({
        Protocol: 'sqs',
        TopicArn: expect.stringMatching(/^<AlertsTopic\w+>$/),
        Endpoint: expect.stringMatching(new RegExp(`^<Channels${idOf(channel)}Queue\\w+\\.Arn>$`)),
        FilterPolicy: filterPolicy,
        RedrivePolicy: {
          deadLetterTargetArn: expect.stringMatching(
            new RegExp(`^<Channels${idOf(channel)}DeadLetters\\w+\\.Arn>$`),
          ),
        },
      })),
    );
  });

  it('take messages from the topic of incidents only', () => {
    for (const { name, deadLetters } of functionsOf(acme.config).notify.trigger.queues) {
      for (const queue of [name, deadLetters]) {
        const [id] = queueNamed(acme.state, queue);
        const policy = only(acme.state, 'AWS::SQS::QueuePolicy', { Queues: [{ Ref: id }] });
        const { Statement } = flat(policy.Properties.PolicyDocument) as { Statement: Statement[] };
        expect(Statement.filter(({ Effect }) => Effect === 'Allow')).toEqual([
          {
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Principal: { Service: 'sns.amazonaws.com' },
            Resource: `<${id}.Arn>`,
            Condition: { ArnEquals: { 'aws:SourceArn': expect.stringMatching(/^<AlertsTopic\w+>$/) } },
          },
        ]);
      }
    }
  });

  it('have names that SQS takes, the longest that the configuration allows too', () => {
    for (const { state, config } of [acme, long]) {
      for (const [, { Properties }] of found(state, 'AWS::SQS::Queue')) {
        expect(Properties.QueueName).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
      }
      expect(channelIds(config).length).toBeGreaterThan(0);
    }
    queueNamed(long.state, `${LONG_INSTALLATION}-undelivered-${LONG_CHANNEL}`);
  });
});

describe('the function that delivers', () => {
  const mappings = ({ rest }: Synthesized) =>
    found(rest, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => flat(Properties));

  it('is started by each queue of a channel, answers for each message, and is kept small', () => {
    expect(mappings(acme)).toMatchObject(
      queueArns(CHANNELS).map((EventSourceArn) => ({
        EventSourceArn,
        FunctionName: expect.stringMatching(/^<NotifyFunction\w+>$/),
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      })),
    );
  });

  it('has as many instances as its queues start, where the account has enough', () => {
    const notify = ({ rest }: Synthesized, installation: string) =>
      only(rest, 'AWS::Lambda::Function', { FunctionName: `${installation}-notify` }).Properties;
    expect(notify(acme, 'acme').ReservedConcurrentExecutions).toBe(2 * CHANNELS.length);
    expect(notify(long, LONG_INSTALLATION)).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('takes messages of channels out, proves deliveries, remembers threads, and changes no incident', () => {
    expect(rightsOf(acme.rest, 'acme-notify')).toEqual([
      writeLog,
      may('ReadIncidents', ['dynamodb:BatchGetItem', 'dynamodb:GetItem'], table, onlyKeys('incident#*')),
      may('ReadIndexes', 'dynamodb:Query', indexes, onlyKeys('incident#*')),
      may('KeepProof', 'dynamodb:UpdateItem', table, onlyKeys('proof#*')),
      may('RememberChannels', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], table, onlyKeys('channel#*')),
      readSecret('ReadChannelSecrets', [
        ownSecret('acme/slack-bot'),
        ...['bus', 'bus-key', 'bus-key-before', 'pagerduty', 'statuspage'].map((name) =>
          foreignSecret(`team/${name}`),
        ),
      ]),
      may(
        'HandOver',
        [
          'sqs:ChangeMessageVisibility',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:GetQueueUrl',
          'sqs:ReceiveMessage',
        ],
        queueArns(CHANNELS.toSorted()),
      ),
    ]);
  });
});

describe('the function of incidents', () => {
  it('reads what a postmortem tells of, changes incidents, and reaches no channel', () => {
    expect(rightsOf(acme.rest, 'acme-incidents')).toEqual([
      writeLog,
      may(
        'ReadIncidents',
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
        table,
        onlyKeys('incident#*', 'evidence#*', 'proof#*', 'rows#*', 'credits'),
      ),
      may('ReadIndexes', 'dynamodb:Query', indexes, onlyKeys('incident#*')),
      may('ChangeIncidents', 'dynamodb:PutItem', table, onlyKeys('incident#*')),
      readSecret('ReadRespondSecrets', [ownSecret('acme/respond'), foreignSecret('team/reader')]),
      readSecret('ReadSlackSecrets', ownSecret('acme/slack-app')),
      readSecret('ReadSessionSecret', ownSecret('acme/sessions')),

      readSecret('ReadLinkSecret', ownSecret('acme/links')),
      noteSecretUse,
    ]);
  });

  it('is there without any secret too, and then lets nobody in', () => {
    expect(rightsOf(bare.rest, 'acme-incidents').map(({ Sid }) => Sid)).toEqual([
      'WriteLog',
      'ReadIncidents',
      'ReadIndexes',
      'ChangeIncidents',
    ]);
  });

  it('is told of by the addresses that the configuration and the Slack app take', () => {
    const valueIn = (output: string): unknown => flat(acme.rest.findOutputs(output)[output]?.Value);
    expect(valueIn('PublicUrl')).toMatch(/^<EndpointApi\w+\.ApiEndpoint>$/);
    expect(valueIn('SlackInteractionsUrl')).toBe(`${valueIn('PublicUrl')}/v1/slack/interactions`);
    expect(valueIn('IncidentsUrl')).toBe(`${valueIn('PublicUrl')}/v1/incidents`);
    for (const { rest } of [bare, long]) expect(rest.findOutputs('SlackInteractionsUrl')).toEqual({});
  });
});

describe('the alarms on channels', () => {
  const alarm = ({ rest }: Synthesized, AlarmName: string) =>
    flat(only(rest, 'AWS::CloudWatch::Alarm', { AlarmName }).Properties);

  it.each(CHANNELS)('ring for what is set aside: %s', (channel) => {
    expect(alarm(acme, `acme-channel-undelivered-${channel}`)).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: `acme-undelivered-${channel}` }],
      Statistic: 'Maximum',
      Threshold: 1,
      EvaluationPeriods: 1,
    });
  });

  it.each(CHANNELS)('ring for what waits long after e-mail took it: %s', (channel) => {
    expect(alarm(acme, `acme-channel-waiting-${channel}`)).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: `acme-notify-${channel}` }],
      Statistic: 'Maximum',
      Threshold: 600,
    });
  });

  it('wait twice as long as messages wait before they fall back', () => {
    expect(alarm(long, `${LONG_INSTALLATION}-channel-waiting-${LONG_CHANNEL}`)).toMatchObject({
      Threshold: 40 * 60,
    });
  });

  it('ring for a provider that is down, whose messages SQS counts but gives no age of', () => {
    const { Metrics, EvaluationPeriods, DatapointsToAlarm } = alarm(
      acme,
      'acme-channel-failing-pager',
    ) as never as {
      Metrics: { Expression?: string; MetricStat?: { Metric: { MetricName: string }; Stat: string } }[];
      EvaluationPeriods: number;
      DatapointsToAlarm: number;
    };
    expect(Metrics.flatMap(({ Expression }) => Expression ?? [])).toEqual(['visible + hidden']);
    expect(
      Metrics.flatMap(({ MetricStat }) =>
        MetricStat ? [[MetricStat.Metric.MetricName, MetricStat.Stat]] : [],
      ),
    ).toEqual([
      ['ApproximateNumberOfMessagesVisible', 'Minimum'],
      ['ApproximateNumberOfMessagesNotVisible', 'Minimum'],
    ]);
    expect([EvaluationPeriods, DatapointsToAlarm]).toEqual([3, 3]);
  });
});

describe('an installation that names nobody', () => {
  it('has the topic of pages, whose address the watch is given, and nothing else of it', () => {
    expect(hasPeople(bare.config)).toBe(false);
    bare.rest.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'acme-watch',
      Environment: { Variables: Match.objectLike({ PAGES_TOPIC_ARN: Match.anyValue() }) },
    });
    expect(found(bare.rest, 'AWS::SNS::Subscription')).toEqual([]);
    expect(found(bare.rest, 'AWS::Lambda::EventSourceMapping')).toEqual([]);
    expect(found(bare.rest, 'AWS::Lambda::Function', { FunctionName: 'acme-notify' })).toEqual([]);
    const alarms = found(bare.rest, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => Properties.AlarmName,
    );
    expect(alarms.filter((name) => /channel|notify|pages/.test(String(name)))).toEqual([]);
  });
});
