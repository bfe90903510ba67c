import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FunctionDescription } from '../../functions/manifest.ts';
import type { Config } from '../../shared/config/schema.ts';
import { bundleFunction } from '../bundle.ts';
import { allow } from '../iam.ts';

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
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${functionName} may do`,
      inlinePolicies: {
        function: new PolicyDocument({
          statements: [
            allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [this.log.logGroupArn]),
            ...(failures ? [allow('KeepFailures', ['sqs:SendMessage'], [failures.queueArn])] : []),
            ...props.rights,
          ],
        }),
      },
    });
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
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...retriesOf(description, failures),
    });
    // CDK has copied the package by now.
    rmSync(directory, { recursive: true });
  }
}
