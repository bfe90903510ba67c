import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { functionsOf } from '../../functions/manifest.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { missing, titled, world } from './world.ts';

describe.skipIf(missing)(titled('the deployed stacks'), () => {
  it('are what the application synthesizes: cdk diff finds no difference', async () => {
    const said = await world().cdk('diff', '--app', world().assembly, '--fail');
    expect(said).toContain('Number of stacks with differences: 0');
  });

  it('run every function of the manifest on Node 24', async () => {
    const { aws, installation, configFile } = world();
    for (const { name, timeoutSeconds, memoryMb } of Object.values(
      functionsOf(await loadConfig(configFile)),
    )) {
      const found = await aws.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: `${installation}-${name}` }),
      );
      expect(found).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Timeout: timeoutSeconds,
        MemorySize: memoryMb,
      });
    }
  });

  it('are in an account where rights are enforced: a key that nobody issued opens nothing', async () => {
    await expect(world().strangers().sqs.send(new ListQueuesCommand({}))).rejects.toThrow(
      /security token|InvalidClientTokenId|not authorized|AccessDenied/i,
    );
  });

  it('leave nothing to fill but secrets that the templates made empty', () => {
    expect(world().filledSecrets).toEqual([
      'deployed/BUS_KEY',
      'deployed/CLAY_API_KEY',
      'deployed/CLAY_CALLBACK_SECRET',
      'deployed/CLAY_WEBHOOK_TOKEN',
      'deployed/CLAY_WEBHOOK_URL',
      'deployed/CLAY_WEBHOOK_URL_2',
      'deployed/CLAY_WEBHOOK_URL_3',
      'deployed/RELAY_SECRET',
      'deployed/RESPOND_SECRET',
      'deployed/SESSION_KEY',
    ]);
  });
});
