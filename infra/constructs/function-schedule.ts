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
  /** Where turns end that the function could not be given. Left out: nowhere, since the next turn makes up for it. */
  readonly failures?: IQueue;
  /** One that is there already: its name is the installation's. */
  readonly group?: ScheduleGroup;
}

/**
 * Invokes a function at a steady rate, with the scheduled time as its slot: delivery is at least once, and the slot
 * makes a repetition recognisable.
 */
export class FunctionSchedule extends Construct {
  readonly schedule: Schedule;
  readonly group: ScheduleGroup;

  constructor(scope: Construct, id: string, props: FunctionScheduleProps) {
    super(scope, id);
    const { name, installation, everyMinutes, target, failures } = props;
    this.group =
      props.group ??
      new ScheduleGroup(this, 'Group', {
        scheduleGroupName: installation,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        // Nobody else's schedule may borrow this role.
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': this.group.scheduleGroupArn,
          },
        },
      }),
      description: `Lets the schedule invoke ${installation}-${name}`,
      inlinePolicies: {
        schedule: new PolicyDocument({
          statements: [
            allow('Invoke', ['lambda:InvokeFunction'], [target.functionArn]),
            ...(failures ? [allow('KeepFailures', ['sqs:SendMessage'], [failures.queueArn])] : []),
          ],
        }),
      },
    });
    this.schedule = new Schedule(this, 'Schedule', {
      scheduleName: `${installation}-${name}`,
      description: `Runs ${installation}-${name} every ${everyMinutes === 1 ? 'minute' : `${everyMinutes} minutes`}.`,
      scheduleGroup: this.group,
      schedule: ScheduleExpression.rate(Duration.minutes(everyMinutes)),
      timeWindow: TimeWindow.off(),
      target: new LambdaInvoke(target, {
        input: ScheduleTargetInput.fromObject({ slot: ContextAttribute.scheduledTime }),
        role: role.withoutPolicyUpdates(),
        ...(failures ? { deadLetterQueue: failures } : {}),
        maxEventAge: Duration.minutes(everyMinutes),
        retryAttempts: 3,
      }),
    });
  }
}
