import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { functionsOf } from '../../functions/manifest.ts';
import { deployedSecretsOf } from '../../infra/secret-references.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import {
  FULL_CONFIG,
  flat,
  foreignSecret,
  found,
  noteSecretUse,
  only,
  rightsOf,
  statementsOf,
  synthesize,
} from './installation.ts';
import { may, onlyKeys, readSecret, table, writeLog } from './statements.ts';

type Synthesized = ReturnType<typeof synthesize>;

let acme: Synthesized;
/** Sends rows to Clay, and has Claywatch take none. */
let bare: Synthesized;

/** Has a key of its own for rows, is watched seldom, and is in an account without instances to reserve. */
let own: Synthesized;

const withRowsKey = (rowsKey: `secretsmanager:${string}`): ConfigInput => ({
  installation: 'acme',
  feeds: { leads: { relay: { secret: 'secretsmanager:acme/senders' } } },
  relay: { rowsKey },
});

beforeAll(() => {
  acme = synthesize(FULL_CONFIG);
  own = synthesize(
    {
      ...withRowsKey('secretsmanager:team/key#rows'),
      schedule: { everyMinutes: 15, missedAfterMinutes: 60 },
    },
    { reservedConcurrency: 'none', alarms: 'all' },
  );
  bare = synthesize({
    installation: 'acme',
    feeds: { leads: { webhooks: [{ id: 'leads-1', url: 'secretsmanager:acme/clay#leads1' }] } },
  });
}, 400_000);

const PREFIX = 'https://sqs.<AWS::Region>.<AWS::URLSuffix>/<AWS::AccountId>/acme-rows-';
const queueArn = (feed: string) =>
  expect.stringMatching(new RegExp(`^<acme-stateful:\\w+Rows${feed}\\w+Arn\\w+>$`));
const ROW_QUEUES = [queueArn('accounts'), queueArn('leads')];
const generatedKey = expect.stringMatching(/^<acme-stateful:.*RowsKeySecret\w+>$/);
const forwardArn = expect.stringMatching(/^<ForwardFunction\w+\.Arn>$/);

const items = (...kinds: readonly string[]) => onlyKeys(...kinds.map((kind) => `${kind}#*`));

const environmentOf = ({ rest }: Synthesized, name: string) => {
  const { Environment } = only(rest, 'AWS::Lambda::Function', { FunctionName: `acme-${name}` })
    .Properties as { Environment: { Variables: Record<string, unknown> } };
  return flat(Environment.Variables) as Record<string, string>;
};
const alarm = (name: string) =>
  only(acme.rest, 'AWS::CloudWatch::Alarm', { AlarmName: `acme-${name}` }).Properties;

describe('the queues of rows', () => {
  const queues = () =>
    found(acme.state, 'AWS::SQS::Queue').filter(([, { Properties }]) =>
      String(Properties.QueueName).startsWith('acme-rows-'),
    );

  it('are one for each feed that takes rows, and one for what nobody could settle', () => {
    expect(queues().map(([, { Properties }]) => Properties.QueueName)).toEqual([
      'acme-rows-dead',
      'acme-rows-leads',
      'acme-rows-accounts',
    ]);
  });

  it('keep rows for 14 days, encrypted, whatever happens to the stack', () => {
    for (const [, { Properties, DeletionPolicy }] of queues()) {
      expect(Properties).toMatchObject({
        MessageRetentionPeriod: 1_209_600,
        MaximumMessageSize: 1_048_576,
        SqsManagedSseEnabled: true,
      });
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
    }
  });

  it('give a row to one forwarder at a time, and set it aside after fifty', () => {
    const { timeoutSeconds } = functionsOf(acme.config).forward;
    for (const feed of ['leads', 'accounts']) {
      expect(
        flat(only(acme.state, 'AWS::SQS::Queue', { QueueName: `acme-rows-${feed}` }).Properties),
      ).toMatchObject({
        VisibilityTimeout: timeoutSeconds,
        RedrivePolicy: {
          deadLetterTargetArn: expect.stringMatching(/^<RowsDeadLetters\w+\.Arn>$/),
          maxReceiveCount: 50,
        },
      });
    }
    expect(
      only(acme.state, 'AWS::SQS::Queue', { QueueName: 'acme-rows-dead' }).Properties,
    ).not.toHaveProperty('RedrivePolicy');
  });

  it('are found by their URL: the beginning that functions are given, and the name of the feed', () => {
    for (const name of ['relay', 'forward', 'respond']) {
      expect(environmentOf(acme, name).ROW_QUEUE_PREFIX).toBe(PREFIX);
    }
    for (const feed of ['leads', 'accounts']) {
      const name = `${PREFIX}${feed}`.split('/').at(-1);
      expect(found(acme.state, 'AWS::SQS::Queue', { QueueName: name })).toHaveLength(1);
    }
    expect(environmentOf(acme, 'forward').DEAD_LETTER_QUEUE).toMatch(
      /^<acme-stateful:\w*RowsDeadLetters\w+>$/,
    );
    expect(flat(acme.state.findOutputs('RowQueuePrefix'))).toMatchObject({
      RowQueuePrefix: { Value: PREFIX },
    });
  });
});

