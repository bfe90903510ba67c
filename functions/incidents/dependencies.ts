import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { incidentPolicy } from '../../shared/incident/policy.ts';
import { linkKey } from '../../shared/link/links.ts';
import { createAccess } from './access.ts';
import type { IncidentsEnvironment } from './environment.ts';
import type { IncidentsDependencies } from './handler.ts';

/** Makes every adapter that `incidents` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: IncidentsEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<IncidentsDependencies> => {
  const config = await loadConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const secrets = createSecretReader({ env, clock });
  const { respond } = config;
  return {
    store: createDynamoIncidentStore({ client: createDynamoClient(), tableName: environment.TABLE_NAME }),
    policy: incidentPolicy(config),
    clock,
    access: createAccess({ respond, secrets, clock, onFault }),
    key: async () =>
      respond.linkSecret === undefined ? null : linkKey(await secrets.read(respond.linkSecret)),
    onFault,
  };
};
