import { Duration } from 'aws-cdk-lib';
import { type Alarm, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { FunctionDescription } from '../../functions/manifest.ts';
import { channelDeadLetterQueueName, channelQueueName } from '../../shared/config/alerting.ts';
import { type AlarmDefinition, type OperatorAlarmsProps, operatorAlarms } from './operator-alarms.ts';
import { queueMetric } from './queue-metric.ts';

export interface ChannelAlarmsProps extends OperatorAlarmsProps {
  readonly description: FunctionDescription;
  readonly function: LambdaFunction;
  readonly channels: readonly string[];
  /** What a channel has not taken by then goes by e-mail as well. */
  readonly fallbackAfterMinutes: number;
}

/** What is never so late that it is worth a mail. */
const SHORTEST_WAIT_MINUTES = 10;
/** Messages that are never gone for so long, in periods of five minutes, are not one busy moment after the other. */
const NEVER_EMPTY_PERIODS = 3;

const sum = { period: Duration.minutes(1), statistic: Stats.SUM };
const LOG = 'CloudWatch Logs, log group';
const DOCTOR = 'npx claywatch doctor';
const MEANWHILE = 'What it does not take goes by e-mail meanwhile.';

/** Alarms on the way of messages to chat channels, told by a way that does not depend on it. */
export class ChannelAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: ChannelAlarmsProps) {
    super(scope, id);
    this.alarms = operatorAlarms(this, props, [
      ...ofFunction(props),
      ...props.channels.flatMap((channel) => ofChannel(channel, props)),
    ]);
  }
}

const ofFunction = ({
  installation,
  description: { name },
  function: notify,
  channels,
}: ChannelAlarmsProps): readonly AlarmDefinition[] => [
  {
    name: `${name}-failing`,
    metric: notify.metricErrors(sum),
    threshold: 1,
    periods: 3,
    breaching: 2,
    text: `The function that hands messages to chat channels fails. Faults of a provider do not cause this. ${MEANWHILE} Read the lines with level ERROR in ${LOG} /aws/lambda/${installation}-${name}: error_code and remedy say what to do.`,
  },
  {
    name: `${name}-throttled`,
    toldBy: channels.map((channel) => `channel-failing-${channel}`),
    metric: notify.metricThrottles(sum),
    threshold: 1,
    periods: 3,
    breaching: 2,
    text: `The function that hands messages to chat channels is throttled, so they come late. ${MEANWHILE} Its reserved concurrency is 0, or the account is at its limit of concurrent executions: see Service Quotas, AWS Lambda.`,
  },
];

const ofChannel = (
  channel: string,
  { installation, description, fallbackAfterMinutes }: ChannelAlarmsProps,
): readonly AlarmDefinition[] => {
  const waitMinutes = Math.max(SHORTEST_WAIT_MINUTES, 2 * fallbackAfterMinutes);
  const least = { period: Duration.minutes(5), statistic: Stats.MINIMUM };
  const name = channelQueueName(installation, channel);
  const deadLetters = channelDeadLetterQueueName(installation, channel);
  return [
    {
      name: `channel-waiting-${channel}`,
      metric: queueMetric(name, 'ApproximateAgeOfOldestMessage', {
        period: Duration.minutes(5),
        statistic: Stats.MAXIMUM,
      }),
      threshold: Duration.minutes(waitMinutes).toSeconds(),
      periods: 1,
      text: `Messages for the channel ${channel} have waited for ${waitMinutes} minutes in the queue ${name}. ${MEANWHILE} Look whether the trigger of the function ${installation}-${description.name} on that queue is enabled, and read the lines with level WARN or ERROR in ${LOG} /aws/lambda/${installation}-${description.name}.`,
    },
    {
      name: `channel-failing-${channel}`,
      // The age above leaves out what was received three times, which is what a provider that is down does to it.
      metric: new MathExpression({
        expression: 'visible + hidden',
        usingMetrics: {
          visible: queueMetric(name, 'ApproximateNumberOfMessagesVisible', least),
          hidden: queueMetric(name, 'ApproximateNumberOfMessagesNotVisible', least),
        },
        period: Duration.minutes(5),
        label: 'messages that were never all gone',
      }),
      threshold: 1,
      periods: NEVER_EMPTY_PERIODS,
      text: `The channel ${channel} has had messages to take for ${5 * NEVER_EMPTY_PERIODS} minutes and does not take them all: its provider is down, slow or refuses them for now. ${MEANWHILE} They are tried again. See what it says to its key: ${DOCTOR}. Then look at the provider's status page.`,
    },
    {
      name: `channel-undelivered-${channel}`,
      metric: queueMetric(deadLetters, 'ApproximateNumberOfMessagesVisible', {
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
      threshold: 1,
      periods: 1,
      text: `A message for the channel ${channel} is set aside for good in the queue ${deadLetters}: SNS could not put it into ${name}, or nobody could read it there. It went by e-mail instead. Read it, and the lines with level WARN or ERROR in ${LOG} /aws/lambda/${installation}-${description.name}; mend the reason, then purge the queue. This stays in alarm until the queue is empty, at most 14 days.`,
    },
  ];
};
