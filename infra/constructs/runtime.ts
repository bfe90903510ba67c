import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { CallbackEnvironment } from '../../functions/callback/environment.ts';
import type { ForwardEnvironment } from '../../functions/forward/environment.ts';
import type { IncidentsEnvironment } from '../../functions/incidents/environment.ts';
import { ROUTES } from '../../functions/incidents/routes.ts';
import {
  type FunctionDescription,
  functionsOf,
  type HttpTrigger,
  type Route,
} from '../../functions/manifest.ts';
import { neededFunctions } from '../../functions/needed.ts';
import type { NotifyEnvironment } from '../../functions/notify/environment.ts';
import type { RelayEnvironment } from '../../functions/relay/environment.ts';
import type { RespondEnvironment } from '../../functions/respond/environment.ts';
import type { RotateEnvironment } from '../../functions/rotate/environment.ts';
import type { SubmissionsEnvironment } from '../../functions/submissions/environment.ts';
import type { WatchEnvironment } from '../../functions/watch/environment.ts';
import { hasPeople, sendsSms } from '../../shared/config/alerting.ts';
import { deployedRowsKey } from '../../shared/config/relayed.ts';
import type { Config } from '../../shared/config/schema.ts';
import { DEPLOYED_CONFIG, DEPLOYED_PAGE } from '../bundle.ts';

import type { Outputs } from '../outputs.ts';
import { ChannelAlarms } from './channel-alarms.ts';
import { DescribedFunction, type DescribedFunctionProps } from './described-function.ts';
import { EndpointAlarms } from './endpoint-alarms.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import type { AlarmSet } from './operator-alarms.ts';
import { OwnAlarms } from './own-alarms.ts';
import { People } from './people.ts';
import { keptQueue } from './queue.ts';
import { RelayAlarms } from './relay-alarms.ts';
import { rightsOf } from './rights.ts';
import { Rotation } from './rotation.ts';
import { rowQueueUrlPrefix } from './row-queues.ts';
import type { RowState, State } from './state.ts';

export interface RuntimeProps {
  readonly config: Config;
  readonly state: State;
  /** Instances reserved for the watch; undefined: none, for this and any other function. */
  readonly reservedConcurrency: number | undefined;
  readonly logRetention: RetentionDays;
  readonly alarms: AlarmSet;
  /** Of the account; SMS beyond it are dropped. */
  readonly smsSpendLimitUsd: number;
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
  /** What it means that it does not answer; undefined: it has no alarms of its own, beside those of the endpoint. */
  readonly without: string | undefined;
}

/** The forwarder, and what it takes rows from. */
interface Forward {
  readonly description: ReturnType<typeof functionsOf>['forward'];
  readonly deployed: DescribedFunction;
  readonly rows: RowState;
}

/** What may be thrown away and made again: functions, their schedules, alarms, and who is subscribed. */
export class Runtime extends Construct {
  readonly api: HttpApi;
  readonly outputs: Outputs;
  /** Every function, by its name in the manifest. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #props: RuntimeProps;

  constructor(scope: Construct, id: string, props: RuntimeProps) {
    super(scope, id);
    this.#props = props;
    this.functions = this.#functions;
    const { config, state } = props;
    const scheduleGroup = this.addWatch(config, props);
    const needed = neededFunctions(config);
    const rows = needed.has('forward') ? state.rows : undefined;
    const forward = rows && this.addForward(config, props, rows, scheduleGroup);
    if (needed.has('notify')) this.addNotify(config, props);
    if (needed.has('rotate')) this.addRotation(config, props, scheduleGroup);
    const { api, outputs } = this.addEndpoint(config, state, forward);
    this.api = api;
    this.outputs = outputs;
    new People(this, 'People', {
      notify: config.notify,
      alerts: state.alerts,
      undelivered: state.undelivered,
      pages: state.pages,
      operators: state.operators,
    });
  }

  /** A function of the manifest: everything about it that does not differ from one to the other. */
  private deploy(
    id: string,
    description: FunctionDescription,
    environment: Readonly<Record<string, string>>,
    more: Partial<Pick<DescribedFunctionProps, 'failures' | 'reservedConcurrency'>> & {
      readonly forwardArn?: string | undefined;
      readonly replayArn?: string | undefined;
    } = {},
  ): DescribedFunction {
    const { config, state, logRetention } = this.#props;
    const { forwardArn, replayArn, ...rest } = more;
    const deployed = new DescribedFunction(this, id, {
      description,
      config,
      environment,
      rights: rightsOf(this, description.grants, config, { ...state, forwardArn, replayArn }),
      logRetention,
      ...rest,
    });
    this.#functions.set(description.name, deployed.function);
    return deployed;
  }

