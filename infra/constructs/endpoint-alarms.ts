import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ROUTES as CONSOLE } from '../../functions/console/routes.ts';
import type { Route } from '../../functions/manifest.ts';
import type { HttpEndpoint } from './http-endpoint.ts';
import { type AlarmDefinition, type OperatorAlarmsProps, operatorAlarms } from './operator-alarms.ts';

export interface EndpointAlarmsProps extends OperatorAlarmsProps {
  readonly endpoint: HttpEndpoint;
  readonly functions: readonly {
    readonly name: string;
    readonly function: LambdaFunction;
    /** What it means that this function does not answer; undefined: the alarms of the endpoint tell enough. */
    readonly without: string | undefined;
  }[];
}

const sum = { period: Duration.minutes(1), statistic: Stats.SUM };
/** Whoever asks a function that cannot answer gets a 429, or else a 5xx; the access log says of which function. */
const FUNCTION_TOLD_BY = ['endpoint-shedding', 'endpoint-failing'];
const LOG = 'CloudWatch Logs, log group';

/*
 * Left out of counts: 429 to whoever failed to sign in too often, which takes nothing from anybody else, and 401 to a page
 * that asks whether somebody is signed in.
 */

/** Alarms on the endpoint: what it cannot take, Clay repeats once or not at all, and senders of rows as they please. */
export class EndpointAlarms extends Construct {
  constructor(scope: Construct, id: string, props: EndpointAlarmsProps) {
    super(scope, id);
    const { installation, endpoint } = props;
    const counted = (name: string, status: string, but: Route) =>
      new MetricFilter(this, `${name}-count`, {
        logGroup: endpoint.accessLog,
        filterPattern: FilterPattern.all(
          FilterPattern.stringValue('$.status', '=', status),
          FilterPattern.stringValue('$.route', '!=', but),
        ),
        metricNamespace: 'Claywatch',
        metricName: `${installation}-${name}`,
        metricValue: '1',
      }).metric(sum);

    operatorAlarms(this, props, [
      {
        name: 'endpoint-failing',
        metric: endpoint.stage.metricServerError(sum),
        threshold: 1,
        periods: 3,
        breaching: 2,
        text: `Claywatch's endpoint answers 5xx, and Clay does not send such a row again: it is lost. Senders of rows were not told that theirs were taken. Read functionError in ${LOG} /aws/vendedlogs/${installation}-endpoint, and the AWS Health Dashboard for API Gateway and Lambda.`,
      },
      {
        name: 'endpoint-shedding',
        metric: counted('endpoint-shedding', '429', CONSOLE.signIn),
        threshold: 1,
        periods: 3,
        breaching: 2,
        text: `Claywatch's endpoint answers 429. Clay repeats such a row once, or as often as its column says, and then loses it; a sender of rows must send again, and whoever opens or acts on an incident must try again. Read functionError in ${LOG} /aws/vendedlogs/${installation}-endpoint and the lines with level WARN or ERROR of ${props.functions.map(({ name }) => `/aws/lambda/${installation}-${name}`).join(' and ')}: a throttled store or function, or a secret that cannot be read.`,
      },
      {
        name: 'endpoint-unauthorized',
        metric: counted('endpoint-unauthorized', '401', CONSOLE.session),
        threshold: 10,
        periods: 5,
        breaching: 3,
        text: `Claywatch's endpoint refuses requests whose secret is wrong, for minutes on end. If a secret was changed, look whether Clay's HTTP API column and every sender have the new one, and give the old one as previousSecret meanwhile; rows that Clay sends so are lost. Look likewise at programs that act on incidents, at who signs in to the console, and at the signing secret of the Slack app. If not, somebody is trying: nothing needs to be done.`,
      },
      ...props.functions.flatMap(({ name, without, function: target }): readonly AlarmDefinition[] =>
        without === undefined
          ? []
          : [
              {
                name: `${name}-failing`,
                toldBy: FUNCTION_TOLD_BY,
                metric: target.metricErrors(sum),
                threshold: 1,
                periods: 3,
                breaching: 2,
                text: `The function ${installation}-${name} dies or runs out of time, so ${without}. Read the lines with level ERROR in ${LOG} /aws/lambda/${installation}-${name}: error_code and remedy say what to do.`,
              },
              {
                name: `${name}-throttled`,
                toldBy: FUNCTION_TOLD_BY,
                metric: target.metricThrottles(sum),
                threshold: 1,
                periods: 3,
                breaching: 2,
                text: `The function ${installation}-${name} is throttled, so ${without}: the account is at its limit of concurrent executions. See Service Quotas, AWS Lambda.`,
              },
            ],
      ),
    ]);
  }
}
