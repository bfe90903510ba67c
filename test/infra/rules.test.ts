import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type FunctionDescription, functionsOf } from '../../functions/manifest.ts';
import { Claywatch, type ClaywatchProps } from '../../infra/claywatch.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { FULL_CONFIG, flat, found, type Resource, type Statement, synthesize } from './installation.ts';

/*
 * What holds for every resource of every installation, however it is deployed: in the two stacks of the ready-made app,
 * with the least in it, or in a stack of somebody's own app that sets no feature flag of CDK.
 */

/** An app that says nothing about how CDK is to behave. */
const ownApp = (props: Omit<ClaywatchProps, 'config'>, config: ConfigInput = FULL_CONFIG) => {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'company');
  const claywatch = new Claywatch(stack, 'Claywatch', { config, ...props });
  return { app, stack, claywatch, template: Template.fromStack(stack) };
};

const EVERYTHING = {
  removal: 'destroy',
  tableKey: 'customer-managed',
  logRetention: RetentionDays.ONE_WEEK,
  alarms: 'all',
  dashboards: true,
  budget: { usdPerMonth: 20, email: ['finance@example.com'] },
  tags: { team: 'growth' },
} as const satisfies Omit<ClaywatchProps, 'config'>;

let ready: ReturnType<typeof synthesize>;
let least: ReturnType<typeof synthesize>;
let own: ReturnType<typeof ownApp>;
const templates: [string, Template][] = [];

beforeAll(() => {
  ready = synthesize(FULL_CONFIG);
  least = synthesize({ installation: 'least' }, {});
  own = ownApp(EVERYTHING);
  templates.push(
    ['acme-stateful', ready.state],
    ['acme-stateless', ready.rest],
    ['least-stateful', least.state],
    ['least-stateless', least.rest],
    ['company', own.template],
  );
}, 300_000);

const everywhere = <T>(type: string, of: (resource: Resource, id: string, template: Template) => T): T[] =>
  templates.flatMap(([, template]) =>
    found(template, type).map(([id, resource]) => of(resource, id, template)),
  );

const policyStatements = (resource: Resource): Statement[] =>
  ((flat(resource.Properties.PolicyDocument) as { Statement: Statement[] } | undefined)?.Statement ??
    []) as Statement[];

describe('every function of every installation', () => {
  it('runs on Node 24 and arm64, with a log, a role and a package of its own', () => {
    const functions = everywhere('AWS::Lambda::Function', ({ Properties }) => Properties);
    expect(functions.length).toBeGreaterThan(20);
    for (const properties of functions) {
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
      expect(flat(properties.LoggingConfig)).toMatchObject({
        LogFormat: 'JSON',
        LogGroup: expect.stringMatching(/Log/),
      });
    }
    for (const [, template] of templates) {
      const roles = found(template, 'AWS::Lambda::Function').map(([, { Properties }]) =>
        JSON.stringify(Properties.Role),
      );
      expect(new Set(roles).size).toBe(roles.length);
    }
  });

  it('is one of the manifest, with exactly the environment of its schema', () => {
    const described: Readonly<Record<string, FunctionDescription>> = functionsOf(ready.config);
    for (const properties of everywhere('AWS::Lambda::Function', ({ Properties }) => Properties)) {
      const name = String(properties.FunctionName).split('-').at(-1) ?? '';
      const { Variables } = properties.Environment as { Variables: object };
      const { shape = {} } = described[name]?.environment ?? {};
      // What may be left out is of rows, which some installations do not take.
      const isGiven = (variable: string) =>
        variable in Variables || !z.safeParse(shape[variable] as z.ZodMiniType, undefined).success;
      expect(Object.keys(Variables).sort()).toEqual(Object.keys(shape).filter(isGiven).sort());
    }
  });

  it('can be invoked by nobody but services of this account, and has no address of its own', () => {
    expect(everywhere('AWS::Lambda::Url', () => true)).toEqual([]);
    for (const permission of everywhere(
      'AWS::Lambda::Permission',
      ({ Properties }) => flat(Properties) as Record<string, unknown>,
    )) {
      expect(permission.Principal).toMatch(/^(apigateway|secretsmanager)\.amazonaws\.com$/);
      expect(permission.SourceArn ?? permission.SourceAccount).toMatch(/<AWS::AccountId>/);
    }
  });
});

