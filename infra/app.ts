import { App } from 'aws-cdk-lib';
import { loadConfig } from '../shared/config/load.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { defineInstallation, deploymentOptions } from './define.ts';

// `cdk synth|deploy [-c config=FILE]`: without FILE, the claywatch.config file of this directory.
try {
  const app = new App({ analyticsReporting: false });
  const config = await loadConfig(app.node.tryGetContext('config'));
  defineInstallation(app, config, deploymentOptions(app));
  app.synth();
} catch (error) {
  if (!(error instanceof ClaywatchError || error instanceof RangeError)) throw error;
  const remedy = error instanceof ClaywatchError ? `\n${error.remedy}` : '';
  process.stderr.write(`${error.message}${remedy}\n`);
  process.exitCode = 1;
}
