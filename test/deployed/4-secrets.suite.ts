import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { INSTALLATION } from './installation.ts';
import { missing, titled, world } from './world.ts';

/** Rotation comes here: the emulator's RotateSecret calls no function, so its steps are invoked as Secrets Manager would. */
describe.skipIf(missing)(titled('secrets, deployed'), () => {
  it('are picked up by running functions within a minute of a new version', async () => {
    const next = 'simulated-relay-secret-of-tomorrow';
    const as = (secret: string) => world().ask('/v1/status', { headers: { 'x-claywatch-secret': secret } });
    expect((await as(next)).status).toBe(401);
    await world().aws.secrets.send(
      new PutSecretValueCommand({ SecretId: `${INSTALLATION}/RELAY_SECRET`, SecretString: next }),
    );
    await expect.poll(async () => (await as(next)).status, { timeout: 70_000, interval: 2_000 }).toBe(200);
  });
});
