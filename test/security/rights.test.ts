import { beforeAll, describe, expect, it } from 'vitest';
import { SECURED } from '../../docs/security/example.ts';
import { type Right, rights } from '../../docs/security/tables.ts';
import { functionsOf, type HttpTrigger } from '../../functions/manifest.ts';
import { synthesize } from '../infra/installation.ts';

type Json = Readonly<Record<string, unknown>>;
interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: {
    readonly 'ForAllValues:StringLike'?: { readonly 'dynamodb:LeadingKeys': readonly string[] };
  };
}
interface Resource {
  readonly Type: string;
  readonly Properties: Json;
  readonly DependsOn?: readonly string[];
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
/** What every function may do beside the tables, and the watch with its failed events. */
const BESIDE = new Set(['WriteLog', 'KeepFailures']);
const KINDS: Readonly<Record<string, string>> = {
  'AWS::SQS::Queue': 'queue',
  'AWS::SNS::Topic': 'topic',
  'AWS::SecretsManager::Secret': 'secret',
  'AWS::DynamoDB::GlobalTable': 'table',
  'AWS::Lambda::Function': 'function',
};

let all: ReturnType<typeof synthesize>;
let resources: Readonly<Record<string, Resource>>;
let outputs: Readonly<Record<string, { readonly Value: unknown }>>;
beforeAll(() => {
  all = synthesize(SECURED);
  const [state, rest] = [all.state.toJSON(), all.rest.toJSON()];
  resources = { ...state.Resources, ...rest.Resources };
  outputs = { ...state.Outputs, ...rest.Outputs };
}, 120_000);

const nameOf = (id: string): string => {
  const { Type, Properties } = resources[id] ?? { Type: id, Properties: {} };
  const name = Properties.QueueName ?? Properties.TopicName ?? Properties.FunctionName ?? Properties.Name;
  return `${KINDS[Type] ?? Type}${name === undefined ? '' : ` ${name}`}`;
};

/** A value of a template as the tables write it. */
const shown = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(value as Json);
  switch (intrinsic) {
    case 'Ref':
      return nameOf(String(argument));
    case 'Fn::GetAtt':
      return nameOf(String((argument as readonly string[])[0]));
    case 'Fn::Join':
      return (argument as readonly [string, readonly unknown[]])[1].map(shown).join('');
    case 'Fn::GetStackOutput':
      return shown(outputs[(argument as { OutputName: string }).OutputName]?.Value);
    default:
      throw new Error(`the test does not know ${intrinsic}`);
  }
};

/** What the roles of the templates allow, one action on one resource at a time. */
const deployed = (): readonly Right[] =>
  Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .flatMap(({ Properties }) => {
      const name = String(Properties.FunctionName).slice('acme-'.length);
      const [role = ''] = (Properties.Role as { 'Fn::GetAtt': readonly string[] })['Fn::GetAtt'];
      const policies = resources[role]?.Properties.Policies as readonly {
        PolicyDocument: { Statement: readonly Statement[] };
      }[];
      return policies
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Sid }) => !BESIDE.has(Sid))
        .flatMap(({ Effect, Action, Resource: on, Condition }) => {
          expect(Effect).toBe('Allow');
          const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [];
          const limit = keys.length === 0 ? '' : ` ${listOf(keys).join(' ')}`;
          return listOf(on).flatMap((resource) =>
            listOf(Action).map((action) => ({
              function: name,
              action,
              resource: `${shown(resource)
                .replace('table/', 'table ')
                .replace(/^arn:.*:function:/, 'function ')}${limit}`,
            })),
          );
        });
    });

const lines = (of: readonly Right[]): readonly string[] =>
  [...new Set(of.map((right) => `${right.function} ${right.action} ${right.resource}`))].sort();

describe('the rights of docs/security.md', () => {
  it('are those of the templates, no more and no fewer', () => {
    expect(lines(rights())).toEqual(lines(deployed()));
    expect(lines(rights()).length).toBeGreaterThan(100);
  });
});

describe('the endpoint', () => {
  const stage = () => Object.values(resources).find(({ Type }) => Type === 'AWS::ApiGatewayV2::Stage');

  it('lets people and Slack ask far less often than senders, route by route', () => {
    const { incidents, report, operate, statuspage, console } = functionsOf(all.config);
    const routes = [incidents, report, operate, statuspage, console].flatMap(
      ({ trigger }) => (trigger as HttpTrigger).routes,
    );
    const settings = stage()?.Properties.RouteSettings as Json;
    expect(Object.keys(settings).sort()).toEqual([...routes].sort());
    for (const setting of Object.values(settings))
      expect(setting).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    // A stage refuses settings of a route that is not there yet.
    const made = Object.entries(resources).flatMap(([id, { Type }]) =>
      Type === 'AWS::ApiGatewayV2::Route' ? [id] : [],
    );
    expect(made.length).toBeGreaterThan(routes.length);
    expect(made.filter((id) => !stage()?.DependsOn?.includes(id))).toEqual([]);
  });

  it('says nothing of other origins', () => {
    const apis = Object.values(resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Api');
    expect(apis).toHaveLength(1);
    expect(apis[0]?.Properties).not.toHaveProperty('CorsConfiguration');
    for (const { Properties, Type } of Object.values(resources))
      if (Type === 'AWS::ApiGatewayV2::Route') expect(Properties.RouteKey).toMatch(/^(?:GET|POST) \//);
  });
});
