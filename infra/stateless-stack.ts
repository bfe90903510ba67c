import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { CallbackEnvironment } from '../functions/callback/environment.ts';
import type { ForwardEnvironment } from '../functions/forward/environment.ts';
import type { IncidentsEnvironment } from '../functions/incidents/environment.ts';
import { ROUTES } from '../functions/incidents/routes.ts';
import {
  type FunctionDescription,
  functionsOf,
  type HttpTrigger,
  type Route,
} from '../functions/manifest.ts';
import type { NotifyEnvironment } from '../functions/notify/environment.ts';
import type { RelayEnvironment } from '../functions/relay/environment.ts';
import type { RespondEnvironment } from '../functions/respond/environment.ts';
import type { SubmissionsEnvironment } from '../functions/submissions/environment.ts';
import type { WatchEnvironment } from '../functions/watch/environment.ts';
import { hasPeople } from '../shared/config/alerting.ts';
import { deployedRowsKey } from '../shared/config/relayed.ts';
import type { Config } from '../shared/config/schema.ts';
import { DEPLOYED_CONFIG } from './bundle.ts';
import { ChannelAlarms } from './constructs/channel-alarms.ts';
import { DescribedFunction } from './constructs/described-function.ts';
import { EndpointAlarms } from './constructs/endpoint-alarms.ts';
import { FunctionSchedule } from './constructs/function-schedule.ts';
import { HttpEndpoint } from './constructs/http-endpoint.ts';
import { OwnAlarms } from './constructs/own-alarms.ts';
import { People } from './constructs/people.ts';
import { keptQueue } from './constructs/queue.ts';
import { RelayAlarms } from './constructs/relay-alarms.ts';
import { statementsOf } from './constructs/rights.ts';
import { rowQueueUrlPrefix } from './constructs/row-queues.ts';
import type { RowState, StatefulStack } from './stateful-stack.ts';

export interface StatelessStackProps extends StackProps {
  readonly state: StatefulStack;
  readonly reservedConcurrency: number | undefined;
}

/** Long enough for a weekend; later runs have made up for it. */
const FAILURES_KEPT_DAYS = 4;
/** The one of this minute, the one of the last that is about to end, and one that a row woke. */
const FORWARDERS_AT_ONCE = 3;
/** Messages in one invocation of `notify`: those of one incident then go in order. */
const MESSAGES_AT_ONCE = 10;
/** The least that Lambda takes. A channel delivers one message of an incident at a time anyway. */
const NOTIFIERS_PER_CHANNEL = 2;

/** A function that answers requests. */
interface Endpoint {
  readonly id: string;
  readonly description: FunctionDescription & { readonly trigger: HttpTrigger };
  readonly environment: Readonly<Record<string, string>>;
  /** The output that says where it is. */
  readonly url: string;
  /** What it means that it does not answer. */
  readonly without: string;
}

/** The forwarder, and what it takes rows from. */
interface Forward {
  readonly description: ReturnType<typeof functionsOf>['forward'];
  readonly deployed: DescribedFunction;
  readonly rows: RowState;
}

