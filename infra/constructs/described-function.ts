import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FunctionDescription } from '../../functions/manifest.ts';
import type { Config } from '../../shared/config/schema.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import { acknowledge } from '../acknowledge.ts';
import { bundleFunction } from '../bundle.ts';
import { allow } from '../iam.ts';
import { MAX_POLICY_CHARACTERS, policyCharacters } from '../policy-size.ts';

export interface DescribedFunctionProps {
  readonly description: FunctionDescription;
  readonly config: Config;
  readonly environment: Readonly<Record<string, string>>;
  /** Everything that the function may do beside writing its log, and handing over its failed events. */
  readonly rights: readonly PolicyStatement[];
  /**
   * Where events of a schedule end that failed until the next one was due; a request has somebody to answer to. Left
   * out: they are not tried again either, and whoever comes next does their work.
   */
  readonly failures?: IQueue;
  /** Instances kept for this function, so that others cannot starve it; undefined: no reservation. */
  readonly reservedConcurrency?: number | undefined;
  readonly logRetention: RetentionDays;
}

const TOO_MANY_TO_NAME =
  'These queues are too many for a policy to name each. No other installation has queues whose names begin so: the configuration refuses such a name.';

/** An event of a schedule waits at most until the next one is due, which looks at everything anyway. */
const retriesOf = ({ trigger }: FunctionDescription, failures: IQueue | undefined) => {
  if (trigger.kind !== 'schedule') return {};
  const maxEventAge = Duration.minutes(trigger.everyMinutes);
  return failures
    ? {
        maxEventAge,
        retryAttempts: 2,
        onFailure: { bind: () => ({ destination: failures.queueArn }) },
      }
    : { maxEventAge, retryAttempts: 0 };
};

/** Whether it works on something for longer than one run, by calling itself. */
const startsItself = ({ trigger, grants }: FunctionDescription): boolean =>
  trigger.kind === 'call' && grants.includes('wake-replay');

/** A function of the manifest, with its own role, log and package. */
export class DescribedFunction extends Construct {
  readonly function: LambdaFunction;
  readonly log: LogGroup;

  constructor(scope: Construct, id: string, props: DescribedFunctionProps) {
    super(scope, id);
    const { description, config, failures } = props;
    const functionName = `${config.installation}-${description.name}`;

    this.log = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const statements = [
      allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [this.log.logGroupArn]),
      ...(failures ? [allow('KeepFailures', ['sqs:SendMessage'], [failures.queueArn])] : []),
      ...props.rights,
    ];
    refuseTooMany(this, functionName, statements);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${functionName} may do`,
      inlinePolicies: {
        function: new PolicyDocument({
          statements,
        }),
      },
    });
    for (const { resources } of statements) {
      for (const wide of resources.filter((resource) => resource.endsWith('*'))) {
        acknowledge(role, `AwsSolutions-IAM5[Resource::${shown(this, wide)}]`, TOO_MANY_TO_NAME);
      }
    }
    const directory = mkdtempSync(join(tmpdir(), 'claywatch-bundle-'));
    bundleFunction(description, config, directory);
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      description: description.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(directory),
      memorySize: description.memoryMb,
      timeout: Duration.seconds(description.timeoutSeconds),
      environment: { ...props.environment },
      role: role.withoutPolicyUpdates(),
      logGroup: this.log,
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: systemLogLevelOf(description),
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...retriesOf(description, failures),
      // Lambda would end the chain after sixteen; each hands over once, and the last when there is nothing left.
      ...(startsItself(description) && { recursiveLoop: RecursiveLoop.ALLOW }),
    });
    // CDK has copied the package by now.
    rmSync(directory, { recursive: true });
  }
}

/**
 * Lambda's own lines: at INFO a start and a report (billed time, memory, initialisation) of each invocation, at WARN those
 * of the ones that failed or were cut off. Of what answers requests they would be half of all that is logged of a row.
 */
const systemLogLevelOf = ({ trigger }: FunctionDescription): SystemLogLevel =>
  trigger.kind === 'http' ? SystemLogLevel.WARN : SystemLogLevel.INFO;

/** IAM would refuse it in the middle of a deployment. */
const refuseTooMany = (
  scope: Construct,
  functionName: string,
  statements: readonly PolicyStatement[],
): void => {
  const characters = policyCharacters(scope, statements);
  if (characters <= MAX_POLICY_CHARACTERS) return;
  const secrets = statements
    .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))
    .flatMap(({ resources }) => resources).length;
  throw new ClaywatchError(
    'config.invalid',
    `What ${functionName} may do takes ${characters} characters to write down, and IAM takes ${MAX_POLICY_CHARACTERS}: it names ${secrets} secrets.`,
    'Keep several values in one secret and name each as "secretsmanager:NAME#key": fewer secrets also cost less. Or divide the feeds and channels among several installations.',
  );
};

/** As cdk-nag calls a resource in a finding. */
const shown = (scope: Construct, resource: string): string => {
  const { 'Fn::Join': [, parts] = ['', []] } = Stack.of(scope).resolve(resource);
  return parts
    .map((part: string | { Ref: string }) => (typeof part === 'string' ? part : `<${part.Ref}>`))
    .join('');
};
