import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { FULL_CONFIG, flat, type Statement, synthesize } from './installation.ts';

/** Every wildcard that is left in a policy, with why it cannot be narrower. One that is gone must go here too. */
const REASONS: readonly { readonly wildcard: RegExp; readonly why: string }[] = [
  {
    wildcard:
      /^secretsmanager:(?:DescribeSecret secretsmanager:)?GetSecretValue(?: secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage)? on arn:\S+:secret:[\w/-]+-\?{6}$/,
    why: 'AWS appends six characters of its own to the ARN of a secret; of one that exists already only they are unknown.',
  },
];

let installation: ReturnType<typeof synthesize>;
beforeAll(() => {
  installation = synthesize(FULL_CONFIG);
}, 180_000);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The statements of every policy anywhere in a template, whatever it belongs to. */
const statementsIn = (value: unknown): readonly Statement[] => {
  if (Array.isArray(value)) return value.flatMap(statementsIn);
  if (!isObject(value)) return [];
  const own = Array.isArray(value.Statement) ? (value.Statement as Statement[]) : [];
  return [...own, ...Object.values(value).flatMap(statementsIn)];
};

/** `Deny` only ever takes away: a wildcard there is as narrow as can be. */
const wildcardsOf = (template: Template): readonly string[] =>
  statementsIn(flat(template.toJSON().Resources)).flatMap((statement) => {
    const {
      Effect,
      Action,
      Resource,
      Principal = '',
    } = statement as Statement & { readonly Principal?: unknown };
    if (Effect !== 'Allow') return [];
    const actions = ([Action].flat() as string[]).sort();
    const resources = [Resource ?? []].flat() as string[];
    return [
      ...(JSON.stringify(Principal).includes('*') ? [`${actions.join(' ')} by anybody`] : []),
      ...actions.filter((action) => /[*?]/.test(action)).map((action) => `action ${action}`),
      ...resources
        .filter((resource) => /[*?]/.test(resource))
        .map((resource) => `${actions.join(' ')} on ${resource}`),
    ];
  });

describe('policies', () => {
  it('name everything as narrowly as it can be named', () => {
    const left = [...new Set([...wildcardsOf(installation.state), ...wildcardsOf(installation.rest)])];
    expect(left.filter((found) => !REASONS.some(({ wildcard }) => wildcard.test(found)))).toEqual([]);
    expect(REASONS.filter(({ wildcard }) => !left.some((found) => wildcard.test(found)))).toEqual([]);
  });

  it('are all looked at: this test finds what it looks for', () => {
    expect(statementsIn(flat(installation.rest.toJSON())).length).toBeGreaterThan(20);
    const wide = { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
    expect(statementsIn({ Properties: { Policies: [{ PolicyDocument: wide }] } })).toHaveLength(1);
  });
});