describe('nothing is open to the public', () => {
  it('but the endpoint: no policy allows everybody anything', () => {
    const allowed = [
      'AWS::SQS::QueuePolicy',
      'AWS::SNS::TopicPolicy',
      'AWS::KMS::Key',
      'AWS::SecretsManager::ResourcePolicy',
    ]
      .flatMap((type) =>
        everywhere(type, (resource) =>
          policyStatements(
            type === 'AWS::KMS::Key'
              ? { ...resource, Properties: { PolicyDocument: resource.Properties.KeyPolicy } }
              : resource,
          ),
        ).flat(),
      )
      .filter(({ Effect }) => Effect === 'Allow') as (Statement & { Principal: unknown })[];
    expect(allowed.length).toBeGreaterThan(10);
    for (const { Principal, Condition } of allowed) {
      expect(JSON.stringify(Principal)).not.toContain('"*"');
      if ((Principal as { Service?: string }).Service) expect(Condition).toBeDefined();
    }
  });

  it('and every queue and topic refuses what does not come over TLS', () => {
    const refusing = (type: string, key: string) =>
      everywhere(type, (resource) =>
        policyStatements(resource).some(
          ({ Effect, Condition }) =>
            Effect === 'Deny' && JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
        )
          ? (flat(resource.Properties[key]) as string[])
          : [],
      ).flat();
    for (const [type, policy, key] of [
      ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues'],
      ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics'],
    ] as const) {
      const all = everywhere(type, (_, id) => `<${id}>`);
      expect([...new Set(all)].filter((id) => !refusing(policy, key).includes(id))).toEqual([]);
    }
  });
});

describe('every queue', () => {
  it('is encrypted', () => {
    for (const properties of everywhere('AWS::SQS::Queue', ({ Properties }) => Properties)) {
      expect(properties.SqsManagedSseEnabled === true || properties.KmsMasterKeyId !== undefined).toBe(true);
    }
  });

  it('that something takes messages from has a dead-letter queue, which keeps them as long as SQS can', () => {
    const bySecond = (name: unknown) => /-(?:rows|notify)-(?!dead$)/.test(String(name));
    const consumed = everywhere('AWS::SQS::Queue', ({ Properties }, _, template) => ({
      Properties,
      template,
    })).filter(({ Properties }) => bySecond(Properties.QueueName));
    expect(consumed.length).toBeGreaterThanOrEqual(14);
    for (const { Properties, template } of consumed) {
      const target = (flat(Properties.RedrivePolicy) as { deadLetterTargetArn: string }).deadLetterTargetArn;
      const [, dead] = found(template, 'AWS::SQS::Queue').find(([id]) => target === `<${id}.Arn>`) ?? [];
      expect(dead?.Properties.MessageRetentionPeriod).toBe(1_209_600);
    }
  });
});

describe('every alarm', () => {
  it('tells the operators of its installation, and nobody else', () => {
    for (const properties of everywhere('AWS::CloudWatch::Alarm', ({ Properties }) => Properties)) {
      for (const actions of [properties.AlarmActions, properties.OKActions]) {
        expect(flat(actions)).toEqual([expect.stringMatching(/Operators\w*Topic/)]);
      }
    }
  });

  it('of one installation has a name of its own, which the operators let publish', () => {
    for (const [, template] of templates) {
      const names = found(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
        String(Properties.AlarmName),
      );
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^(acme|least)-[a-z0-9-]+$/);
    }
  });
});

describe('the lean set of alarms', () => {
  const namesOf = (template: Template) =>
    found(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
      String(Properties.AlarmName).replace(/^\w+?-/, ''),
    );
  let lean: readonly string[];
  beforeAll(() => {
    lean = namesOf(ownApp({}).template);
  }, 120_000);

  it('leaves out only those of which another one tells', () => {
    const endpoint = ['callback', 'submissions', 'relay', 'respond', 'incidents'].flatMap((name) => [
      [`${name}-failing`, 'endpoint-shedding'],
      [`${name}-throttled`, 'endpoint-shedding'],
    ]);
    const told = new Map([
      ['watch-failing', 'watch-failures-kept'],
      ['watch-throttled', 'watch-failures-kept'],
      ['watch-slow', 'watch-failures-kept'],
      ['table-throttled', 'endpoint-shedding'],
      ['forward-throttled', 'forward-not-running'],
      ['notify-throttled', 'channel-failing-pager'],
      ...(endpoint as [string, string][]),
    ]);
    const left = namesOf(own.template).filter((name) => !lean.includes(name));
    expect(left.sort()).toEqual([...told.keys()].sort());
    for (const teller of told.values()) expect(lean).toContain(teller);
  });

  it('of an installation with nothing but Clay to watch is free in an account of its own: ten', () => {
    const alarms = found(least.rest, 'AWS::CloudWatch::Alarm');
    // Each looks at one metric.
    expect(alarms.filter(([, { Properties }]) => Properties.Metrics !== undefined)).toEqual([]);
    expect(alarms).toHaveLength(10);
  });
});

