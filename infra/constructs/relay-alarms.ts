import { Duration } from 'aws-cdk-lib';
import { type Alarm, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type {
  CallTrigger,
  FunctionDescription,
  HttpTrigger,
  ScheduleTrigger,
} from '../../functions/manifest.ts';
import { deadLetterQueueName, rowQueuePrefix } from '../../shared/config/relayed.ts';
import { type AlarmDefinition, type OperatorAlarmsProps, operatorAlarms } from './operator-alarms.ts';
import { queueMetric } from './queue-metric.ts';

interface Deployed<Trigger> {
  readonly description: FunctionDescription & { readonly trigger: Trigger };
  readonly function: LambdaFunction;
}

export interface RelayAlarmsProps extends OperatorAlarmsProps {
  readonly relay: Deployed<HttpTrigger>;
  readonly forward: Deployed<ScheduleTrigger>;
  /** What carries out replays. */
  readonly replay: Deployed<CallTrigger>;
  /** Of the endpoint that the relay answers at. */
  readonly accessLog: ILogGroup;
  /** Those that take rows. */
  readonly feeds: readonly string[];
}

/** The schedule starts a forwarder every minute: five turns that did not come are no accident. */
const MISSED_MINUTES = 5;
/** Share of the timeout beyond which a forwarder is called slow; one that ends by itself takes half of it. */
const SLOW_SHARE = 0.8;
/** A request of 500 rows takes well under a second; a sender that waits longer than this may give up and repeat. */
const SLOW_RELAY_MS = 5_000;
/**
 * Rows that wait are no fault by themselves: a hold is an incident, and people know of it. But every hold that anybody
 * knows of ends within a day, or somebody has forgotten it.
 */
const WAITING_HOURS = 24;
/**
 * SQS deletes a message after 14 days. The forwarder puts what is twelve days old in anew; half a day later it evidently
 * did not, and a day and a half is left to act.
 */
const EXPIRING_HOURS = 300;

const sum = { period: Duration.minutes(1), statistic: Stats.SUM };
const LOG = 'CloudWatch Logs, log group';

/** Alarms on the way of rows to Clay: whatever stops it without an incident of its own. */
export class RelayAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: RelayAlarmsProps) {
    super(scope, id);
    const [route] = props.relay.description.trigger.routes;
    const refused = new MetricFilter(this, 'Refused', {
      logGroup: props.accessLog,
      // 401 and 429 have alarms of their own.
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue('$.route', '=', route),
        FilterPattern.stringValue('$.status', '=', '4*'),
        FilterPattern.stringValue('$.status', '!=', '401'),
        FilterPattern.stringValue('$.status', '!=', '429'),
      ),
      metricNamespace: 'Claywatch',
      metricName: `${props.installation}-rows-refused`,
      metricValue: '1',
    });
    this.alarms = operatorAlarms(this, props, [
      ...ofRelay(props, refused),
      ...ofForward(props),
      ofReplay(props),
      ...props.feeds.flatMap((feed) => ofQueue(props.installation, feed)),
      ofDeadLetters(props),
    ]);
  }
}

const ofRelay = (
  { installation, relay }: RelayAlarmsProps,
  refused: MetricFilter,
): readonly AlarmDefinition[] => [
  {
    name: 'rows-refused',
    metric: refused.metric(sum),
    threshold: 10,
    periods: 5,
    breaching: 3,
    text: `A sender's requests are refused whole, for minutes on end: 400, 409, 413 or 415. Every answer says why, row by row; the sender has it, Claywatch keeps nothing of it. Look at what the sender logs, and at its latest change. Status and feed of each are in the lines "not taken" in ${LOG} /aws/lambda/${installation}-${relay.description.name}.`,
  },
  {
    name: 'relay-slow',
    metric: relay.function.metricDuration({ period: Duration.minutes(1), statistic: Stats.percentile(99) }),
    threshold: SLOW_RELAY_MS,
    periods: 5,
    breaching: 3,
    text: `Taking rows takes more than ${SLOW_RELAY_MS / 1_000} seconds; beyond ${relay.description.timeoutSeconds} senders are answered 429. No row that was answered 202 is lost. Usually SQS, DynamoDB or Secrets Manager answers slowly: see the AWS Health Dashboard, and ${LOG} /aws/lambda/${installation}-${relay.description.name}.`,
  },
];

