import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/**
 * `all`: every alarm. `lean`: without those of which another one tells too, a little later or less to the point: an alarm
 * costs 0.10 USD a month for each metric that it looks at, beyond the ten that an account has free.
 */
export type AlarmSet = 'all' | 'lean';

export interface OperatorAlarmsProps {
  readonly installation: string;
  readonly operators: ITopic;
  readonly alarms: AlarmSet;
}

export interface AlarmDefinition {
  readonly name: string;
  /** Others, one of which rings whenever this does: `lean` does without it. */
  readonly toldBy?: readonly string[];
  readonly metric: IMetric;
  readonly threshold: number;
  readonly below?: true;
  readonly periods: number;
  /** Of `periods`; default: all. */
  readonly breaching?: number;
  readonly missing?: TreatMissingData;
  /** What it means, and what to do: it is all that the e-mail of the alarm says. */
  readonly text: string;
}

/** Alarms that tell the operators of trouble and of its end. */
export const operatorAlarms = (
  scope: Construct,
  { installation, operators, alarms }: OperatorAlarmsProps,
  definitions: readonly AlarmDefinition[],
): readonly Alarm[] => {
  const action = new SnsAction(operators);
  const chosen = alarms === 'all' ? definitions : definitions.filter(({ toldBy }) => toldBy === undefined);
  return chosen.map((definition) => {
    const alarm = new Alarm(scope, definition.name, {
      alarmName: `${installation}-${definition.name}`,
      alarmDescription: definition.text,
      metric: definition.metric,
      threshold: definition.threshold,
      comparisonOperator: definition.below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: definition.periods,
      datapointsToAlarm: definition.breaching ?? definition.periods,
      treatMissingData: definition.missing ?? TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  });
};
