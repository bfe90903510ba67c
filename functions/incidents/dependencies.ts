import packageJson from '../../package.json' with { type: 'json' };
import { createSecretsClient } from '../../shared/aws/secrets/client.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { readConfig } from '../configuration.ts';
import { createAccess } from '../http/access.ts';
import { createUseNotes } from '../http/secret-use.ts';
import { later } from '../later.ts';

import type { IncidentsEnvironment } from './environment.ts';
import type { IncidentsDependencies } from './handler.ts';
import { createLinkKeys } from './link-keys.ts';
import { createSignedBySlack } from './signed-by-slack.ts';

/**
 * Makes every adapter that `incidents` needs; reads the configuration and opens no connection. Before anything is shown or
 * done a secret is read; the stores are loaded while that is on its way.
 */
export const createDependencies = async (
  environment: IncidentsEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<IncidentsDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock, secretsManager: createSecretsClient });
  const { respond } = config;
  const stores = later(async () => {
    const { createStores } = await import('./stores.ts');
    return createStores({ tableName: environment.TABLE_NAME, clock, rows: config.rows });
  });
  const noteUse = createUseNotes({ log: stores.methods('uses', 'note'), clock, onFault });
  return {
    store: stores.methods('incidents', 'current', 'byId', 'write', 'active', 'list'),
    policy: incidentPolicy(config),
    clock,
    timeZone: config.incidents.calendar.timeZone,
    proof: stores.methods('proof', 'ofIncident'),
    draftFor: async (incident, audience) => {
      const { draftUpdate } = await import('../../shared/notify/drafts.ts');
      return draftUpdate(incident, audience, config, clock.now()).text;
    },
    postmortem: async (incident, format) => {
      const { postmortemText } = await import('../../shared/respond/postmortem-text.ts');
      return postmortemText(incident, format, await stores.get(), { config, now: clock.now() });
    },
    signedBySlack: createSignedBySlack({ channels: config.notify.slack, secrets, clock, onFault, noteUse }),
    http: createNodeClient({ version: packageJson.version }),
    access: createAccess({
      ...{ respond, console: config.console, secrets, clock, onFault },
      noteUse: (role, use) => noteUse(`respond/${role}`, use),
    }),
    keys: createLinkKeys({ reference: respond.linkSecret, secrets, clock }),
    onFault,
  };
};
