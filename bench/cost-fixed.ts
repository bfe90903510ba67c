import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { defineInstallation } from '../infra/define.ts';
import { parseConfig } from '../shared/config/parse.ts';
import type { ConfigInput } from '../shared/config/schema.ts';
import type { Usage } from './prices.ts';

const { context } = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8'));

interface Alarm {
  readonly Properties: { readonly Metrics?: readonly { readonly MetricStat?: unknown }[] };
}

/** Metrics that an alarm looks at, each of which is billed. */
const metricsOf = ({ Properties: { Metrics } }: Alarm): number =>
  Metrics ? Metrics.filter(({ MetricStat }) => MetricStat).length : 1;

/** Of its own metrics the only one that is published where nothing happens (docs/observability.md). */
const METRICS_IDLE = 1;

/** What an installation costs for being there, counted in the templates that it is deployed with. */
export const fixedOf = (input: ConfigInput): Usage => {
  const app = new App({ context, analyticsReporting: false });
  const { stateful, stateless } = defineInstallation(
    app,
    parseConfig(input, 'the configuration of the bench'),
  );
  const templates = [stateful, stateless].map((stack) => Template.fromStack(stack));
  const found = (type: string) =>
    templates.flatMap((template) => Object.values(template.findResources(type)));
  return {
    alarmMetricMonths: (found('AWS::CloudWatch::Alarm') as Alarm[]).reduce(
      (sum, one) => sum + metricsOf(one),
      0,
    ),
    metricMonths: METRICS_IDLE,
    dashboardMonths: found('AWS::CloudWatch::Dashboard').length,
    secretMonths: found('AWS::SecretsManager::Secret').length,
    keyMonths: found('AWS::KMS::Key').length,
  };
};
