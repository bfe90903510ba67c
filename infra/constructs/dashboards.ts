import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  PeriodOverride,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type FunctionDescription, functionsOf } from '../../functions/manifest.ts';
import {
  alertTopicName,
  channelDeadLetterQueueName,
  channelIds,
  channelQueueName,
  pagesTopicName,
} from '../../shared/config/alerting.ts';
import { deadLetterQueueName, relayedFeeds, rowQueuePrefix } from '../../shared/config/relayed.ts';
import type { Config } from '../../shared/config/schema.ts';
import {
  FEED_METRICS,
  type FeedMetricName,
  METRICS,
  type MetricDefinition,
  type MetricName,
  NAMESPACE,
} from '../../shared/metrics/catalogue.ts';
import { queueMetric } from './queue-metric.ts';

export interface DashboardsProps {
  readonly config: Config;
  /** Every function, by its name in the manifest. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly api: HttpApi;
  readonly tableName: string;
  /** Where the alarms are. */
  readonly alarmsIn: Construct;
}

const PERIOD = Duration.minutes(5);
const HALF = { width: 12, height: 6 };
const WHOLE = { width: 24, height: 6 };

const graph = (
  title: string,
  left: readonly IMetric[],
  more: Partial<ConstructorParameters<typeof GraphWidget>[0]> = {},
) => new GraphWidget({ title, left: [...left], leftYAxis: { min: 0 }, ...HALF, ...more });

/**
 * Two dashboards: what a Clay operator asks about the business, and what an administrator asks about the machinery.
 * Their names carry the region, since CloudWatch has one list of them for all regions of an account.
 */
export class Dashboards extends Construct {
  constructor(scope: Construct, id: string, props: DashboardsProps) {
    super(scope, id);
    const { installation } = props.config;
    const { region } = Stack.of(this);
    const add = (name: string, start: string, rows: readonly (readonly IWidget[])[]) =>
      new Dashboard(this, name, {
        dashboardName: `${installation}-${name}-${region}`,
        start,
        periodOverride: PeriodOverride.INHERIT,
        widgets: rows.map((row) => [...row]),
      });
    add('business', '-P7D', businessOf(props.config));
    add('machinery', '-P1D', machineryOf(props));
  }
}

const metricsOf = ({ installation, feeds, metrics: setting }: Config) => {
  const make = (
    name: string,
    { statistic, set, atLeast }: MetricDefinition,
    label: string,
    feed?: string,
  ): readonly IMetric[] => {
    if (setting === 'off' || (set === 'all' && setting !== 'all')) return [];
    const metric = new Metric({
      namespace: NAMESPACE,
      metricName: name,
      dimensionsMap: { Installation: installation, ...(feed !== undefined && { Feed: feed }) },
      statistic,
      period: PERIOD,
      label,
    });
    if (atLeast === undefined) return [metric];
    // What is none is not published.
    const id = `m${name.toLowerCase()}${feed === undefined ? '' : Object.keys(feeds).indexOf(feed)}`;
    return [
      new MathExpression({
        expression: `FILL(${id}, 0)`,
        usingMetrics: { [id]: metric },
        period: PERIOD,
        label,
      }),
    ];
  };
  return {
    /** None, where the configuration does not publish it. */
    whole: (name: MetricName, label: string): readonly IMetric[] => make(name, METRICS[name], label),
    feeds: (name: FeedMetricName, label: string): readonly IMetric[] =>
      Object.keys(feeds).flatMap((feed) => make(name, FEED_METRICS[name], `${feed}: ${label}`, feed)),
  };
};

const businessOf = (config: Config): readonly (readonly IWidget[])[] => {
  const { whole, feeds } = metricsOf(config);
  const text = [
    `# ${config.installation}: rows, webhooks, credits, incidents`,
    'Sums are for the eye; exact counts: `npx claywatch usage`. What is open, and what to do: `npx claywatch incidents list`.',
    ...(config.metrics === 'all'
      ? []
      : [
          "Graphs of each feed are here once the configuration says `metrics: 'all'`; that costs 0.30 USD a month for each.",
        ]),
  ];
  const graphs = [
    graph('Rows from the relay to Clay, in 5 minutes', [
      ...feeds('RowsTaken', 'taken'),
      ...whole('RowsForwarded', 'to Clay'),
    ]),
    graph('Rows held or waiting', [
      ...whole('RowsWaiting', 'waiting for Clay'),
      ...feeds('QueuedRows', 'waiting'),
    ]),
    graph('Rows set aside as dead letters', [
      ...whole('RowsSetAside', 'in 5 minutes'),
      ...feeds('DeadLetters', 'lying there'),
    ]),
    graph('Rows that came back, in 5 minutes', [
      ...feeds('RowsSubmitted', 'sent'),
      ...feeds('RowsCalledBack', 'came back'),
      ...feeds('RowsFailed', 'came back as failed'),
    ]),
    graph('Rows out at Clay, and those that may be lost', [
      ...feeds('RowsOutstanding', 'not back yet'),
      ...feeds('RowsUncertain', 'sent without an answer'),
      ...feeds('RowsLost', 'should be back'),
    ]),
    graph(
      'Fullest webhook, % of its limit',
      [...whole('WebhookFill', 'of all'), ...feeds('FullestWebhook', 'fullest')],
      {
        leftYAxis: { min: 0, max: 100 },
        leftAnnotations: [
          { value: 80, label: 'warning' },
          { value: 90, label: 'next one' },
        ],
      },
    ),
    graph('Hours until the credits are used up', whole('CreditsRunOutHours', 'as likely as not')),
    graph('Meters left', [...whole('CreditsLeft', 'data credits'), ...whole('ActionsLeft', 'actions')]),
    graph('Open incidents', [...whole('OpenIncidents', 'all'), ...whole('UrgentIncidents', 'P1 and P2')]),
    graph('Incidents that opened and ended', [
      ...whole('Triggered', 'opened'),
      ...whole('Recovered', 'ended'),
    ]),
    graph('Minutes until somebody had an incident', whole('MinutesToAcknowledge', 'on average')),
  ];
  return [
    [new TextWidget({ markdown: text.join('\n\n'), width: 24, height: 3 })],
    ...inRows(graphs.filter(hasMetrics)),
  ];
};