describe('the props', () => {
  const table = (template: Template) => found(template, 'AWS::DynamoDB::GlobalTable')[0]?.[1];

  it('retain what matters unless told otherwise', () => {
    expect(table(ready.state)).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { Replicas: [{ DeletionProtectionEnabled: true }] },
    });
  });

  it('let a trial go without a trace: nothing is retained, nothing protected', () => {
    expect(JSON.stringify(own.template.toJSON())).not.toMatch(
      /"(Deletion|UpdateReplace)Policy":"(?!Delete")/,
    );
    expect(table(own.template)?.Properties).toMatchObject({
      Replicas: [{ DeletionProtectionEnabled: false }],
    });
  });

  it('keep every log as long as they say', () => {
    const kept = (template: Template) =>
      new Set(found(template, 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.RetentionInDays));
    expect(kept(own.template)).toEqual(new Set([7]));
    expect(kept(ready.rest)).toEqual(new Set([30]));
  });

  it('tag everything that can be tagged', () => {
    for (const [id, { Properties }] of [
      ...found(own.template, 'AWS::Lambda::Function'),
      ...found(own.template, 'AWS::SQS::Queue'),
      ...found(own.template, 'AWS::SNS::Topic'),
      ...found(own.template, 'AWS::SecretsManager::Secret'),
      ...found(own.template, 'AWS::CloudWatch::Alarm'),
    ]) {
      expect([id, Properties.Tags]).toEqual([
        id,
        expect.arrayContaining([
          { Key: 'claywatch:installation', Value: 'acme' },
          { Key: 'team', Value: 'growth' },
        ]),
      ]);
    }
  });

  it('encrypt the table with a key of the customer, which exactly those may use who use the table', () => {
    const [[keyId] = ['']] = found(own.template, 'AWS::KMS::Key', { EnableKeyRotation: true });
    expect(flat(table(own.template)?.Properties)).toMatchObject({
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [{ SSESpecification: { KMSMasterKeyId: `<${keyId}.Arn>` } }],
    });
    for (const [, role] of found(own.template, 'AWS::IAM::Role')) {
      const statements = (
        flat(role.Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[]
      ).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      const actions = statements.flatMap(({ Action }) => Action as string | string[]);
      const key = statements.filter(({ Sid }) => Sid === 'UseTableKey');
      expect(key).toHaveLength(actions.some((action) => action.startsWith('dynamodb:')) ? 1 : 0);
      for (const { Resource, Condition } of key) {
        expect(Resource).toBe(`<${keyId}.Arn>`);
        expect(Condition).toEqual({
          StringEquals: { 'kms:ViaService': 'dynamodb.<AWS::Region>.amazonaws.com' },
        });
      }
    }
  });

  it('take a key that exists, and one that DynamoDB owns', () => {
    const stack = new Stack(new App({ analyticsReporting: false }), 'other');
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000';
    const config = { installation: 'one' };
    new Claywatch(stack, 'One', { config, tableKey: Key.fromKeyArn(stack, 'Key', arn) });
    new Claywatch(stack, 'Two', { config: { installation: 'two' }, tableKey: 'aws-owned' });
    const specifications = found(Template.fromStack(stack), 'AWS::DynamoDB::GlobalTable').map(
      ([, { Properties }]) => [
        Properties.SSESpecification,
        (Properties.Replicas as { SSESpecification?: unknown }[])[0]?.SSESpecification,
      ],
    );
    expect(specifications).toEqual([
      [{ SSEEnabled: true, SSEType: 'KMS' }, { KMSMasterKeyId: arn }],
      [{ SSEEnabled: false }, undefined],
    ]);
  }, 120_000);

  it('tell the operators, and whom they name, before a month costs too much', () => {
    const [[, budget] = []] = found(own.template, 'AWS::Budgets::Budget');
    expect(flat(budget?.Properties)).toMatchObject({
      Budget: {
        BudgetName: 'acme-<AWS::Region>',
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: 20, Unit: 'USD' },
        CostFilters: { TagKeyValue: ['user:claywatch:installation$acme'] },
      },
      NotificationsWithSubscribers: [
        ['ACTUAL', 80],
        ['ACTUAL', 100],
        ['FORECASTED', 100],
      ].map(([NotificationType, Threshold]) => ({
        Notification: { NotificationType, Threshold, ThresholdType: 'PERCENTAGE' },
        Subscribers: [
          { SubscriptionType: 'SNS', Address: expect.stringMatching(/Operators/) },
          { SubscriptionType: 'EMAIL', Address: 'finance@example.com' },
        ],
      })),
    });
    const policies = found(own.template, 'AWS::SNS::TopicPolicy').flatMap(([, policy]) =>
      policyStatements(policy),
    );
    expect(policies).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'budgets.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      }),
    );
    expect(found(ready.rest, 'AWS::Budgets::Budget')).toEqual([]);
  });
});

