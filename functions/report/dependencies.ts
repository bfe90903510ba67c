import packageJson from '../../package.json' with { type: 'json' };
import { createSecretsClient } from '../../shared/aws/secrets/client.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { readConfig } from '../configuration.ts';
import { createAccess } from '../http/access.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { later } from '../later.ts';
import type { ReportEnvironment } from './environment.ts';
import type { ReportDependencies } from './handler.ts';

/**
 * Makes every adapter that `report` needs; reads the configuration and opens no connection. Before anything is shown a
 * secret is read; the stores are loaded while that is on its way.
 */
export const createDependencies = async (
  environment: ReportEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<ReportDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const own = later(async () => {
    const { createOwnReports } = await import('./reports.ts');
    return createOwnReports({ config, environment, clock, onFault });
  });
  const noteUse = createUseNotes({ log: own.methods('uses', 'note'), clock, onFault });
  return {
    access: createAccess({
      ...{ respond: config.respond, console: config.console, clock, onFault },
      secrets: createSecretReader({ env, clock, secretsManager: createSecretsClient }),
      noteUse: (role, use) => noteUse(`respond/${role}`, use),
    }),
    reports: own.methods(
      'reports',
      ...(['overview', 'usage', 'feedSeries', 'creditSeries', 'relay'] as const),
      ...(['audit', 'silences', 'replays', 'preflight'] as const),
    ),
    usage: {
      source: { store: { kind: 'table', name: environment.TABLE_NAME }, config: null },
      version: packageJson.version,
    },
    onFault,
  };
};