/** What may be thrown away and made again: functions, their schedules, alarms, and who is subscribed. */
export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, props: StatelessStackProps) {
    super(scope, id, props);
    const { state } = props;
    const scheduleGroup = this.addWatch(config, props);
    const forward = state.rows && this.addForward(config, props, state.rows, scheduleGroup);
    if (state.channels.size > 0) this.addNotify(config, props);
    this.addEndpoint(config, state, forward);
    new People(this, 'People', { notify: config.notify, ...state });
  }

  private addWatch(config: Config, { state, reservedConcurrency }: StatelessStackProps): ScheduleGroup {
    const { installation, schedule } = config;
    const { watch: description } = functionsOf(config);
    const environment: WatchEnvironment = {
      CLAYWATCH_CONFIG: DEPLOYED_CONFIG,
      TABLE_NAME: state.table.tableName,
      ROW_QUEUE_PREFIX: rowQueueUrlPrefix(this, installation),
      ALERT_TOPIC_ARN: state.alerts.topicArn,
      PAGES_TOPIC_ARN: state.pages.topic.topicArn,
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
      environment: { ...environment },
      rights: statementsOf(description.grants, config, state),
      failures,
      reservedConcurrency,
    });
    const { schedule: everyMinute, group } = new FunctionSchedule(this, 'WatchSchedule', {
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
      pages: hasPeople(config) ? state.pages : undefined,
      operators: state.operators,
    });
    // Otherwise the dead-man alarm would ring while the first deployment is still under way.
    alarms.node.addDependency(everyMinute);
    return group;
  }

  /** What sends rows to Clay. A turn that fails is not tried again: the next one is a minute away, and finds the rows. */
  private addForward(
    config: Config,
    { state, reservedConcurrency }: StatelessStackProps,
    rows: RowState,
    group: ScheduleGroup,
  ): Forward {
    const { installation } = config;
    const { forward: description } = functionsOf(config);
    const environment: ForwardEnvironment = {
      CLAYWATCH_CONFIG: DEPLOYED_CONFIG,
      TABLE_NAME: state.table.tableName,
      ROW_QUEUE_PREFIX: rowQueueUrlPrefix(this, installation),
      DEAD_LETTER_QUEUE: rows.queues.deadLetters.queueUrl,
      ROWS_KEY: deployedRowsKey(config),
    };
    const deployed = new DescribedFunction(this, 'Forward', {
      description,
      config,
      environment: { ...environment },
      rights: statementsOf(description.grants, config, state),
      reservedConcurrency: reservedConcurrency === undefined ? undefined : FORWARDERS_AT_ONCE,
    });
    new FunctionSchedule(this, 'ForwardSchedule', {
      name: description.name,
      installation,
      everyMinutes: description.trigger.everyMinutes,
      target: deployed.function,
      group,
    });
    return { description, deployed, rows };
  }

  /** What hands messages to chat channels: each queue is taken from on its own, so that no channel holds up another. */
  private addNotify(config: Config, { state, reservedConcurrency }: StatelessStackProps): void {
    const { installation, notify } = config;
    const { notify: description } = functionsOf(config);
    const environment: NotifyEnvironment = {
      CLAYWATCH_CONFIG: DEPLOYED_CONFIG,
      TABLE_NAME: state.table.tableName,
    };
    const { function: handler } = new DescribedFunction(this, 'Notify', {
      description,
      config,
      environment: { ...environment },
      rights: statementsOf(description.grants, config, state),
      // As many as the queues start at once: with fewer, messages would be received in vain.
      reservedConcurrency:
        reservedConcurrency === undefined ? undefined : NOTIFIERS_PER_CHANNEL * state.channels.size,
    });
    for (const { queue } of state.channels.values()) {
      handler.addEventSource(
        new SqsEventSource(queue, {
          batchSize: MESSAGES_AT_ONCE,
          maxConcurrency: NOTIFIERS_PER_CHANNEL,
          reportBatchItemFailures: true,
        }),
      );
    }
    new ChannelAlarms(this, 'ChannelAlarms', {
      installation,
      description,
      function: handler,
      channels: state.channels,
      fallbackAfterMinutes: notify.fallback.afterMinutes,
      operators: state.operators,
    });
  }

  /** Functions that answer requests. Not reserved: the endpoint's own throttle keeps them from starving others. */
  private addEndpoint(config: Config, state: StatefulStack, forward: Forward | undefined): void {
    const { installation } = config;
    const { operators } = state;
    const forwardArn = forward?.deployed.function.functionArn;
    const functions = this.endpointsOf(config, state, forward).map((endpoint) => ({
      ...endpoint,
      name: endpoint.description.name,
      function: new DescribedFunction(this, endpoint.id, {
        description: endpoint.description,
        config,
        environment: endpoint.environment,
        rights: statementsOf(endpoint.description.grants, config, { ...state, forwardArn }),
      }).function,
    }));
    const endpoint = new HttpEndpoint(
      this,
      'Endpoint',
      installation,
      functions.map(({ description, function: target }) => ({ description, target })),
    );
    new EndpointAlarms(this, 'EndpointAlarms', { installation, endpoint, functions, operators });
    for (const { url, description } of functions) {
      const [method, path = ''] = description.trigger.routes[0].split(' ');
      new CfnOutput(this, url, {
        value: `${endpoint.api.apiEndpoint}${path}`,
        description: `${method} here${path.includes('{feed}') ? ', with the name of the feed' : ''}`,
      });
    }
    this.tellAddresses(config, endpoint);
    const relay = functions.find(({ id }) => id === 'Relay');
    if (!forward || !relay) return;
    const alarms = new RelayAlarms(this, 'RelayAlarms', {
      installation,
      relay,
      forward: { description: forward.description, function: forward.deployed.function },
      accessLog: endpoint.accessLog,
      queues: forward.rows.queues.byFeed,
      deadLetters: forward.rows.queues.deadLetters,
      operators,
    });
    // As above: not before it runs.
    alarms.node.addDependency(this.node.findChild('ForwardSchedule'));
  }

  /** What other places have to be told: the configuration, for links in messages, and the Slack app. */
  private tellAddresses({ notify }: Config, { api }: HttpEndpoint): void {
    new CfnOutput(this, 'PublicUrl', {
      value: api.apiEndpoint,
      description: 'For respond.publicUrl, unless the endpoint has a domain of its own',
    });
    if (!notify.slack.some(({ signingSecret }) => signingSecret !== undefined)) return;
    const slack: Route = ROUTES.slack;
    new CfnOutput(this, 'SlackInteractionsUrl', {
      value: `${api.apiEndpoint}${slack.split(' ')[1]}`,
      description: 'For the Slack app: Interactivity and Shortcuts, Request URL',
    });
  }

  private endpointsOf(
    config: Config,
    state: StatefulStack,
    forward: Forward | undefined,
  ): readonly Endpoint[] {
    const { callback, submissions, relay, respond, incidents } = functionsOf(config);
    const counting: CallbackEnvironment & SubmissionsEnvironment & IncidentsEnvironment = {
      CLAYWATCH_CONFIG: DEPLOYED_CONFIG,
      TABLE_NAME: state.table.tableName,
    };
    const asking: RespondEnvironment = {
      ...counting,
      ROW_QUEUE_PREFIX: rowQueueUrlPrefix(this, config.installation),
    };
    const taking: RelayEnvironment | undefined = forward && {
      ...asking,
      ROWS_KEY: deployedRowsKey(config),
      FORWARD_FUNCTION: forward.deployed.function.functionName,
    };
    return [
      {
        id: 'Callback',
        description: callback,
        environment: { ...counting },
        url: 'CallbackUrl',
        without: 'rows are not counted',
      },
      {
        id: 'Submissions',
        description: submissions,
        environment: { ...counting },
        url: 'SubmissionsUrl',
        without: 'rows are not counted',
      },
      ...(taking
        ? [
            {
              id: 'Relay',
              description: relay,
              environment: { ...taking },
              url: 'RowsUrl',
              without: 'rows are not taken: senders are answered 429 and must send again',
            },
          ]
        : []),
      {
        id: 'Respond',
        description: respond,
        environment: { ...asking },
        url: 'StatusUrl',
        without: 'applications cannot ask how it goes, and may switch to what they fall back to',
      },
      {
        id: 'Incidents',
        description: incidents,
        environment: { ...counting },
        url: 'IncidentsUrl',
        without:
          'links and buttons in messages do nothing, and nobody can acknowledge but by `npx claywatch incidents`',
      },
    ];
  }
}