describe('the key that seals rows', () => {
  const secretsNamed = ({ state }: Synthesized, Name: string) =>
    found(state, 'AWS::SecretsManager::Secret', { Name });

  it('is made up by AWS, and kept whatever happens to the stack', () => {
    const [[, secret] = []] = secretsNamed(acme, 'acme/rows-key');
    expect(secret?.Properties.GenerateSecretString).toEqual({ PasswordLength: 64, ExcludePunctuation: true });
    expect(secret?.DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(environmentOf(acme, 'relay').ROWS_KEY).toBe('secretsmanager:acme/rows-key');
    expect(environmentOf(acme, 'forward').ROWS_KEY).toBe('secretsmanager:acme/rows-key');
  });

  it('is the one that the configuration names, where it names one', () => {
    expect(secretsNamed(own, 'acme/rows-key')).toEqual([]);
    expect(environmentOf(own, 'forward').ROWS_KEY).toBe('secretsmanager:team/key#rows');
    for (const name of ['acme-relay', 'acme-forward']) {
      expect(rightsOf(own.rest, name)).toContainEqual(readSecret('ReadRowsKey', foreignSecret('team/key')));
    }
  });

  it('is made up also where the configuration names the very one that would be', () => {
    const [[, secret] = [], ...others] = secretsNamed(
      synthesize(withRowsKey('secretsmanager:acme/rows-key')),
      'acme/rows-key',
    );
    expect(secret?.Properties).toHaveProperty('GenerateSecretString');
    expect(others).toEqual([]);
  });
});

describe('the functions of the relay', () => {
  it('relay: takes rows and remembers requests, and can take no row out again', () => {
    expect(rightsOf(acme.rest, 'acme-relay')).toEqual([
      writeLog,
      may(
        'Remember',
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        table,
        items('idempotency', 'seen'),
      ),
      readSecret('ReadRelaySecrets', [
        expect.stringMatching(/^<acme-stateful:.*Secretsacmesenders[A-F0-9]+>$/),
        foreignSecret('team/crm-sender'),
        foreignSecret('team/rows-before'),
      ]),
      readSecret('ReadRowsKey', generatedKey),
      may('TakeRows', 'sqs:SendMessage', ROW_QUEUES),
      may('WakeForward', 'lambda:InvokeFunction', forwardArn),
      noteSecretUse,
    ]);
  });

  it('forward: keeps what is about rows and nothing else, and knows the webhooks of their feeds', () => {
    expect(rightsOf(acme.rest, 'acme-forward')).toEqual([
      writeLog,
      may(
        'KeepRows',
        [
          'dynamodb:BatchGetItem',
          'dynamodb:DeleteItem',
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
          'dynamodb:UpdateItem',
        ],
        table,
        items('rows', 'relay', 'pace', 'outbox', 'dead'),
      ),
      readSecret('ReadWebhookSecrets', [
        expect.stringMatching(/^<acme-stateful:.*Secretsacmeclay[A-F0-9]+>$/),
        foreignSecret('shared-token'),
        foreignSecret('team/accounts'),
      ]),
      readSecret('ReadRowsKey', generatedKey),
      may(
        'SendRows',
        [
          'sqs:ChangeMessageVisibility',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:ReceiveMessage',
          'sqs:SendMessage',
        ],
        ROW_QUEUES,
      ),
      may('SetRowsAside', ['sqs:DeleteMessage', 'sqs:ReceiveMessage'], queueArn('DeadLetters')),
      noteSecretUse,
    ]);
  });

  it('respond: reads, and cannot open a row', () => {
    expect(rightsOf(acme.rest, 'acme-respond')).toEqual([
      writeLog,
      may(
        'ReadState',
        ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
        table,
        items('incident', 'pace', 'relay', 'rows'),
      ),
      may(
        'ReadIndexes',
        'dynamodb:Query',
        [
          expect.stringMatching(/StateTable\w+Arn\w+>\/index\/gsi1$/),
          expect.stringMatching(/StateTable\w+Arn\w+>\/index\/gsi2$/),
        ],
        items('incident'),
      ),
      readSecret('ReadRelaySecrets', [
        expect.stringMatching(/^<acme-stateful:.*Secretsacmesenders[A-F0-9]+>$/),
        foreignSecret('team/crm-sender'),
        foreignSecret('team/rows-before'),
      ]),
      readSecret('ReadStatusSecrets', foreignSecret('team/status')),
      may('CountQueues', 'sqs:GetQueueAttributes', ROW_QUEUES),
      noteSecretUse,
    ]);
  });

  it('together with the others may read every secret that the configuration names: none is named in vain', () => {
    const read = Object.keys(functionsOf(acme.config))
      .flatMap((name) => rightsOf(acme.rest, `acme-${name}`))
      .filter(({ Action }) => Action === 'secretsmanager:GetSecretValue')
      .flatMap(({ Resource }) => Resource as string | string[]);
    const ours = (name: string) => new RegExp(`Secrets${name.replace(/\W/g, '')}[A-F0-9]+>$`);
    const unread = deployedSecretsOf(acme.config).filter(
      (name) => !read.some((resource) => resource === foreignSecret(name) || ours(name).test(resource)),
    );
    expect(unread).toEqual([]);
  });

  it('know each other by name', () => {
    expect(environmentOf(acme, 'relay').FORWARD_FUNCTION).toMatch(/^<ForwardFunction\w+>$/);
  });
});

describe('the forwarder', () => {
  it('is started every minute, by the schedule of this installation only', () => {
    const { Target, ...schedule } = only(acme.rest, 'AWS::Scheduler::Schedule', { Name: 'acme-forward' })
      .Properties as { Target: Record<string, unknown> };
    expect(schedule).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      GroupName: 'acme',
    });
    expect(flat(Target)).toMatchObject({ Arn: forwardArn, RetryPolicy: { MaximumEventAgeInSeconds: 60 } });
    expect(found(acme.rest, 'AWS::Scheduler::ScheduleGroup')).toHaveLength(1);
    const role = only(acme.rest, 'AWS::IAM::Role', { Description: 'Lets the schedule invoke acme-forward' });
    expect(statementsOf(role)).toEqual([may('Invoke', 'lambda:InvokeFunction', forwardArn)]);
  });

  it('is started every minute however seldom everything is watched', () => {
    own.rest.hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: 'acme-forward',
      ScheduleExpression: 'rate(1 minute)',
    });
  });

  it('forgets a wake that could not start it at once: the next turn is a minute away', () => {
    const [, config] = found(acme.rest, 'AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Forward') },
    })[0] as [string, { Properties: object }];
    expect(config.Properties).toMatchObject({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 });
    expect(config.Properties).not.toHaveProperty('DestinationConfig');
  });

  it('runs at most three times at once, where the account has instances to reserve', () => {
    acme.rest.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'acme-forward',
      ReservedConcurrentExecutions: 3,
    });
    for (const [, { Properties }] of found(own.rest, 'AWS::Lambda::Function')) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });
});

