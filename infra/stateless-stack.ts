import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CallbackEnvironment } from '../functions/callback/environment.ts';
import { functionsOf } from '../functions/manifest.ts';
import type { SubmissionsEnvironment } from '../functions/submissions/environment.ts';
import type { WatchEnvironment } from '../functions/watch/environment.ts';
import type { Config } from '../shared/config/schema.ts';
import { DEPLOYED_CONFIG } from './bundle.ts';
import { DescribedFunction } from './constructs/described-function.ts';
import { EndpointAlarms } from './constructs/endpoint-alarms.ts';
import { FunctionSchedule } from './constructs/function-schedule.ts';
import { HttpEndpoint } from './constructs/http-endpoint.ts';
import { OwnAlarms } from './constructs/own-alarms.ts';
import { People } from './constructs/people.ts';
import { keptQueue } from './constructs/queue.ts';
import { statementsOf } from './constructs/rights.ts';
import type { StatefulStack } from './stateful-stack.ts';

export interface StatelessStackProps extends StackProps {
  readonly state: StatefulStack;
  readonly reservedConcurrency: number | undefined;
}

/** Long enough for a weekend; later runs have made up for it. */
const FAILURES_KEPT_DAYS = 4;

/** What may be thrown away and made again: functions, their schedules, alarms, and who is subscribed. */
export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, props: StatelessStackProps) {
    super(scope, id, props);
    const { installation, schedule, notify } = config;
    const { state } = props;
    const { watch: description, ...endpoints } = functionsOf(config);
    const environment: WatchEnvironment = {
      CLAYWATCH_CONFIG: DEPLOYED_CONFIG,
      TABLE_NAME: state.table.tableName,
      ALERT_TOPIC_ARN: state.alerts.topicArn,
    };

    const failures = keptQueue(this, 'Failures', {
      queueName: `${installation}-${description.name}-failures`,
      days: FAILURES_KEPT_DAYS,
      whyNoDeadLetters:
        'This is itself where failed events end: of the function (its failure destination) and of the schedule.',
    });
    const { function: watch, log } = new DescribedFunction(this, 'Watch', {
      description,
      config,
      environment,
      rights: statementsOf(description.grants, config, state),
      failures,
      reservedConcurrency: props.reservedConcurrency,
    });
    const { schedule: everyMinute } = new FunctionSchedule(this, 'WatchSchedule', {
      name: description.name,
      installation,
      everyMinutes: description.trigger.everyMinutes,
      target: watch,
      failures,
    });
    const alarms = new OwnAlarms(this, 'Alarms', {
      installation,
      description,
      watch,
      log,
      missedAfterMinutes: schedule.missedAfterMinutes,
      failures,
      alerts: state.alerts,
      undelivered: state.undelivered,
      operators: state.operators,
    });
    // Otherwise the dead-man alarm would ring while the first deployment is still under way.
    alarms.node.addDependency(everyMinute);
    this.addEndpoint(config, state, endpoints);
    new People(this, 'People', { notify, ...state });
  }
  /** Functions that answer requests. Not reserved: the endpoint's own throttle keeps them from starving others. */
  private addEndpoint(
    config: Config,
    state: StatefulStack,
    { callback, submissions }: Pick<ReturnType<typeof functionsOf>, 'callback' | 'submissions'>,
  ): void {
    const { installation } = config;
    const environment: CallbackEnvironment & SubmissionsEnvironment = {
      CLAYWATCH_CONFIG: DEPLOYED_CONFIG,
      TABLE_NAME: state.table.tableName,
    };
    const functions = [
      { id: 'Callback', description: callback },
      { id: 'Submissions', description: submissions },
    ].map(({ id, description }) => ({
      name: description.name,
      description,
      function: new DescribedFunction(this, id, {
        description,
        config,
        environment,
        rights: statementsOf(description.grants, config, state),
      }).function,
    }));
    const endpoint = new HttpEndpoint(
      this,
      'Endpoint',
      installation,
      functions.map(({ description, function: target }) => ({ description, target })),
    );
    new EndpointAlarms(this, 'EndpointAlarms', {
      installation,
      endpoint,
      functions,
      operators: state.operators,
    });
    for (const { id, trigger } of [
      { id: 'CallbackUrl', trigger: callback.trigger },
      { id: 'SubmissionsUrl', trigger: submissions.trigger },
    ]) {
      new CfnOutput(this, id, {
        value: `${endpoint.api.apiEndpoint}${trigger.path}`,
        description: `${trigger.method} here, with the name of the feed`,
      });
    }
  }
}