  private addWatch(config: Config, { state, reservedConcurrency }: RuntimeProps): ScheduleGroup {
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
    const { function: watch, log } = this.deploy(
      'Watch',
      description,
      { ...environment },
      {
        failures,
        reservedConcurrency,
      },
    );
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
      metrics: config.metrics,
      tableName: state.table.tableName,
      missedAfterMinutes: schedule.missedAfterMinutes,
      failures,
      alerts: state.alerts,
      pages: hasPeople(config) ? state.pages.topic : undefined,
      smsSpendLimitUsd: sendsSms(config) ? this.#props.smsSpendLimitUsd : undefined,
      operators: state.operators,
      alarms: this.#props.alarms,
    });
    // Otherwise the dead-man alarm would ring while the first deployment is still under way.
    alarms.node.addDependency(everyMinute);
    return group;
  }

  /** What sends rows to Clay. A turn that fails is not tried again: the next one is a minute away, and finds the rows. */
  private addForward(
    config: Config,
    { state, reservedConcurrency }: RuntimeProps,
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
    const deployed = this.deploy(
      'Forward',
      description,
      { ...environment },
      {
        reservedConcurrency: reservedConcurrency === undefined ? undefined : FORWARDERS_AT_ONCE,
      },
    );
    new FunctionSchedule(this, 'ForwardSchedule', {
      name: description.name,
      installation,
      everyMinutes: description.trigger.everyMinutes,
      target: deployed.function,
      group,
    });
    return { description, deployed, rows };
  }

  /** What rotates secrets: asked by Secrets Manager, and by a schedule to end what it began. */
  private addRotation(config: Config, { state, alarms }: RuntimeProps, group: ScheduleGroup): void {
    const { rotate: description } = functionsOf(config);
    const environment: RotateEnvironment = {
      CLAYWATCH_CONFIG: DEPLOYED_CONFIG,
      TABLE_NAME: state.table.tableName,
    };
    const { function: target } = this.deploy('Rotate', description, { ...environment });
    const { operators, readableSecretArns: secretArns } = state;
    new Rotation(this, 'Rotation', { config, description, target, group, secretArns, operators, alarms });
  }

  /** What hands messages to chat channels: each queue is taken from on its own, so that no channel holds up another. */
  private addNotify(config: Config, { state, reservedConcurrency }: RuntimeProps): void {
    const { installation, notify } = config;
    const { notify: description } = functionsOf(config);
    const environment: NotifyEnvironment = {
      CLAYWATCH_CONFIG: DEPLOYED_CONFIG,
      TABLE_NAME: state.table.tableName,
    };
    const { function: handler } = this.deploy(
      'Notify',
      description,
      { ...environment },
      {
        // As many as the queues start at once: with fewer, messages would be received in vain.
        reservedConcurrency:
          reservedConcurrency === undefined ? undefined : NOTIFIERS_PER_CHANNEL * state.channels.size,
      },
    );
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
      channels: [...state.channels.keys()],
      fallbackAfterMinutes: notify.fallback.afterMinutes,
      operators: state.operators,
      alarms: this.#props.alarms,
    });
  }

  /** Functions that answer requests. Not reserved: the endpoint's own throttle keeps them from starving others. */
  private addEndpoint(
    config: Config,
    state: State,
    forward: Forward | undefined,
  ): { readonly api: HttpApi; readonly outputs: Outputs } {
    const { installation } = config;
    const { operators } = state;
    const { alarms } = this.#props;
    const forwardArn = forward?.deployed.function.functionArn;
    const replay = forward && this.addReplay(config, state);
    const replayArn = replay?.arn;
    const functions = this.endpointsOf(config, state, forward).map((endpoint) => ({
      ...endpoint,
      name: endpoint.description.name,
      function: this.deploy(endpoint.id, endpoint.description, endpoint.environment, {
        forwardArn,
        replayArn,
      }).function,
    }));
    const endpoint = new HttpEndpoint(
      this,
      'Endpoint',
      installation,
      functions.map(({ description, function: target }) => ({ description, target })),
      this.#props.logRetention,
    );
    new EndpointAlarms(this, 'EndpointAlarms', { installation, endpoint, functions, operators, alarms });
    const urls = functions.map(({ url, description }) => {
      const [method, path = ''] = description.trigger.routes[0].split(' ');
      const withFeed = path.includes('{feed}') ? ', with the name of the feed' : '';
      return [url, { value: `${endpoint.api.apiEndpoint}${path}`, description: `${method} here${withFeed}` }];
    });
    const relay = functions.find(({ id }) => id === 'Relay');
    if (forward && relay && replay) {
      const relayAlarms = new RelayAlarms(this, 'RelayAlarms', {
        installation,
        relay,
        forward: { description: forward.description, function: forward.deployed.function },
        replay,
        accessLog: endpoint.accessLog,
        feeds: [...forward.rows.queues.byFeed.keys()],
        operators,
        alarms,
      });
      // As above: not before it runs.
      relayAlarms.node.addDependency(this.node.findChild('ForwardSchedule'));
    }
    return {
      api: endpoint.api,
      outputs: { ...Object.fromEntries(urls), ...this.addressesOf(config, endpoint) },
    };
  }

  /** What other places have to be told: the configuration, for links in messages, and the Slack app. */
  private addressesOf({ notify }: Config, { api }: HttpEndpoint): Outputs {
    const slack: Route = ROUTES.slack;
    return {
      PublicUrl: {
        value: api.apiEndpoint,
        description: 'For respond.publicUrl, unless the endpoint has a domain of its own',
      },
      ...(notify.slack.some(({ signingSecret }) => signingSecret !== undefined) && {
        SlackInteractionsUrl: {
          value: `${api.apiEndpoint}${slack.split(' ')[1]}`,
          description: 'For the Slack app: Interactivity and Shortcuts, Request URL',
        },
      }),
    };
  }

  /** What carries out replays; named, since it also starts itself again. */
  private addReplay(config: Config, state: State) {
    const { replay: description } = functionsOf(config);
    const functionName = `${config.installation}-${description.name}`;
    const replayArn = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const environment = this.picked(description, config, state);
    const { function: target } = this.deploy('Replay', description, environment, { replayArn });
    return { description, function: target, arn: replayArn };
  }

  /** Of what functions may be given, what this one is. */
  private picked(
    { environment }: FunctionDescription,
    config: Config,
    { table, alerts, pages, rows }: State,
  ): Readonly<Record<string, string>> {
    const { replay, forward } = functionsOf(config);
    const values: Readonly<Record<string, string>> = {
      CLAYWATCH_CONFIG: DEPLOYED_CONFIG,
      CONSOLE_FILES: DEPLOYED_PAGE,
      TABLE_NAME: table.tableName,
      ROW_QUEUE_PREFIX: rowQueueUrlPrefix(this, config.installation),
      ALERT_TOPIC_ARN: alerts.topicArn,
      PAGES_TOPIC_ARN: pages.topic.topicArn,
      ...(rows && {
        DEAD_LETTER_QUEUE: rows.queues.deadLetters.queueUrl,
        ROWS_KEY: deployedRowsKey(config),
        FORWARD_FUNCTION: `${config.installation}-${forward.name}`,
        REPLAY_FUNCTION: `${config.installation}-${replay.name}`,
      }),
    };
    const names = Object.keys(environment.shape);
    return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
  }

  private endpointsOf(config: Config, state: State, forward: Forward | undefined): readonly Endpoint[] {
    const functions = functionsOf(config);
    const { callback, submissions, relay, respond, incidents } = functions;
    const people = (description: Endpoint['description']) => ({
      description,
      environment: this.picked(description, config, state),
      without: undefined,
    });
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
      {
        id: 'Report',
        ...people(functions.report),
        url: 'ReportUrl',
      },
      {
        id: 'Operate',
        ...people(functions.operate),
        url: 'OperateUrl',
      },
      ...(config.statusPage.published
        ? [
            {
              id: 'Statuspage',
              ...people(functions.statuspage),
              url: 'StatusPageUrl',
            },
          ]
        : []),
      ...(config.console.enabled
        ? [
            {
              id: 'Console',
              ...people(functions.console),
              url: 'ConsoleUrl',
            },
          ]
        : []),
    ];
  }
}
