import { Duration } from 'aws-cdk-lib';
import { type Alarm, MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FunctionDescription, ScheduleTrigger } from '../../functions/manifest.ts';
import { pagesTopicName } from '../../shared/config/alerting.ts';
import { type MetricName, type MetricsSetting, NAMESPACE } from '../../shared/metrics/catalogue.ts';
import { type AlarmDefinition, type OperatorAlarmsProps, operatorAlarms } from './operator-alarms.ts';
import { queueMetric } from './queue-metric.ts';

export interface OwnAlarmsProps extends OperatorAlarmsProps {
  readonly description: FunctionDescription & { readonly trigger: ScheduleTrigger };
  readonly watch: LambdaFunction;
  readonly log: LogGroup;
  /** What of its own Claywatch publishes. */
  readonly metrics: MetricsSetting;
  /** No run for so long is an alarm. */
  readonly missedAfterMinutes: number;
  readonly failures: IQueue;
  readonly tableName: string;
  readonly alerts: ITopic;
  /** Left out where nobody can be paged by name. */
  readonly pages?: ITopic | undefined;
  /** The limit of the account for SMS of a month, USD; left out where nobody is told by SMS. */
  readonly smsSpendLimitUsd?: number | undefined;
}

/** Share of the timeout beyond which a run is called slow. */
const SLOW_SHARE = 0.8;
/** Twice as long as the longest way round takes: a channel, its fallback, and another try. */
const UNDELIVERED_SECONDS = 1_800;
/** Share of the account's limit for SMS from which on there is time left to have it raised, which takes AWS a day. */
const SMS_SPENT_SHARE = 0.8;
/** CloudWatch looks back one day at most. */
const LONGEST_WINDOW_MINUTES = 1_440;

/** Alarms on Claywatch itself, told to its operators by a way that does not depend on it. */
export class OwnAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: OwnAlarmsProps) {
    super(scope, id);
    // A message that cannot be sent stays owed and fails no run, so that only the log tells.
    const notSent = new MetricFilter(this, 'NotSent', {
      logGroup: props.log,
      filterPattern: FilterPattern.numberValue('$.failed', '>', 0),
      metricNamespace: 'Claywatch',
      metricName: `${props.installation}-alerts-not-sent`,
      metricValue: '$.failed',
    });
    this.alarms = operatorAlarms(this, props, definitionsOf(props, notSent));
  }
}

