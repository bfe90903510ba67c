import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Config } from '../shared/config/schema.ts';
import { StatefulStack } from './stateful-stack.ts';
import { StatelessStack } from './stateless-stack.ts';

/** What the account decides, not the product: `cdk deploy -c name=value`. */
export interface DeploymentOptions {
  /**
   * Instances reserved for `watch`. New AWS accounts have so few that none may be reserved: `none` there, and then
   * other functions of the account can starve Claywatch. Default 2: one run, and one that repeats or overlaps it.
   */
  readonly reservedConcurrency: number | undefined;
}

const RESERVED_CONCURRENCY = 2;

/** Reads `-c reservedConcurrency=N|none`. Throws a RangeError that names it for anything else. */
export const deploymentOptions = (app: App): DeploymentOptions => {
  const given: unknown = app.node.tryGetContext('reservedConcurrency');
  if (given === undefined) return { reservedConcurrency: RESERVED_CONCURRENCY };
  if (given === 'none') return { reservedConcurrency: undefined };
  const reservedConcurrency = Number(given);
  if (!Number.isInteger(reservedConcurrency) || reservedConcurrency < 1) {
    throw new RangeError(`-c reservedConcurrency=${given}: must be a whole number from 1, or none`);
  }
  return { reservedConcurrency };
};

/**
 * Adds one installation to an app: two stacks named after it, checked by cdk-nag when they are synthesized. Without
 * account and region, so that it needs no credentials and deploys wherever those of the moment point.
 */
export const defineInstallation = (app: App, config: Config, options: DeploymentOptions) => {
  const { installation } = config;
  const stateful = new StatefulStack(app, `${installation}-stateful`, config, {
    description: 'Claywatch: state, secrets and topics. Kept when deleted.',
    terminationProtection: true,
  });
  const stateless = new StatelessStack(app, `${installation}-stateless`, config, {
    description: 'Claywatch: functions, schedules, subscriptions and alarms.',
    state: stateful,
    ...options,
  });
  Tags.of(app).add('claywatch:installation', installation);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { stateful, stateless };
};