const ofForward = ({ installation, forward }: RelayAlarmsProps): readonly AlarmDefinition[] => {
  const { name, timeoutSeconds } = forward.description;
  const fn = `${installation}-${name}`;
  const log = `${LOG} /aws/lambda/${fn}`;
  return [
    {
      name: `${name}-not-running`,
      metric: forward.function.metricInvocations(sum),
      threshold: 1,
      below: true,
      periods: MISSED_MINUTES,
      missing: TreatMissingData.BREACHING,
      text: `Nothing has sent rows to Clay for ${MISSED_MINUTES} minutes; they are taken and wait in their queues, for at most 14 days. Look whether the schedule ${fn} in EventBridge Scheduler is enabled, and whether the function's reserved concurrency is above 0. To send rows meanwhile: aws lambda invoke --function-name ${fn} --invocation-type Event /dev/null.`,
    },
    {
      name: `${name}-failing`,
      metric: forward.function.metricErrors(sum),
      threshold: 1,
      periods: 3,
      breaching: 2,
      text: `The function that sends rows to Clay fails or is cut off. Faults of Clay do not cause this. Rows wait in their queues and none is lost, but some may be sent late. Read the lines with level ERROR in ${log}: error_code and remedy say what to do.`,
    },
    {
      name: `${name}-throttled`,
      toldBy: [`${name}-not-running`],
      // Being turned away is how too many of them are kept from running at once; being all turned away is not.
      metric: new MathExpression({
        expression: 'IF(FILL(running, 0) < 1, FILL(turnedaway, 0), 0)',
        usingMetrics: {
          running: forward.function.metricInvocations(sum),
          turnedaway: forward.function.metricThrottles(sum),
        },
        period: Duration.minutes(1),
        label: 'turned away while none ran',
      }),
      threshold: 1,
      periods: 3,
      breaching: 2,
      text: `No function that sends rows to Clay is started: Lambda throttles it. Rows wait in their queues. Its reserved concurrency is 0, or the account is at its limit of concurrent executions: see Service Quotas, AWS Lambda.`,
    },
    {
      name: `${name}-slow`,
      metric: forward.function.metricDuration({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      threshold: timeoutSeconds * 1_000 * SLOW_SHARE,
      periods: 3,
      breaching: 2,
      text: `The function that sends rows to Clay works for more than ${timeoutSeconds * SLOW_SHARE} of its ${timeoutSeconds} seconds, though it means to end after little more than 60; beyond that it is cut off, and rows under way then may reach Clay twice. Usually SQS or DynamoDB answers slowly: see the AWS Health Dashboard, and ${log}.`,
    },
  ];
};

/** It is called again twice when it fails, and then nobody goes on. */
const ofReplay = ({
  installation,
  replay: { description, function: target },
}: RelayAlarmsProps): AlarmDefinition => ({
  name: `${description.name}-failing`,
  metric: target.metricErrors(sum),
  threshold: 1,
  periods: 5,
  breaching: 2,
  text: `A replay fails or is cut off, again and again. Rows that it has queued are sent, none is lost, and none is queued twice when it is resumed. Read the lines with level ERROR in ${LOG} /aws/lambda/${installation}-${description.name}, then resume it in the console or by npx claywatch replay --resume.`,
});

const ofQueue = (installation: string, feed: string): readonly AlarmDefinition[] => {
  const metric = queueMetric(`${rowQueuePrefix(installation)}${feed}`, 'ApproximateAgeOfOldestMessage', {
    period: Duration.minutes(5),
    statistic: Stats.MAXIMUM,
  });
  return [
    {
      name: `rows-waiting-${feed}`,
      metric,
      threshold: Duration.hours(WAITING_HOURS).toSeconds(),
      periods: 1,
      text: `Rows of the feed ${feed} have waited for ${WAITING_HOURS} hours to be sent to Clay. Look what holds them: npx claywatch status. If somebody held the feed and it is time: npx claywatch resume ${feed}. If more arrive than Clay takes, ask Clay's support for a higher rate. Nothing is lost yet.`,
    },
    {
      name: `rows-expiring-${feed}`,
      metric,
      threshold: Duration.hours(EXPIRING_HOURS).toSeconds(),
      periods: 1,
      text: `CRITICAL: rows of the feed ${feed} have waited for more than 12 days, and SQS deletes them after 14. The forwarder puts rows of that age in anew, so it does not run or cannot: see the alarms that begin with forward. Look what holds them: npx claywatch status. Then send them, npx claywatch resume ${feed}, or copy the queue today.`,
    },
  ];
};

const ofDeadLetters = ({ installation, forward }: RelayAlarmsProps): AlarmDefinition => ({
  name: 'rows-undeliverable',
  metric: queueMetric(deadLetterQueueName(installation), 'ApproximateNumberOfMessagesVisible', {
    period: Duration.minutes(1),
    statistic: Stats.MAXIMUM,
  }),
  threshold: 1,
  periods: 1,
  text: `A row was received 50 times without being settled: whoever handled it died each time. It is in the queue ${deadLetterQueueName(installation)}, until the forwarder takes it from there into the dead letters. Read the lines with level ERROR in ${LOG} /aws/lambda/${installation}-${forward.description.name}, mend the reason, then: npx claywatch dead-letters list FEED, and retry.`,
});