const definitionsOf = (props: OwnAlarmsProps, notSent: MetricFilter): readonly AlarmDefinition[] => {
  const { description, watch, missedAfterMinutes, failures, alerts } = props;
  const { everyMinutes } = description.trigger;
  const period = Duration.minutes(everyMinutes);
  const sum = { period, statistic: Stats.SUM };
  const minutes = { period: Duration.minutes(1), statistic: Stats.MAXIMUM };
  const log = `CloudWatch Logs, log group /aws/lambda/${props.installation}-${description.name}`;
  // Fewer than two would alarm whenever a run slips over the edge of a period.
  const deadManPeriods = Math.max(
    2,
    Math.floor(Math.min(missedAfterMinutes, LONGEST_WINDOW_MINUTES) / everyMinutes),
  );
  return [
    {
      name: 'watch-not-running',
      metric: watch.metricInvocations(sum),
      threshold: 1,
      below: true,
      periods: deadManPeriods,
      missing: TreatMissingData.BREACHING,
      text: `Claywatch has not run for ${deadManPeriods * everyMinutes} minutes: nothing watches Clay, and silence means nothing until this is OK again. Look whether the schedule ${props.installation}-${description.name} in EventBridge Scheduler is enabled, and whether the function's reserved concurrency is above 0. Meanwhile run: npx claywatch triage.`,
    },
    {
      name: 'watch-failing',
      toldBy: ['watch-failures-kept'],
      metric: watch.metricErrors(sum),
      threshold: 1,
      periods: 3,
      breaching: 2,
      text: `Claywatch runs fail. Faults of Clay do not cause this. Read the lines with level ERROR in ${log}: error_code and remedy say what to do. Meanwhile run: npx claywatch triage.`,
    },
    {
      name: 'watch-throttled',
      toldBy: ['watch-failures-kept', 'watch-not-running'],
      metric: watch.metricThrottles(sum),
      threshold: 1,
      periods: 3,
      breaching: 2,
      text: 'Runs of Claywatch are throttled, so they come late or not at all. The reserved concurrency of its function is used up or 0, or the account is at its limit of concurrent executions: see Service Quotas, AWS Lambda.',
    },
    {
      name: 'watch-slow',
      toldBy: ['watch-failures-kept'],
      metric: watch.metricDuration({ period, statistic: Stats.MAXIMUM }),
      threshold: description.timeoutSeconds * 1_000 * SLOW_SHARE,
      periods: 3,
      breaching: 2,
      text: `Runs of Claywatch take more than ${description.timeoutSeconds * SLOW_SHARE} of their ${description.timeoutSeconds} seconds; beyond that they are cut off. Usually DynamoDB, SNS or Secrets Manager answers slowly: see the AWS Health Dashboard, and ${log}.`,
    },
    {
      name: 'watch-failures-kept',
      metric: queueMetric(failures.queueName, 'ApproximateNumberOfMessagesVisible', minutes),
      threshold: 1,
      periods: 1,
      text: `A run of Claywatch failed for good or was never started; the queue ${props.installation}-watch-failures keeps its event and the error. Read it there, mend the reason, then purge the queue: the next run makes up for it. This stays in alarm until the queue is empty, at most four days.`,
    },
    {
      name: 'alerts-not-sent',
      metric: notSent.metric(sum),
      threshold: 1,
      periods: 3,
      breaching: 2,
      text: `Claywatch cannot hand its alerts to SNS. They stay owed and are sent as soon as it can, but until then nobody is told. Look at the open incidents now, by hand: npx claywatch triage. Then read "errors" in the lines with "failed" above 0 in ${log}.`,
    },
    {
      name: 'alerts-failing',
      metric: alerts.metricNumberOfNotificationsFailed({ period: Duration.minutes(5), statistic: Stats.SUM }),
      threshold: 1,
      periods: 1,
      text: `SNS could not deliver a Claywatch alert to somebody. Look at the open incidents now, by hand. For SMS check the sandbox, the monthly spend limit and the number's registration in SNS, Text messaging; for e-mail whether the subscription is confirmed; for a chat channel the policy of its queue. To look at all of it: npx claywatch doctor.`,
    },
    {
      name: 'alerts-undelivered',
      metric: queueMetric(`${props.installation}-undelivered`, 'ApproximateNumberOfMessagesVisible', minutes),
      threshold: 1,
      periods: 1,
      text: `SNS gave up delivering a Claywatch alert; the queue ${props.installation}-undelivered keeps it. Tell its recipient another way, mend the subscription, then purge the queue. This stays in alarm until the queue is empty, at most 14 days.`,
    },
    ofTable(props),
    ...ofMetrics(props, deadManPeriods),
    ...(props.pages ? ofPages(props.pages, props.installation) : []),
    ...(props.smsSpendLimitUsd === undefined ? [] : [ofSms(props.smsSpendLimitUsd)]),
  ];
};

const ofTable = ({ tableName }: OwnAlarmsProps): AlarmDefinition => {
  const period = Duration.minutes(1);
  const throttled = (metricName: string) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: tableName },
      statistic: Stats.SUM,
      period,
    });
  return {
    name: 'table-throttled',
    toldBy: ['endpoint-shedding', 'watch-failures-kept'],
    metric: new MathExpression({
      expression: 'FILL(reads, 0) + FILL(writes, 0)',
      usingMetrics: { reads: throttled('ReadThrottleEvents'), writes: throttled('WriteThrottleEvents') },
      period,
      label: 'throttled',
    }),
    threshold: 1,
    periods: 5,
    breaching: 3,
    text: 'DynamoDB throttles the table of Claywatch, for minutes on end. What it is asked is tried again; rows wait, and senders and Clay may be answered 429. A table on demand grows by itself within minutes to half an hour; beyond that see Service Quotas, Amazon DynamoDB, for the units of a table.',
  };
};

