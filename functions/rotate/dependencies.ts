import packageJson from '../../package.json' with { type: 'json' };
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoRotationStore } from '../../shared/aws/dynamodb/rotation-store.ts';
import { createDynamoSecretUseLog } from '../../shared/aws/dynamodb/secret-use-log.ts';
import { createSecretsClient } from '../../shared/aws/secrets/client.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { createSecretVersions } from '../../shared/aws/secrets/versions.ts';
import { systemClock } from '../../shared/clock.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import { readConfig } from '../configuration.ts';
import type { RotateEnvironment } from './environment.ts';
import type { RotateDependencies } from './handler.ts';

/** Makes every adapter that `rotate` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: RotateEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<RotateDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  // As large as all the rest: more than a start should take.
  const { createCheck } = await import('../../shared/rotate/check.ts');
  const clock = systemClock;
  const client = createSecretsClient();
  const table = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  return {
    config,
    clock,
    versions: createSecretVersions(client),
    states: createDynamoRotationStore(table),
    uses: createDynamoSecretUseLog(table),
    check: createCheck({
      config,
      clock,
      http: createNodeClient({ version: packageJson.version }),
      secrets: createSecretReader({ env, clock, secretsManager: () => client }),
    }),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    onFault,
  };
};