const hasMetrics = (widget: GraphWidget): boolean =>
  (widget.toJson()[0] as { properties: { metrics?: readonly unknown[] } }).properties.metrics !== undefined;

const inRows = (widgets: readonly IWidget[]): readonly (readonly IWidget[])[] =>
  widgets.flatMap((widget, index) =>
    index % 2 === 0 ? [[widget, ...widgets.slice(index + 1, index + 2)]] : [],
  );

const machineryOf = (props: DashboardsProps): readonly (readonly IWidget[])[] => {
  const { config, functions, api, tableName, alarmsIn } = props;
  const { whole } = metricsOf(config);
  const each = (make: (one: LambdaFunction, label: string) => IMetric) =>
    [...functions].map(([name, one]) => make(one, name));
  // Of the others the endpoint tells: fifty metrics of a dashboard are free.
  const eachBehindNoRequest = (make: (one: LambdaFunction, label: string) => IMetric) =>
    [...functions]
      .filter(([name]) => described[name]?.trigger.kind !== 'http')
      .map(([name, one]) => make(one, name));
  const sum = { period: PERIOD, statistic: Stats.SUM };
  const largest = { period: PERIOD, statistic: Stats.MAXIMUM };
  const { waiting, dead } = queuesOf(config);
  const described: Readonly<Record<string, FunctionDescription>> = functionsOf(config);
  const table = (metricName: string, label: string) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: tableName },
      ...sum,
      label,
    });
  return [
    [
      new AlarmStatusWidget({
        title: `${config.installation}: alarms`,
        alarms: alarmsIn.node.findAll().filter((child) => child instanceof Alarm),
        ...WHOLE,
      }),
    ],
    [
      graph(
        'Errors of functions',
        each((one, label) => one.metricErrors({ ...sum, label })),
      ),
      graph(
        'Throttles of functions behind no request',
        eachBehindNoRequest((one, label) => one.metricThrottles({ ...sum, label })),
      ),
    ],
    [
      graph(
        'Duration of functions behind no request, p99, ms',
        eachBehindNoRequest((one, label) =>
          one.metricDuration({ period: PERIOD, statistic: Stats.percentile(99), label }),
        ),
      ),
      graph('From schedule to the end of a run of the watch, s', whole('WatchDelay', 'delay')),
    ],
    [
      graph('Requests to the endpoint', [
        api.metricCount({ ...sum, label: 'all' }),
        api.metricClientError({ ...sum, label: '4xx, 429 among them' }),
        api.metricServerError({ ...sum, label: '5xx' }),
      ]),
      graph('Latency of the endpoint, p99, ms', [
        api.metricLatency({ period: PERIOD, statistic: Stats.percentile(99), label: 'p99' }),
      ]),
    ],
    [
      graph(
        'Age of the oldest message, s',
        waiting.map(([name, label]) =>
          withLabel(queueMetric(name, 'ApproximateAgeOfOldestMessage', largest), label),
        ),
      ),
      graph(
        'Dead letters and undelivered messages',
        dead.map(([name, label]) =>
          withLabel(queueMetric(name, 'ApproximateNumberOfMessagesVisible', largest), label),
        ),
      ),
    ],
    [
      graph('Messages owed: age of the oldest, s', whole('OldestUndelivered', 'undelivered')),
      graph('Table: units used, and what was throttled', [
        table('ConsumedReadCapacityUnits', 'read units'),
        table('ConsumedWriteCapacityUnits', 'write units'),
        table('ReadThrottleEvents', 'reads throttled'),
        table('WriteThrottleEvents', 'writes throttled'),
      ]),
    ],
  ].map((row) => row.filter((widget) => !(widget instanceof GraphWidget) || hasMetrics(widget)));
};

const withLabel = (metric: Metric, label: string): Metric => metric.with({ label });

/** Queues by what happens to their messages, each with what it is called in a graph. */
const queuesOf = (config: Config) => {
  const { installation } = config;
  const channels = channelIds(config);
  const feeds = relayedFeeds(config);
  return {
    waiting: [
      ...feeds.map((feed) => [`${rowQueuePrefix(installation)}${feed}`, `rows of ${feed}`] as const),
      ...channels.map((id) => [channelQueueName(installation, id), `messages for ${id}`] as const),
    ],
    dead: [
      [`${installation}-watch-failures`, 'failed runs of the watch'] as const,
      [`${installation}-undelivered`, `undelivered of ${alertTopicName(installation)}`] as const,
      [
        `${pagesTopicName(installation)}-undelivered`,
        `undelivered of ${pagesTopicName(installation)}`,
      ] as const,
      ...(feeds.length > 0 ? [[deadLetterQueueName(installation), 'rows nobody could settle'] as const] : []),
      ...channels.map(
        (id) => [channelDeadLetterQueueName(installation, id), `undelivered of ${id}`] as const,
      ),
    ],
  };
};
