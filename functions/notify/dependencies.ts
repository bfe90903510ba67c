import packageJson from '../../package.json' with { type: 'json' };
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoChannelMemory } from '../../shared/aws/dynamodb/notify/channel-memory.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createPostpone } from '../../shared/aws/sqs/visibility.ts';
import { systemClock } from '../../shared/clock.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import { createChannels } from '../../shared/notify/channels/create-channels.ts';
import { readConfig } from '../configuration.ts';
import type { NotifyEnvironment } from './environment.ts';
import type { NotifyDependencies } from './handler.ts';

/** Makes every adapter that `notify` needs; reads the configuration and opens no connection. */
export const createDependencies = async (
  environment: NotifyEnvironment,
  env: Readonly<Record<string, string | undefined>>,
  onFault: (error: unknown) => void,
): Promise<NotifyDependencies> => {
  const config = await readConfig(environment.CLAYWATCH_CONFIG);
  const clock = systemClock;
  const store = { client: createDynamoClient(), tableName: environment.TABLE_NAME };
  return {
    installation: config.installation,
    channels: createChannels(config, {
      http: createNodeClient({ version: packageJson.version }),
      secrets: createSecretReader({ env, clock }),
      clock,
    }),
    memoryOf: (channel) => createDynamoChannelMemory({ ...store, channel, clock }),
    incidents: createDynamoIncidentStore(store),
    proof: createDynamoProofLedger(store),
    postpone: createPostpone(createSqsClient()),
    clock,
    onFault,
  };
};