describe('the dashboards', () => {
  interface Widget {
    readonly type: string;
    readonly properties: {
      readonly title?: string;
      readonly metrics?: readonly unknown[][];
      readonly alarms?: readonly unknown[];
    };
  }
  const dashboards = (template: Template): [string, Widget[]][] =>
    found(template, 'AWS::CloudWatch::Dashboard').map(([, { Properties }]) => [
      String(flat(Properties.DashboardName)),
      JSON.parse(String(flat(Properties.DashboardBody))).widgets,
    ]);
  /** Of the kind that is charged: math is not. */
  const metricsIn = (widgets: readonly Widget[]) =>
    widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([first]) => typeof first === 'string');

  it('are two, for the business and for the machinery, named apart in each region', () => {
    expect(dashboards(own.template).map(([name]) => name)).toEqual([
      'acme-business-<AWS::Region>',
      'acme-machinery-<AWS::Region>',
    ]);
    expect(dashboards(ready.rest)).toEqual([]);
  });

  it('stay free: at most fifty metrics each', () => {
    for (const [, widgets] of dashboards(own.template)) {
      expect(metricsIn(widgets).length).toBeGreaterThan(5);
      expect(metricsIn(widgets).length).toBeLessThanOrEqual(50);
    }
  });

  it('of the business show rows, webhooks, credits and incidents, and each feed once that is published', () => {
    const titles = (config: ConfigInput) => {
      const [[, widgets] = ['', []]] = dashboards(ownApp({ dashboards: true }, config).template);
      return widgets.flatMap(({ properties }) => properties.title ?? []);
    };
    const essential = titles({ installation: 'acme', feeds: { leads: {} } });
    for (const word of ['relay', 'waiting', 'dead letters', 'webhook', 'credits', 'Open incidents']) {
      expect(essential.filter((title) => title.includes(word))).not.toEqual([]);
    }
    const all = titles({ installation: 'acme', feeds: { leads: {} }, metrics: 'all' });
    expect(all.filter((title) => !essential.includes(title))).toEqual([
      'Rows that came back, in 5 minutes',
      'Rows out at Clay, and those that may be lost',
      'Meters left',
      'Incidents that opened and ended',
      'Minutes until somebody had an incident',
    ]);
  }, 120_000);

  it('of the machinery show every alarm, every function and every queue', () => {
    const [, [, widgets] = ['', []]] = dashboards(own.template);
    const alarms = widgets.flatMap(({ properties }) => properties.alarms ?? []);
    expect(alarms).toHaveLength(found(own.template, 'AWS::CloudWatch::Alarm').length);
    const shown = JSON.stringify(widgets);
    for (const [id] of found(own.template, 'AWS::Lambda::Function')) expect(shown).toContain(`<${id}>`);
    for (const [, { Properties }] of found(own.template, 'AWS::SQS::Queue')) {
      if (/-audit$/.test(String(Properties.QueueName))) continue;
      expect(shown).toContain(`"${Properties.QueueName}"`);
    }
  });
});

describe('a stack of an own app', () => {
  it('is found clean by cdk-nag', () => {
    expect(new AwsSolutionsChecks(own.app).validateScope(own.app).violations).toEqual([]);
    const plugged = new App({ analyticsReporting: false });
    Validations.of(plugged).addPlugins(new AwsSolutionsChecks(plugged));
    new Claywatch(new Stack(plugged, 'company'), 'Claywatch', { config: FULL_CONFIG });
    expect(() => plugged.synth()).not.toThrow();
  }, 120_000);

  it('never imports what another stack exports: a feed that leaves would then block its own deployment', () => {
    const app = new App({ analyticsReporting: false });
    const kept = new Stack(app, 'kept');
    const stack = new Stack(app, 'company');
    new Claywatch(stack, 'Claywatch', { config: FULL_CONFIG, stateScope: kept });
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('Fn::ImportValue');
    for (const output of Object.values(Template.fromStack(kept).toJSON().Outputs ?? {})) {
      expect(output).not.toHaveProperty('Export');
    }
    for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::SNS::Topic', 'AWS::SecretsManager::Secret']) {
      expect(found(Template.fromStack(stack), type)).toEqual([]);
    }
  }, 120_000);

  it('says where things are, under the names that the guides use', () => {
    expect(Object.keys(own.claywatch.outputs).sort()).toEqual([
      'AlertTopicArn',
      'CallbackUrl',
      'ConsoleUrl',
      'DeadLetterQueue',
      'IncidentsUrl',
      'OperateUrl',
      'PagesTopicArn',
      'PublicUrl',
      'ReportUrl',
      'RowQueuePrefix',
      'RowsUrl',
      'SlackInteractionsUrl',
      'StatusPageUrl',
      'StatusUrl',
      'SubmissionsUrl',
      'TableName',
    ]);
  });
});
