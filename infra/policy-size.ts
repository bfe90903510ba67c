import { CfnResource, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** What all inline policies of a role may have together [IAM quotas]: white space does not count. */
export const MAX_POLICY_CHARACTERS = 10_240;

/** As long as AWS writes them anywhere. */
const LONGEST: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-4',
  'AWS::AccountId': '123456789012',
  'AWS::URLSuffix': 'amazonaws.com.cn',
};
const ARN = 'arn:aws-us-gov:secretsmanager:ap-southeast-4:123456789012:secret:';
/** What Secrets Manager appends. */
const SUFFIX = '-??????';
/** What a resource may be called that CloudFormation names. */
const LONGEST_NAME = 'n'.repeat(128);

const NAMES = ['queueName', 'topicName', 'functionName', 'logGroupName', 'name'] as const;

/** The name that a resource is given, if it is. */
const nameOf = (resource: CfnResource): string | undefined => {
  const given = resource as unknown as Readonly<Record<(typeof NAMES)[number], unknown>>;
  return NAMES.map((key) => given[key]).find((name) => typeof name === 'string');
};

/** Text as long as what a token stands for, at most. */
const standIn = (scope: IConstruct, token: unknown): string => {
  const { Ref: ref } = (Stack.of(scope).resolve(token) ?? {}) as { Ref?: string };
  const pseudo = ref === undefined ? undefined : LONGEST[ref];
  if (pseudo !== undefined) return pseudo;
  const target = Reference.isReference(token) ? token.target : undefined;
  const name = CfnResource.isCfnResource(target) ? nameOf(target) : undefined;
  return `${ARN}${name ?? LONGEST_NAME}${SUFFIX}`;
};

/** A text with every token replaced by one that is at least as long. */
const written = (scope: IConstruct, text: string): string => {
  const fragments = Tokenization.reverseString(text);
  return fragments.mapTokens({ mapToken: (token) => standIn(scope, token) }).join({
    join: (left: unknown, right: unknown) => `${left ?? ''}${right ?? ''}`,
  });
};

const writtenOut = (scope: IConstruct, value: unknown): unknown => {
  if (typeof value === 'string') return written(scope, value);
  if (Array.isArray(value)) return value.map((element) => writtenOut(scope, element));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, writtenOut(scope, member)]));
};

/** How many characters a policy of these statements has, at most: it depends on where it is deployed. */
export const policyCharacters = (scope: IConstruct, statements: readonly PolicyStatement[]): number =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => writtenOut(scope, statement.toStatementJson())),
  }).replaceAll(/\s/g, '').length;
