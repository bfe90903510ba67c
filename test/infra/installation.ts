import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';
import { checkWithNag, defineInstallation } from '../../infra/define.ts';
import type { DeploymentOptions } from '../../infra/options.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';

/** An installation that uses everything that infrastructure follows from. */
export const FULL_CONFIG = {
  installation: 'acme',
  clay: { apiKey: 'secretsmanager:acme/clay#apiKey' },
  feeds: {
    leads: {
      webhooks: [
        { id: 'leads-1', url: 'secretsmanager:acme/clay#leads1' },
        { id: 'leads-2', url: 'secretsmanager:acme/clay#leads2', authToken: 'secretsmanager:shared-token' },
      ],
      callback: {
        url: 'https://callback.example.com/clay',
        headers: { 'x-auth': { secret: 'secretsmanager:acme/callback' } },
      },
      callbacks: {
        secret: 'secretsmanager:acme/senders#callbacks',
        previousSecret: 'secretsmanager:acme/senders-before',
      },
      submissions: { secret: 'secretsmanager:team/loader' },
      relay: {
        secret: 'secretsmanager:acme/senders#rows',
        previousSecret: 'secretsmanager:team/rows-before',
        // A value of the user's own, not the name of a secret.
        schema: { properties: { source: { enum: ['env:production', 'env:test'] } } },
      },
    },
    accounts: {
      webhooks: [{ id: 'accounts-1', url: 'secretsmanager:team/accounts' }],
      relay: { secret: 'secretsmanager:team/crm-sender' },
    },
    // Rows of this one go to Clay without Claywatch.
    events: { webhooks: [{ id: 'events-1', url: 'secretsmanager:team/events' }] },
  },
  status: { secret: 'secretsmanager:team/status' },
  integration: {
    url: 'https://app.example.com/health',
    headers: { authorization: { secret: 'secretsmanager:team/health#token' }, accept: 'application/json' },
  },
  probes: {
    hubspot: {
      kind: 'crm',
      url: 'https://crm.example.com/ping',
      headers: { authorization: { secret: 'secretsmanager:team/crm' } },
    },
  },
  respond: {
    publicUrl: 'https://claywatch.example.com',
    secret: 'secretsmanager:acme/respond#now',
    previousSecret: 'secretsmanager:acme/respond#before',
    readOnlySecret: 'secretsmanager:team/reader',
    linkSecret: 'secretsmanager:acme/links',
  },
  console: {
    sessionSecret: 'secretsmanager:acme/sessions',
    oidc: {
      issuer: 'https://login.example.com',
      clientId: 'claywatch',
      clientSecret: 'secretsmanager:team/login#secret',
      responders: ['on-call'],
    },
  },
  statusPage: { published: true },
  notify: {
    email: [{ address: 'team@example.com' }, { address: 'lead@example.com', severities: ['P1', 'P2'] }],
    sms: [{ number: '+4915112345678' }],
    operatorEmail: ['operators@example.com'],
    people: {
      ada: { email: 'ada@example.com', sms: '+4915112345678' },
      bob: { email: 'bob@example.com' },
      // The number that she shares with Ada.
      eve: { sms: '+4915112345678' },
    },
    slack: [
      {
        id: 'slack-ops',
        channel: 'C0123456789',
        botToken: 'secretsmanager:acme/slack-bot',
        signingSecret: 'secretsmanager:acme/slack-app',
      },
      { id: 'slack-leads', channel: 'C0123456780', botToken: 'secretsmanager:acme/slack-bot' },
    ],
    pagerduty: [{ id: 'pager', routingKey: 'secretsmanager:team/pagerduty' }],
    webhooks: [
      {
        id: 'bus',
        url: 'secretsmanager:team/bus#url',
        signingSecrets: ['secretsmanager:team/bus-key', 'secretsmanager:team/bus-key-before'],
      },
    ],
    statusPages: [
      {
        id: 'status-page',
        kind: 'statuspage',
        apiUrl: 'https://api.statuspage.io/v1',
        token: 'secretsmanager:team/statuspage',
        pageId: 'page',
      },
    ],
  },
} as const satisfies ConfigInput;

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

export const synthesize = (input: ConfigInput, options: DeploymentOptions = { alarms: 'all' }) => {
  const config = parseConfig(input, 'test');
  const app = new App({ context, analyticsReporting: false });
  const stacks = defineInstallation(app, config, options);
  checkWithNag(app);
  const assembly = app.synth();
  return {
    app,
    assembly,
    config,
    ...stacks,
    state: Template.fromStack(stacks.stateful),
    rest: Template.fromStack(stacks.stateless),
  };
};

/**
 * A template's value with every reference written as text, so that a test reads `<Table.Arn>/index/gsi1`, and
 * `<stack:output>` for one to another stack.
 */
export const flat = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(flat);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = []] = Object.entries(value);
  if (name === 'Ref') return `<${argument}>`;
  if (name === 'Fn::GetAtt') return `<${argument.join('.')}>`;
  if (name === 'Fn::Join') return argument[1].map(flat).join(argument[0]);
  if (name === 'Fn::GetStackOutput') return `<${argument.StackName}:${argument.OutputName}>`;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, flat(member)]));
};

export interface Resource {
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}
export interface Statement {
  Sid?: string;
  Effect: string;
  Action: unknown;
  Resource: unknown;
  Condition?: unknown;
}

/** The resources of a type that have these properties, by their ids. */
export const found = (template: Template, type: string, properties: object = {}): [string, Resource][] =>
  Object.entries(template.findResources(type, { Properties: properties })) as [string, Resource][];

/** The one resource of a type that has these properties. */
export const only = (template: Template, type: string, properties: object = {}): Resource => {
  const all = found(template, type, properties);
  expect(all).toHaveLength(1);
  return (all[0] as [string, Resource])[1];
};

export const statementsOf = (role: Resource): Statement[] =>
  (role.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
    (policy) => flat(policy.PolicyDocument.Statement) as Statement[],
  );

/** What a function may do. */
export const rightsOf = (template: Template, functionName: string): Statement[] =>
  statementsOf(only(template, 'AWS::IAM::Role', { Description: `What ${functionName} may do` }));

/** How a policy names a secret that somebody else made. */
export const foreignSecret = (name: string): string =>
  `arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${name}-??????`;

/** The right of whoever proves himself by a secret, or has others do so: to say which version of it was good. */
export const noteSecretUse = {
  Sid: 'NoteSecretUse',
  Effect: 'Allow',
  Action: 'dynamodb:UpdateItem',
  Resource: expect.stringMatching(/^<acme-stateful:.*StateTable\w+Arn\w+>$/),
  Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['secret-use#*'] } },
};