describe('the alarms on the relay', () => {
  it('ring the dead man when no forwarder was started for five minutes, also without any data', () => {
    expect(flat(alarm('forward-not-running'))).toMatchObject({
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: expect.stringMatching(/^<ForwardFunction/) }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 5,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  it('are made after the schedule, so that none rings during the first deployment', () => {
    const made = only(acme.rest, 'AWS::CloudWatch::Alarm', { AlarmName: 'acme-forward-not-running' });
    expect(made.DependsOn).toContainEqual(expect.stringMatching(/^ForwardSchedule/));
  });

  it('take a forwarder that is turned away for what it is: nothing, while another one runs', () => {
    const { Metrics, Threshold } = alarm('forward-throttled') as {
      Metrics: { Id: string; Expression?: string; MetricStat?: { Metric: { MetricName: string } } }[];
      Threshold: number;
    };
    expect(Metrics.flatMap(({ Expression }) => Expression ?? [])).toEqual([
      'IF(FILL(running, 0) < 1, FILL(turnedaway, 0), 0)',
    ]);
    expect(
      Metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? [[Id, MetricStat.Metric.MetricName]] : [])),
    ).toEqual([
      ['running', 'Invocations'],
      ['turnedaway', 'Throttles'],
    ]);
    expect(Threshold).toBe(1);
  });

  it.each(['leads', 'accounts'])('know how long rows wait, feed by feed: %s', (feed) => {
    for (const name of [`rows-waiting-${feed}`, `rows-expiring-${feed}`]) {
      expect(flat(alarm(name))).toMatchObject({
        Namespace: 'AWS/SQS',
        Statistic: 'Maximum',
        Dimensions: [{ Name: 'QueueName', Value: `acme-rows-${feed}` }],
        TreatMissingData: 'notBreaching',
      });
    }
  });

  it('ring before SQS would delete a row, and after the forwarder should have put it in anew', () => {
    const { MessageRetentionPeriod } = only(acme.state, 'AWS::SQS::Queue', { QueueName: 'acme-rows-leads' })
      .Properties as { MessageRetentionPeriod: number };
    const { Threshold } = alarm('rows-expiring-leads') as { Threshold: number };
    expect(Threshold).toBeGreaterThan(12 * 86_400 + 3_600);
    expect(MessageRetentionPeriod - Threshold).toBeGreaterThanOrEqual(86_400);
  });

  it('notice senders whose requests are refused, apart from unknown senders and from too many rows', () => {
    acme.rest.hasResourceProperties('AWS::Logs::MetricFilter', {
      LogGroupName: { Ref: Match.stringLikeRegexp('^EndpointAccessLog') },
      FilterPattern:
        '{ ($.route = "POST /v1/rows/{feed}") && ($.status = "4*") && ($.status != "401") && ($.status != "429") }',
      MetricTransformations: [{ MetricName: 'acme-rows-refused', MetricValue: '1' }],
    });
  });
});

describe('an installation whose feeds take no rows', () => {
  it('has none of it, and still tells how it goes', () => {
    const names = found(bare.rest, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties.FunctionName,
    );
    expect(names.sort()).toEqual(
      [
        ...['callback', 'console', 'incidents', 'operate', 'report', 'respond'],
        ...['rotate', 'submissions', 'watch'],
      ].map((name) => `acme-${name}`),
    );
    expect(JSON.stringify(bare.state.toJSON())).not.toMatch(/acme-rows|rows-key/);
    const schedules = found(bare.rest, 'AWS::Scheduler::Schedule').map(
      ([, { Properties }]) => Properties.Name,
    );
    expect(schedules).toEqual(['acme-watch', 'acme-rotate']);
    const alarms = found(bare.rest, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => Properties.AlarmName,
    );
    expect(alarms.filter((name) => /forward|rows|relay/.test(String(name)))).toEqual([]);
    expect(bare.rest.findOutputs('RowsUrl')).toEqual({});
    expect(rightsOf(bare.rest, 'acme-respond').map(({ Sid }) => Sid)).toEqual([
      'WriteLog',
      'ReadState',
      'ReadIndexes',
      'NoteSecretUse',
    ]);
  });
});
