import { type App, Stack, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { ConfigInput } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { Claywatch, type ClaywatchProps } from './claywatch.ts';
import type { DeploymentOptions } from './options.ts';
import { addOutputs } from './outputs.ts';

/**
 * Adds one installation to an app: two stacks named after it. Without account and region, so that it needs no
 * credentials and deploys wherever those of the moment point.
 */
export const defineInstallation = (
  app: App,
  config: ConfigInput & { readonly installation: string },
  options: DeploymentOptions = {},
) => {
  const { installation } = config;
  if (app.node.tryFindChild(`${installation}-stateful`)) {
    throw new ClaywatchError(
      'config.invalid',
      `Two configurations are named "${installation}".`,
      'Give each installation another name: the key installation.',
    );
  }
  const stateful = new Stack(app, `${installation}-stateful`, {
    description: 'Claywatch: state, secrets and topics. Kept when deleted.',
    terminationProtection: options.removal !== 'destroy',
  });
  const stateless = new Stack(app, `${installation}-stateless`, {
    description: 'Claywatch: functions, schedules, subscriptions and alarms.',
  });
  const { tableKey, ...others } = options;
  // The id is left out of the names of resources, so that they are those of stacks with nothing around.
  const claywatch = new Claywatch(stateless, 'Default', {
    config,
    stateScope: stateful,
    ...others,
    ...(tableKey !== undefined && { tableKey: keyOf(stateful, tableKey) }),
  });
  addOutputs(stateful, claywatch.state.outputs);
  addOutputs(stateless, claywatch.runtime.outputs);
  return { claywatch, stateful, stateless };
};

const keyOf = (scope: Stack, given: string): NonNullable<ClaywatchProps['tableKey']> =>
  given === 'aws-owned' || given === 'aws-managed' || given === 'customer-managed'
    ? given
    : Key.fromKeyArn(scope, 'TableKey', given);

/** Has cdk-nag look at every synthesis of an app. */
export const checkWithNag = (app: App): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
};
