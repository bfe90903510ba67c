import { Duration, Stack } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { FunctionDescription, RotationTrigger } from '../../functions/manifest.ts';
import type { Config } from '../../shared/config/schema.ts';
import { rotationDaysOf } from '../../shared/rotate/kinds.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { type AlarmSet, operatorAlarms } from './operator-alarms.ts';

export interface RotationProps {
  readonly config: Config;
  readonly description: FunctionDescription & { readonly trigger: RotationTrigger };
  readonly target: LambdaFunction;
  readonly group: ScheduleGroup;
  /** By the name of the secret; those of others are known up to six characters, and get no schedule from here. */
  readonly secretArns: ReadonlyMap<string, string>;
  readonly operators: ITopic;
  readonly alarms: AlarmSet;
}

/**
 * Lets Secrets Manager of this account rotate secrets with the function, has that end what rotations began, and rotates
 * by themselves those secrets for which the configuration says so.
 */
export class Rotation extends Construct {
  constructor(scope: Construct, id: string, props: RotationProps) {
    super(scope, id);
    const { config, description, target, group, secretArns } = props;
    const { installation } = config;
    // Of any secret: Secrets Manager documents the account alone, and the function refuses all that are not ours.
    target.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
    });
    new FunctionSchedule(this, 'Upkeep', {
      name: description.name,
      installation,
      everyMinutes: description.trigger.everyMinutes,
      target,
      group,
    });
    for (const [name, arn] of secretArns) {
      const everyDays = rotationDaysOf(config, name);
      if (everyDays === 0 || !name.startsWith(`${installation}/`)) continue;
      const schedule = new CfnRotationSchedule(this, name.replaceAll('/', '.'), {
        secretId: arn,
        rotationLambdaArn: target.functionArn,
        rotationRules: { automaticallyAfterDays: everyDays },
        // A deployment changes no secret.
        rotateImmediatelyOnUpdate: false,
      });
      schedule.node.addDependency(target);
    }
    operatorAlarms(this, { ...props, installation }, [
      {
        name: `${description.name}-errors`,
        metric: target.metricErrors({ period: Duration.hours(1), statistic: Stats.SUM }),
        threshold: 3,
        periods: 1,
        text: `The function ${installation}-${description.name} fails again and again: secrets are not rotated, and what a rotation began does not end. The old secrets are still valid. Read the lines with level ERROR in CloudWatch Logs, log group /aws/lambda/${installation}-${description.name}.`,
      },
    ]);
  }
}
