import { readdirSync, readFileSync } from 'node:fs';
import { App, Stack, Token, Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROUTES as CONSOLE } from '../../functions/console/routes.ts';
import { type FunctionDescription, functionsOf } from '../../functions/manifest.ts';
import { ROUTES as OPERATE } from '../../functions/operate/routes.ts';
import { ROUTES as REPORT } from '../../functions/report/routes.ts';
import { ROUTES as STATUSPAGE } from '../../functions/statuspage/routes.ts';
import { tableDefinition } from '../../shared/aws/dynamodb/table.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { pageSubscriptionsOf, subscriptionsOf } from '../../shared/notify/filter-policy.ts';
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
  statementsOf,
  synthesize,
} from './installation.ts';
import { readSecret, table, writeLog } from './statements.ts';

let acme: ReturnType<typeof synthesize>;
/** Another one for the same account, with the least in it. */
let other: ReturnType<typeof synthesize>;

beforeAll(() => {
  acme = synthesize(FULL_CONFIG);
  other = synthesize(
    { installation: 'other', schedule: { everyMinutes: 5, missedAfterMinutes: 30 } },
    { reservedConcurrency: 'none' },
  );
}, 400_000);

const named = (name: string) => ({ FunctionName: `acme-${name}` });

describe('every function', () => {
  const described = Object.entries<FunctionDescription>(functionsOf(parseConfig(FULL_CONFIG, 'test')));

  it('of the manifest is deployed, and no other', () => {
    const names = found(acme.rest, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties.FunctionName,
    );
    expect(names.sort()).toEqual(described.map(([name]) => `acme-${name}`).sort());
  });

  it.each(described)(
    'is given exactly the environment that its schema names: %s',
    (name, { environment }) => {
      const { Environment } = only(acme.rest, 'AWS::Lambda::Function', named(name)).Properties as {
        Environment: { Variables: object };
      };
      expect(Object.keys(Environment.Variables).sort()).toEqual(Object.keys(environment.shape).sort());
      const concrete = {
        ...Environment.Variables,
        TABLE_NAME: 'a-table',
        ALERT_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:acme-alerts',
        PAGES_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:acme-pages',
        ROW_QUEUE_PREFIX: 'https://sqs.eu-west-1.amazonaws.com/111122223333/acme-rows-',
        DEAD_LETTER_QUEUE: 'https://sqs.eu-west-1.amazonaws.com/111122223333/acme-rows-dead',
        FORWARD_FUNCTION: 'acme-forward',
      };
      expect(environment.safeParse(concrete).success).toBe(true);
    },
  );

  it.each(described)(
    'runs as the manifest says, on Node 24 and arm64: %s',
    (name, { memoryMb, timeoutSeconds, trigger }) => {
      acme.rest.hasResourceProperties('AWS::Lambda::Function', {
        ...named(name),
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: memoryMb,
        Timeout: timeoutSeconds,
        // What Lambda reports of a request would cost more than it tells.
        LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: trigger.kind === 'http' ? 'WARN' : 'INFO' },
      });
    },
  );

  it.each(described)('keeps its log for a month: %s', (name) => {
    acme.rest.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/lambda/acme-${name}`,
      RetentionInDays: 30,
    });
  });

  it.each(described)('has no right on a wildcard, and no policy of somebody else: %s', (name) => {
    const role = only(acme.rest, 'AWS::IAM::Role', { Description: `What acme-${name} may do` });
    expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    const statements = statementsOf(role);
    for (const { Action, Resource } of statements) {
      expect([Action, Resource].flat().filter((text) => String(text).includes('*'))).toEqual([]);
    }
    // IAM refuses a policy that names two statements alike.
    expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(statements.length);
  });
});

describe('watch', () => {
  it('has instances reserved, where the account has enough', () => {
    acme.rest.hasResourceProperties('AWS::Lambda::Function', {
      ...named('watch'),
      ReservedConcurrentExecutions: 2,
    });
    for (const [, { Properties }] of found(other.rest, 'AWS::Lambda::Function')) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('may do exactly this', () => {
    const role = only(acme.rest, 'AWS::IAM::Role', { Description: 'What acme-watch may do' });
    expect(statementsOf(role)).toEqual([
      {
        Sid: 'WriteLog',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: expect.stringMatching(/^<WatchLog\w+\.Arn>$/),
      },
      {
        Sid: 'KeepFailures',
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: expect.stringMatching(/^<Failures\w+\.Arn>$/),
      },
      {
        Sid: 'KeepState',
        Effect: 'Allow',
        Action: [
          'dynamodb:BatchGetItem',
          'dynamodb:DeleteItem',
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
          'dynamodb:UpdateItem',
        ],
        Resource: table,
      },
      {
        Sid: 'ReadIndexes',
        Effect: 'Allow',
        Action: 'dynamodb:Query',
        Resource: tableDefinition.globalSecondaryIndexes.map(({ indexName }) =>
          expect.stringMatching(new RegExp(`StateTable\\w+Arn\\w+>/index/${indexName}$`)),
        ),
      },
      {
        Sid: 'SendAlerts',
        Effect: 'Allow',
        Action: 'sns:Publish',
        Resource: [expect.stringMatching(/AlertsTopic/), expect.stringMatching(/PagesTopic/)],
      },
      {
        Sid: 'ReadSecrets',
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: [
          expect.stringMatching(/^<acme-stateful:.*Secretsacmecallback/),
          expect.stringMatching(/^<acme-stateful:.*Secretsacmeclay/),
          ...['shared-token', 'team/accounts', 'team/crm', 'team/events', 'team/health'].map(foreignSecret),
        ],
      },
      {
        Sid: 'ReadLinkSecret',
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: expect.stringMatching(/^<acme-stateful:.*Secretsacmelinks/),
      },
      {
        Sid: 'CountQueues',
        Effect: 'Allow',
        Action: 'sqs:GetQueueAttributes',
        Resource: [
          expect.stringMatching(/^<acme-stateful:.*Rowsaccounts\w+Arn/),
          expect.stringMatching(/^<acme-stateful:.*Rowsleads\w+Arn/),
        ],
      },
    ]);
    const minimal = statementsOf(
      only(other.rest, 'AWS::IAM::Role', { Description: 'What other-watch may do' }),
    );
    expect(minimal.map(({ Sid }) => Sid)).toEqual([
      'WriteLog',
      'KeepFailures',
      'KeepState',
      'ReadIndexes',
      'SendAlerts',
    ]);
  });

  it('has the table rights of the commands that the stores send, no others', () => {
    const folder = new URL('../../shared/aws/dynamodb/', import.meta.url);
    const stores = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /-store\.ts$|^rows\/.*\.ts$/.test(name),
    );
    const sent = stores.flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/new (\w+)Command\(/g)].map(
        ([, command]) => `dynamodb:${command}`,
      ),
    );
    const granted = statementsOf(only(acme.rest, 'AWS::IAM::Role', { Description: 'What acme-watch may do' }))
      .flatMap(({ Action }) => Action as string | string[])
      .filter((action) => action.startsWith('dynamodb:'));
    expect([...new Set(granted)].sort()).toEqual([...new Set(sent)].sort());
  });

  it('tries a failed event again until the next is due, and then keeps it', () => {
    acme.rest.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Watch') },
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 2,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Failures'), 'Arn'] } },
      },
    });
    other.rest.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumEventAgeInSeconds: 300 });
  });
});

describe('the functions that count rows', () => {
  const countRows = {
    Sid: 'CountRows',
    Effect: 'Allow',
    Action: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
    Resource: table,
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['rows#*'] } },
  };

  it('may count, and read the secrets of their own senders, and nothing else', () => {
    expect(rightsOf(acme.rest, 'acme-callback')).toEqual([
      writeLog,
      countRows,
      readSecret('ReadCallbackSecrets', [
        expect.stringMatching(/^<acme-stateful:.*Secretsacmesenders[A-F0-9]+>$/),
        expect.stringMatching(/^<acme-stateful:.*Secretsacmesendersbefore[A-F0-9]+>$/),
      ]),
      noteSecretUse,
    ]);
    expect(rightsOf(acme.rest, 'acme-submissions')).toEqual([
      writeLog,
      countRows,
      readSecret('ReadSubmissionSecrets', foreignSecret('team/loader')),
      noteSecretUse,
    ]);
  });

  it('have no queue for failed events: whoever asks is told', () => {
    const configured = found(acme.rest, 'AWS::Lambda::EventInvokeConfig').map(([id]) => id);
    expect(configured).toEqual([expect.stringMatching(/^Watch/), expect.stringMatching(/^Forward/)]);
  });
});

describe('the endpoint', () => {
  const flatOf = (type: string) => found(acme.rest, type).map(([, { Properties }]) => flat(Properties));

  it('has the routes of the manifest, and no other', () => {
    const routes = Object.values<FunctionDescription>(functionsOf(acme.config)).flatMap(({ trigger }) =>
      trigger.kind === 'http' ? trigger.routes : [],
    );
    expect(routes).toEqual([
      'POST /v1/callbacks/{feed}',
      'POST /v1/submissions/{feed}',
      'POST /v1/rows/{feed}',
      'GET /v1/status',
      'GET /v1/incidents',
      'GET /v1/incidents/{id}',
      'GET /v1/incidents/{id}/draft',
      'GET /v1/incidents/{id}/postmortem',
      'POST /v1/incidents/{id}/{action}',
      'GET /i/{token}',
      'POST /i/{token}',
      'POST /v1/slack/interactions',
      ...[REPORT.overview, REPORT.usage, REPORT.feedSeries, REPORT.creditSeries, REPORT.relay, REPORT.audit],
      ...[REPORT.silences, REPORT.replays, REPORT.preflight],
      ...Object.values(OPERATE),
      ...Object.values(STATUSPAGE),
      'GET /console',
      'GET /',
      'GET /console/{file}',
      'GET /console/assets/{file}',
      'GET /console/session',
      'POST /console/session',
      'POST /console/session/end',
      'GET /console/oidc/start',
      'GET /console/oidc/return',
    ]);
    expect(
      flatOf('AWS::ApiGatewayV2::Route').map((route) => (route as { RouteKey: string }).RouteKey),
    ).toEqual(routes);
  });

  it('may invoke its functions, one of a single route through that route alone', () => {
    const permissions = (
      flatOf('AWS::Lambda::Permission') as { SourceArn: string; FunctionName: string; Principal: string }[]
    ).filter(({ Principal }) => Principal !== 'secretsmanager.amazonaws.com');
    const byFunction = Object.entries<FunctionDescription>(functionsOf(acme.config)).flatMap(
      ([name, { trigger }]) => {
        if (trigger.kind !== 'http') return [];
        const [route, ...others] = trigger.routes;
        return [[name, others.length === 0 ? `/*/*${route.split(' ')[1]}` : '/*/*/*']];
      },
    );
    expect(
      permissions.map(({ SourceArn, FunctionName }) => [
        FunctionName.match(/^<([A-Z][a-z]+)Function\w+\.Arn>$/)?.[1]?.toLowerCase(),
        SourceArn.match(/:<EndpointApi\w+>(\/\*\/\*.*)$/)?.[1],
      ]),
    ).toEqual(byFunction);
    for (const permission of permissions)
      expect(permission).toMatchObject({ Principal: 'apigateway.amazonaws.com' });
  });

  it('is throttled at ten times what Clay sends at most', () => {
    acme.rest.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 1_000 },
    });
  });

  it('turns every 5xx of its own into 429, which alone Clay repeats', () => {
    const mapping = {
      ResponseParameters: [
        { Destination: 'overwrite:statuscode', Source: '429' },
        { Destination: 'overwrite:header.retry-after', Source: '1' },
      ],
    };
    expect(flatOf('AWS::ApiGatewayV2::Integration')).toEqual(
      Array.from({ length: 9 }, () =>
        expect.objectContaining({
          PayloadFormatVersion: '2.0',
          ResponseParameters: { 500: mapping, 502: mapping, 503: mapping, 504: mapping },
        }),
      ),
    );
  });

  it('logs every request for a month, without path, address, header, query or body', () => {
    const { AccessLogSettings } = only(acme.rest, 'AWS::ApiGatewayV2::Stage').Properties as {
      AccessLogSettings: { DestinationArn: unknown; Format: string };
    };
    expect(flat(AccessLogSettings.DestinationArn)).toMatch(/^<EndpointAccessLog\w+\.Arn>$/);
    expect(Object.values(JSON.parse(AccessLogSettings.Format)).sort()).toEqual([
      '$context.integrationErrorMessage',
      '$context.integrationLatency',
      '$context.requestId',
      '$context.requestTime',
      '$context.responseLatency',
      '$context.routeKey',
      '$context.status',
    ]);
    acme.rest.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/vendedlogs/acme-endpoint',
      RetentionInDays: 30,
    });
  });

  it('tells where it is', () => {
    for (const [output, path] of [
      ['CallbackUrl', '/v1/callbacks/{feed}'],
      ['SubmissionsUrl', '/v1/submissions/{feed}'],
      ['RowsUrl', '/v1/rows/{feed}'],
      ['StatusUrl', '/v1/status'],
      ['IncidentsUrl', '/v1/incidents'],
      ['ConsoleUrl', '/console'],
      ['StatusPageUrl', '/status'],
      ['SlackInteractionsUrl', '/v1/slack/interactions'],
    ] as const) {
      acme.rest.hasOutput(output, { Value: { 'Fn::Join': ['', Match.arrayWith([path])] } });
    }
  });
});

describe('the schedule', () => {
  it('passes the scheduled time as the slot, at the configured rate', () => {
    const { Target, ...schedule } = only(acme.rest, 'AWS::Scheduler::Schedule', {
      Name: 'acme-watch',
    }).Properties as {
      Target: Record<string, unknown>;
    };
    expect(schedule).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      GroupName: 'acme',
      Name: 'acme-watch',
    });
    expect(JSON.parse(Target.Input as string)).toEqual({ slot: '<aws.scheduler.scheduled-time>' });
    expect(flat(Target)).toMatchObject({
      Arn: expect.stringMatching(/^<WatchFunction\w+\.Arn>$/),
      DeadLetterConfig: { Arn: expect.stringMatching(/^<Failures\w+\.Arn>$/) },
      RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 3 },
    });
    other.rest.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(5 minutes)' });
  });

  it('may invoke this function and keep what it could not, from this account only', () => {
    const role = only(acme.rest, 'AWS::IAM::Role', {
      Description: 'Lets the schedule invoke acme-watch',
    });
    expect(statementsOf(role)).toEqual([
      {
        Sid: 'Invoke',
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: expect.stringMatching(/^<WatchFunction\w+\.Arn>$/),
      },
      {
        Sid: 'KeepFailures',
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: expect.stringMatching(/^<Failures\w+\.Arn>$/),
      },
    ]);
    expect(flat(role.Properties.AssumeRolePolicyDocument)).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': '<AWS::AccountId>',
              'aws:SourceArn': expect.stringMatching(/^<WatchScheduleGroup\w+\.Arn>$/),
            },
          },
        },
      ],
    });
  });
});

describe('the alarms on Claywatch itself', () => {
  it('ring the dead man when nothing ran for three minutes, also when there is no data at all', () => {
    expect(
      only(acme.rest, 'AWS::CloudWatch::Alarm', { AlarmName: 'acme-watch-not-running' }).Properties,
    ).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  it('follow the schedule: six periods of five minutes for half an hour', () => {
    other.rest.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'other-watch-not-running',
      Period: 300,
      EvaluationPeriods: 6,
    });
  });

  it('cover errors, throttling, slowness, kept failures, undelivered alerts, channels, the endpoint and the relay', () => {
    const alarms = found(acme.rest, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => [
      Properties.AlarmName,
      Properties.MetricName,
      Properties.Threshold,
    ]);
    const timeoutMs = functionsOf(acme.config).watch.timeoutSeconds * 1_000;
    expect(alarms).toEqual([
      ['acme-watch-not-running', 'Invocations', 1],
      ['acme-watch-failing', 'Errors', 1],
      ['acme-watch-throttled', 'Throttles', 1],
      ['acme-watch-slow', 'Duration', timeoutMs * 0.8],
      ['acme-watch-failures-kept', 'ApproximateNumberOfMessagesVisible', 1],
      ['acme-alerts-not-sent', 'acme-alerts-not-sent', 1],
      ['acme-alerts-failing', 'NumberOfNotificationsFailed', 1],
      ['acme-alerts-undelivered', 'ApproximateNumberOfMessagesVisible', 1],
      ['acme-table-throttled', undefined, 1],
      ['acme-watch-not-finishing', 'WatchDelay', 0],
      ['acme-messages-undelivered', 'OldestUndelivered', 1_800],
      ['acme-pages-failing', 'NumberOfNotificationsFailed', 1],
      ['acme-pages-undelivered', 'ApproximateNumberOfMessagesVisible', 1],
      ['acme-sms-spend', 'SMSMonthToDateSpentUSD', 0.8],
      ['acme-notify-failing', 'Errors', 1],
      ['acme-notify-throttled', 'Throttles', 1],
      ...['slack-ops', 'slack-leads', 'pager', 'bus', 'status-page'].flatMap((channel) => [
        [`acme-channel-waiting-${channel}`, 'ApproximateAgeOfOldestMessage', 600],
        [`acme-channel-failing-${channel}`, undefined, 1],
        [`acme-channel-undelivered-${channel}`, 'ApproximateNumberOfMessagesVisible', 1],
      ]),
      ['acme-rotate-errors', 'Errors', 3],
      ['acme-endpoint-failing', '5xx', 1],
      ['acme-endpoint-shedding', 'acme-endpoint-shedding', 1],
      ['acme-endpoint-unauthorized', 'acme-endpoint-unauthorized', 10],
      ['acme-callback-failing', 'Errors', 1],
      ['acme-callback-throttled', 'Throttles', 1],
      ['acme-submissions-failing', 'Errors', 1],
      ['acme-submissions-throttled', 'Throttles', 1],
      ['acme-relay-failing', 'Errors', 1],
      ['acme-relay-throttled', 'Throttles', 1],
      ['acme-respond-failing', 'Errors', 1],
      ['acme-respond-throttled', 'Throttles', 1],
      ['acme-incidents-failing', 'Errors', 1],
      ['acme-incidents-throttled', 'Throttles', 1],
      ['acme-rows-refused', 'acme-rows-refused', 10],
      ['acme-relay-slow', 'Duration', 5_000],
      ['acme-forward-not-running', 'Invocations', 1],
      ['acme-forward-failing', 'Errors', 1],
      ['acme-forward-throttled', undefined, 1],
      ['acme-forward-slow', 'Duration', 96_000],
      ['acme-replay-failing', 'Errors', 1],
      ['acme-rows-waiting-leads', 'ApproximateAgeOfOldestMessage', 86_400],
      ['acme-rows-expiring-leads', 'ApproximateAgeOfOldestMessage', 1_080_000],
      ['acme-rows-waiting-accounts', 'ApproximateAgeOfOldestMessage', 86_400],
      ['acme-rows-expiring-accounts', 'ApproximateAgeOfOldestMessage', 1_080_000],
      ['acme-rows-undeliverable', 'ApproximateNumberOfMessagesVisible', 1],
    ]);
  });

  it('tell the operators of trouble and of its end, each with what to do', () => {
    for (const [, { Properties }] of found(acme.rest, 'AWS::CloudWatch::Alarm')) {
      for (const actions of [Properties.AlarmActions, Properties.OKActions]) {
        expect(flat(actions)).toEqual([expect.stringMatching(/acme-stateful:.*OperatorsTopic/)]);
      }
      expect(Properties.AlarmDescription).toMatch(/\b(Look|Read|Tell|see)\b/i);
      expect(String(Properties.AlarmDescription).length).toBeLessThanOrEqual(1_024);
    }
  });

  it('notice in the log what fails no run: a message that could not be sent', () => {
    acme.rest.hasResourceProperties('AWS::Logs::MetricFilter', {
      LogGroupName: { Ref: Match.stringLikeRegexp('^WatchLog') },
      FilterPattern: '{ $.failed > 0 }',
      MetricTransformations: [
        { MetricNamespace: 'Claywatch', MetricName: 'acme-alerts-not-sent', MetricValue: '$.failed' },
      ],
    });
  });

  it('notice in the access log what the endpoint sheds, and whom it refuses', () => {
    for (const [name, status, but] of [
      ['endpoint-shedding', '429', 'POST /console/session'],
      ['endpoint-unauthorized', '401', 'GET /console/session'],
    ]) {
      acme.rest.hasResourceProperties('AWS::Logs::MetricFilter', {
        LogGroupName: { Ref: Match.stringLikeRegexp('^EndpointAccessLog') },
        FilterPattern: `{ ($.status = "${status}") && ($.route != "${but}") }`,
        MetricTransformations: [
          { MetricNamespace: 'Claywatch', MetricName: `acme-${name}`, MetricValue: '1' },
        ],
      });
    }
  });

  it('may publish to the operator topic, which enforcing TLS would otherwise take away', () => {
    const policies = found(acme.state, 'AWS::SNS::TopicPolicy').map(([, policy]) => flat(policy)) as {
      Properties: { PolicyDocument: { Statement: Statement[] }; Topics: string[] };
    }[];
    const operators = policies.find(({ Properties }) => /Operators/.test(String(Properties.Topics)));
    expect(operators?.Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' },
          ArnLike: {
            'aws:SourceArn': 'arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:acme-*',
          },
        },
      }),
    );
  });
});

describe('the subscriptions', () => {
  const subscriptions = () =>
    found(acme.rest, 'AWS::SNS::Subscription').map(([, { Properties }]) => flat(Properties)) as {
      Protocol: string;
      Endpoint: string;
      TopicArn: string;
      FilterPolicy?: unknown;
      RedrivePolicy?: unknown;
    }[];

  it('of recipients are those of the configuration, filtered by severity, with a dead-letter queue', () => {
    const toAlerts = subscriptions().filter(({ TopicArn }) => /AlertsTopic/.test(TopicArn));
    expect(toAlerts).toEqual(
      subscriptionsOf(acme.config).map(({ protocol, endpoint, filterPolicy }) => ({
        Protocol: protocol,
        Endpoint: endpoint,
        FilterPolicy: filterPolicy,
        TopicArn: expect.any(String),
        RedrivePolicy: { deadLetterTargetArn: expect.stringMatching(/AlertsUndelivered/) },
      })),
    );
    // Two addresses, a number, and the operators for what only administrators can mend.
    expect(toAlerts).toHaveLength(4);
  });

  it('of people are those whom an escalation may name, each by name, with a dead-letter queue', () => {
    const toPages = subscriptions().filter(({ TopicArn }) => /PagesTopic/.test(TopicArn));
    expect(toPages).toEqual(
      pageSubscriptionsOf(acme.config).map(({ protocol, endpoint, filterPolicy }) => ({
        Protocol: protocol,
        Endpoint: endpoint,
        FilterPolicy: filterPolicy,
        TopicArn: expect.any(String),
        RedrivePolicy: { deadLetterTargetArn: expect.stringMatching(/PagesUndelivered/) },
      })),
    );
    expect(toPages.map(({ FilterPolicy }) => FilterPolicy)).toEqual([
      { person: ['ada'] },
      { person: ['ada', 'eve'] },
      { person: ['bob'] },
    ]);
  });

  it('of operators get every alarm', () => {
    const toOperators = subscriptions().filter(({ TopicArn }) => /OperatorsTopic/.test(TopicArn));
    expect(toOperators).toEqual([
      { Protocol: 'email', Endpoint: 'operators@example.com', TopicArn: expect.any(String) },
    ]);
  });

  it('of the audit queues get everything, unfiltered', () => {
    const audits = found(acme.state, 'AWS::SNS::Subscription')
      .map(([, { Properties }]) => flat(Properties) as { Endpoint: string })
      .filter(({ Endpoint }) => /Audit/.test(Endpoint));
    const auditOf = (topic: string) => ({
      Protocol: 'sqs',
      Endpoint: expect.stringMatching(new RegExp(`^<${topic}Audit\\w+\\.Arn>$`)),
      TopicArn: expect.stringMatching(new RegExp(`^<${topic}Topic\\w+>$`)),
      RedrivePolicy: {
        deadLetterTargetArn: expect.stringMatching(new RegExp(`^<${topic}Undelivered\\w+\\.Arn>$`)),
      },
    });
    expect(audits).toEqual([auditOf('Alerts'), auditOf('Pages')]);
  });
});

describe('the state', () => {
  it('is one table in the shape of the stores: encrypted, restorable, expiring, protected, kept', () => {
    const table = only(acme.state, 'AWS::DynamoDB::GlobalTable');
    const keys = (definition: { partitionKey: { name: string }; sortKey: { name: string } }) => [
      { AttributeName: definition.partitionKey.name, KeyType: 'HASH' },
      { AttributeName: definition.sortKey.name, KeyType: 'RANGE' },
    ];
    expect(table.DeletionPolicy).toBe('Retain');
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keys(tableDefinition),
      GlobalSecondaryIndexes: tableDefinition.globalSecondaryIndexes.map((index) => ({
        IndexName: index.indexName,
        KeySchema: keys(index),
        Projection: { ProjectionType: index.projection },
      })),
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      TimeToLiveSpecification: { AttributeName: tableDefinition.timeToLiveAttribute, Enabled: true },
      Replicas: [
        expect.objectContaining({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ],
    });
  });

  it('has its alerts and pages encrypted, and takes publications over TLS only', () => {
    for (const { state } of [acme, other]) {
      const topics = found(state, 'AWS::SNS::Topic', {
        KmsMasterKeyId: { 'Fn::Join': ['', Match.arrayWith([':alias/aws/sns'])] },
      });
      expect(topics.map(([, { Properties }]) => Properties.TopicName)).toEqual([
        expect.stringMatching(/-alerts$/),
        expect.stringMatching(/-pages$/),
      ]);
    }
    const policies = found(acme.state, 'AWS::SNS::TopicPolicy');
    expect(policies).toHaveLength(3);
    for (const [, policy] of policies) {
      const { Statement } = policy.Properties.PolicyDocument as { Statement: Statement[] };
      expect(Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Principal: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });

  it('creates the secrets below its own name, without a value, and keeps them', () => {
    const secrets = found(acme.state, 'AWS::SecretsManager::Secret').flatMap(([id, secret]) =>
      id.startsWith('RowsKey') ? [] : [secret],
    );
    expect(secrets.map(({ Properties }) => Properties.Name)).toEqual([
      'acme/callback',
      'acme/clay',
      'acme/links',
      'acme/respond',
      'acme/senders',
      'acme/senders-before',
      'acme/sessions',
      'acme/slack-app',
      'acme/slack-bot',
    ]);
    for (const { Properties, DeletionPolicy } of secrets) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties).not.toHaveProperty('SecretString');
      expect(Properties).not.toHaveProperty('GenerateSecretString');
    }
  });

  it('cannot be deleted by mistake', () => {
    expect(acme.stateful.terminationProtection).toBe(true);
  });
});

describe('every queue', () => {
  it('is encrypted, and refuses what does not come over TLS', () => {
    for (const template of [acme.state, acme.rest]) {
      const queues = found(template, 'AWS::SQS::Queue');
      expect(queues.length).toBeGreaterThan(0);
      for (const [id, { Properties }] of queues) {
        expect(Properties.SqsManagedSseEnabled).toBe(true);
        template.hasResourceProperties('AWS::SQS::QueuePolicy', {
          Queues: [{ Ref: id }],
          PolicyDocument: {
            Statement: Match.arrayWith([
              Match.objectLike({
                Effect: 'Deny',
                Action: 'sqs:*',
                Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              }),
            ]),
          },
        });
      }
    }
  });
});

describe('an installation', () => {
  const namesIn = ({ state, rest }: typeof acme): string[] =>
    [state, rest].flatMap((template) =>
      Object.values(template.toJSON().Resources as Record<string, Resource>).flatMap(({ Properties }) =>
        ['TopicName', 'QueueName', 'FunctionName', 'AlarmName', 'LogGroupName', 'Name']
          .map((key) => Properties[key])
          .filter((name) => typeof name === 'string'),
      ),
    );

  it('shares no name with another one in the same account', () => {
    const names = namesIn(acme);
    expect(names).toContain('acme-alerts');
    expect(names.filter((name) => namesIn(other).includes(name))).toEqual([]);
    expect([other.stateful.stackName, other.stateless.stackName]).toEqual([
      'other-stateful',
      'other-stateless',
    ]);
  });

  it('needs neither an account, nor a region, nor anything looked up in one', () => {
    for (const stack of [acme.stateful, acme.stateless]) {
      expect(Token.isUnresolved(stack.account)).toBe(true);
      expect(Token.isUnresolved(stack.region)).toBe(true);
    }
    expect(acme.assembly.manifest.missing ?? []).toEqual([]);
  });

  it('holds no secret, no webhook and no other value than names of secrets', () => {
    expect(JSON.stringify(acme.state.toJSON())).not.toMatch(/"SecretString|sources\/webhook/);
  });
});

describe('cdk-nag', () => {
  const acknowledged = ({ app }: typeof acme) =>
    app.node.findAll().flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) =>
          Object.entries(data as Record<string, string>).map(([rule, reason]) => ({
            at: construct.node.path.replaceAll('/Default', ''),
            rule: rule.replace(/^Annotation::/, ''),
            reason,
          })),
        ),
    );

  it('finds nothing that is not acknowledged', () => {
    for (const { app } of [acme, other]) {
      expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
    }
  });

  it('is asked by every synthesis', () => {
    expect(acme.app._validationPlugins.map(({ name }) => name)).toContain('AwsSolutions');
  });

  it('would find something', () => {
    const app = new App({ context: {} });
    new Queue(new Stack(app, 'careless'), 'Queue');
    expect(new AwsSolutionsChecks(app).validateScope(app).violations).not.toEqual([]);
  });

  it('is acknowledged one finding at a time, each with its reason', () => {
    const { page, ...more } = CONSOLE;
    const pages = [page, ...Object.values(more)];
    expect(acknowledged(acme).map(({ at, rule }) => `${at}: ${rule}`)).toEqual([
      'acme-stateful/Alerts/Undelivered: AwsSolutions-SQS3',
      'acme-stateful/Alerts/Audit: AwsSolutions-SQS3',
      'acme-stateful/Pages/Undelivered: AwsSolutions-SQS3',
      'acme-stateful/Pages/Audit: AwsSolutions-SQS3',
      'acme-stateful/Secrets/acme.callback: AwsSolutions-SMG4',
      'acme-stateful/Secrets/acme.clay: AwsSolutions-SMG4',
      'acme-stateful/Secrets/acme.links: AwsSolutions-SMG4',
      'acme-stateful/Secrets/acme.respond: AwsSolutions-SMG4',
      'acme-stateful/Secrets/acme.senders: AwsSolutions-SMG4',
      'acme-stateful/Secrets/acme.senders-before: AwsSolutions-SMG4',
      'acme-stateful/Secrets/acme.sessions: AwsSolutions-SMG4',
      'acme-stateful/Secrets/acme.slack-app: AwsSolutions-SMG4',
      'acme-stateful/Secrets/acme.slack-bot: AwsSolutions-SMG4',
      'acme-stateful/RowsKey/Secret: AwsSolutions-SMG4',
      'acme-stateless/Failures: AwsSolutions-SQS3',
      'acme-stateless/Endpoint/Api/POST--v1--callbacks--{feed}: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/POST--v1--submissions--{feed}: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/POST--v1--rows--{feed}: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/GET--v1--status: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/GET--v1--incidents: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/GET--v1--incidents--{id}: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/GET--v1--incidents--{id}--draft: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/GET--v1--incidents--{id}--postmortem: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/POST--v1--incidents--{id}--{action}: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/GET--i--{token}: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/POST--i--{token}: AwsSolutions-APIG4',
      'acme-stateless/Endpoint/Api/POST--v1--slack--interactions: AwsSolutions-APIG4',
      ...[...Object.values(REPORT), ...Object.values(OPERATE), ...Object.values(STATUSPAGE), ...pages].map(
        (route) =>
          `acme-stateless/Endpoint/Api/${route.replace(' /', '--').replaceAll('/', '--')}: AwsSolutions-APIG4`,
      ),
    ]);
    for (const { reason } of acknowledged(acme)) expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  });
});