/** Of what Claywatch measures of itself; without metrics there is nothing to look at. */
const ofMetrics = (
  { installation, description, metrics }: OwnAlarmsProps,
  deadManPeriods: number,
): readonly AlarmDefinition[] => {
  if (metrics === 'off') return [];
  const { everyMinutes } = description.trigger;
  const own = (metricName: MetricName, period: Duration) =>
    new Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { Installation: installation },
      statistic: Stats.MAXIMUM,
      period,
    });
  // These come by way of the log, a little later than Lambda's own.
  const periods = deadManPeriods + 2;
  return [
    {
      name: 'watch-not-finishing',
      metric: own('WatchDelay', Duration.minutes(everyMinutes)),
      threshold: 0,
      below: true,
      periods,
      missing: TreatMissingData.BREACHING,
      text: `No run of Claywatch has ended for ${periods * everyMinutes} minutes, whether or not any was started: nothing watches Clay. Read the lines with level WARN or ERROR in CloudWatch Logs, log group /aws/lambda/${installation}-${description.name}; if it has none, see the alarm ${installation}-watch-not-running. Meanwhile run: npx claywatch triage.`,
    },
    {
      name: 'messages-undelivered',
      metric: own('OldestUndelivered', Duration.minutes(5)),
      threshold: UNDELIVERED_SECONDS,
      periods: 1,
      text: `A message about an incident has been owed for ${UNDELIVERED_SECONDS / 60} minutes, and nobody has it: neither its channel nor e-mail took it. Look at the open incidents now: npx claywatch incidents list. Then see which way is shut: npx claywatch doctor.`,
    },
  ];
};

const ofSms = (limitUsd: number): AlarmDefinition => ({
  name: 'sms-spend',
  metric: new Metric({
    namespace: 'AWS/SNS',
    metricName: 'SMSMonthToDateSpentUSD',
    statistic: Stats.MAXIMUM,
    period: Duration.hours(1),
  }),
  threshold: Math.round(limitUsd * SMS_SPENT_SHARE * 100) / 100,
  periods: 1,
  // It is published with an SMS, and not in between: what was spent stays spent.
  missing: TreatMissingData.IGNORE,
  text: `The SMS of this account have cost ${SMS_SPENT_SHARE * 100} % or more of what the deployment says is its limit for a month (${limitUsd} USD). Once it is reached, SNS drops every SMS of every application here, without an error to anybody: nobody is woken. Look at the limit itself in SNS, Text messaging, Account spend limit, and ask AWS Support to raise it; or see whether another application sends them. Then deploy with -c smsSpendLimitUsd=N. Until then have urgent messages go by another channel too.`,
});

const ofPages = (topic: ITopic, installation: string): readonly AlarmDefinition[] => [
  {
    name: 'pages-failing',
    metric: topic.metricNumberOfNotificationsFailed({ period: Duration.minutes(5), statistic: Stats.SUM }),
    threshold: 1,
    periods: 1,
    text: `SNS could not deliver a page to somebody whom an escalation names. Look at the open incidents now, and call them: npx claywatch incidents list. Then see what is wrong with their address or number: npx claywatch doctor.`,
  },
  {
    name: 'pages-undelivered',
    metric: queueMetric(`${pagesTopicName(installation)}-undelivered`, 'ApproximateNumberOfMessagesVisible', {
      period: Duration.minutes(1),
      statistic: Stats.MAXIMUM,
    }),
    threshold: 1,
    periods: 1,
    text: `SNS gave up delivering a page to somebody whom an escalation names; the queue ${pagesTopicName(installation)}-undelivered keeps it. Call them, see what is wrong with their address or number (npx claywatch doctor), then purge the queue. This stays in alarm until the queue is empty, at most 14 days.`,
  },
];
