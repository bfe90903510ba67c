import type { AwsCall } from './aws-recorder.ts';
import type { Statement, synthesize } from './installation.ts';

type Synthesized = ReturnType<typeof synthesize>;
interface Templated {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const KINDS: Readonly<Record<string, (properties: Templated['Properties']) => string>> = {
  'AWS::DynamoDB::GlobalTable': () => 'table',
  'AWS::SQS::Queue': ({ QueueName }) => `queue/${QueueName}`,
  'AWS::SecretsManager::Secret': ({ Name }) => `secret/${Name}`,
  'AWS::SNS::Topic': ({ TopicName }) => `topic/${TopicName}`,
  'AWS::Lambda::Function': ({ FunctionName }) => `function/${FunctionName}`,
};

/** What a policy's resource is, in the words of `AwsCall`; itself where it is something else. */
const resolve = ({ state, rest }: Synthesized, resource: string): string => {
  const foreign = /:secret:(.+)-\?{6}$/.exec(resource);
  if (foreign) return `secret/${foreign[1]}`;
  const named = /:function:([\w-]+)$/.exec(resource);
  if (named) return `function/${named[1]}`;
  const [, stack, name = '', path = ''] = /^<(?:([\w-]+):)?(\w+)(?:\.Arn)?>(.*)$/.exec(resource) ?? [];
  const template = (stack === undefined ? rest : state).toJSON();
  const output = template.Outputs?.[name]?.Value;
  const id = stack === undefined ? name : (output?.Ref ?? output?.['Fn::GetAtt']?.[0] ?? '');
  const made: Templated | undefined = template.Resources[id];
  const kind = made && KINDS[made.Type]?.(made.Properties);
  return kind === undefined ? resource : path ? path.slice(1) : kind;
};

interface Condition {
  readonly 'ForAllValues:StringLike'?: { readonly 'dynamodb:LeadingKeys'?: readonly string[] };
}

const holds = (condition: unknown, { leadingKeys = [] }: AwsCall): boolean => {
  if (condition === undefined) return true;
  const patterns = (condition as Condition)['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [];
  // A pattern of ours has one asterisk at most, at its end.
  const fits = (key: string, pattern: string) =>
    pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
  return leadingKeys.every((key) => patterns.some((pattern) => fits(key, pattern)));
};

/** Whether statements allow a call, as IAM would judge it. */
export const createPolicy = (installation: Synthesized, statements: readonly Statement[]) => {
  const rules = statements.map(({ Action, Resource, Condition: condition }) => ({
    actions: [Action].flat() as string[],
    resources: ([Resource].flat() as string[]).map((resource) => resolve(installation, resource)),
    condition,
  }));
  return (call: AwsCall): boolean =>
    rules.some(
      ({ actions, resources, condition }) =>
        actions.includes(call.action) && resources.includes(call.resource) && holds(condition, call),
    );
};
