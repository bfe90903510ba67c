import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allow } from '../iam.ts';

export interface FunctionScheduleProps {
  readonly name: string;
  readonly installation: string;
  readonly everyMinutes: number;
  readonly target: IFunction;
  /** Where turns end that the function could not be given. */
  readonly failures: IQueue;
}

/**
 * Invokes a function at a steady rate, with the scheduled time as its slot: delivery is at least once, and the slot
 * makes a repetition recognisable.
 */
export class FunctionSchedule extends Construct {
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, props: FunctionScheduleProps) {
    super(scope, id);
    const { name, installation, everyMinutes, target, failures } = props;
    const scheduleGroup = new ScheduleGroup(this, 'Group', {
      scheduleGroupName: installation,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        // Nobody else's schedule may borrow this role.
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': scheduleGroup.scheduleGroupArn,
          },
        },
      }),
      description: `Lets the schedule invoke ${installation}-${name}`,
      inlinePolicies: {
        schedule: new PolicyDocument({
          statements: [
            allow('Invoke', ['lambda:InvokeFunction'], [target.functionArn]),
            allow('KeepFailures', ['sqs:SendMessage'], [failures.queueArn]),
          ],
        }),
      },
    });
    this.schedule = new Schedule(this, 'Schedule', {
      scheduleName: `${installation}-${name}`,
      description: `Runs ${installation}-${name} every ${everyMinutes === 1 ? 'minute' : `${everyMinutes} minutes`}.`,
      scheduleGroup,
      schedule: ScheduleExpression.rate(Duration.minutes(everyMinutes)),
      timeWindow: TimeWindow.off(),
      target: new LambdaInvoke(target, {
        input: ScheduleTargetInput.fromObject({ slot: ContextAttribute.scheduledTime }),
        role: role.withoutPolicyUpdates(),
        deadLetterQueue: failures,
        maxEventAge: Duration.minutes(everyMinutes),
        retryAttempts: 3,
      }),
    });
  }
}
