import { App } from 'aws-cdk-lib';
import { loadConfig } from '../shared/config/load.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { checkWithNag, defineInstallation } from './define.ts';
import { configFiles, deploymentOptions } from './options.ts';

// `cdk synth|deploy [-c config=FILE,…] [-c option=value]`: without FILE, the claywatch.config file of this directory.
try {
  const app = new App({ analyticsReporting: false });
  const context = (name: string): unknown => app.node.tryGetContext(name);
  const options = deploymentOptions(context);
  for (const file of configFiles(context('config'))) defineInstallation(app, await loadConfig(file), options);
  checkWithNag(app);
  app.synth();
} catch (error) {
  if (!(error instanceof ClaywatchError || error instanceof RangeError)) throw error;
  const remedy = error instanceof ClaywatchError ? `\n${error.remedy}` : '';
  process.stderr.write(`${error.message}${remedy}\n`);
  process.exitCode = 1;
}
