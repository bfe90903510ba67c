import { randomUUID } from 'node:crypto';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { INSTALLATION } from './installation.ts';
import { missing, titled, world } from './world.ts';

const RELAY_SECRET = `${INSTALLATION}/RELAY_SECRET`;
const API_KEY = `${INSTALLATION}/CLAY_API_KEY`;
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** The status, asked with a secret of senders. */
const as = async (secret: string): Promise<number> =>
  (await world().ask('/v1/status', { headers: { 'x-claywatch-secret': secret } })).status;

const inForce = async (name: string): Promise<string | undefined> =>
  (await world().aws.secrets.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;

/** Invokes the function as Secrets Manager does, since the emulator's RotateSecret calls none; which step failed, if any. */
const rotate = async (name: string, token: string): Promise<(typeof STEPS)[number] | null> => {
  const { secrets, lambda } = world().aws;
  const { ARN } = await secrets.send(new DescribeSecretCommand({ SecretId: name }));
  for (const Step of STEPS) {
    const { FunctionError } = await lambda.send(
      new InvokeCommand({
        FunctionName: `${INSTALLATION}-rotate`,
        Payload: JSON.stringify({ SecretId: ARN, ClientRequestToken: token, Step }),
      }),
    );
    if (FunctionError !== undefined) return Step;
  }
  return null;
};

/** Secrets Manager announces the version of a rotation before its first step: labelled, and without a text. */
const announce = async (name: string): Promise<string> => {
  const token = randomUUID();
  await world().aws.secrets.send(
    new PutSecretValueCommand({ SecretId: name, ClientRequestToken: token, VersionStages: ['AWSPENDING'] }),
  );
  return token;
};

describe.skipIf(missing)(titled('secrets, deployed'), () => {
  it('are picked up by running functions within a minute of a new version', async () => {
    const next = 'simulated-relay-secret-of-tomorrow';
    expect(await as(next)).toBe(401);
    await world().aws.secrets.send(new PutSecretValueCommand({ SecretId: RELAY_SECRET, SecretString: next }));
    await expect.poll(() => as(next), { timeout: 70_000, interval: 2_000 }).toBe(200);
  });

  it('of senders are rotated by four steps, and both are accepted until everybody was seen with the new one', async () => {
    const before = (await inForce(RELAY_SECRET)) ?? '';
    const token = await announce(RELAY_SECRET);
    expect(await rotate(RELAY_SECRET, token)).toBeNull();
    const after = (await inForce(RELAY_SECRET)) ?? '';
    expect(after).not.toBe('');
    expect(after).not.toBe(before);
    await expect.poll(() => as(after), { timeout: 70_000, interval: 2_000 }).toBe(200);
    expect(await as(before)).toBe(200);
    expect(await as(`${after}x`)).toBe(401);
    expect(await rotate(RELAY_SECRET, token)).toBeNull();
    expect(await inForce(RELAY_SECRET)).toBe(after);
  });

  it('of Clay that do not work are never put into force', async () => {
    const before = await inForce(API_KEY);
    await world().aws.secrets.send(
      new PutSecretValueCommand({
        SecretId: API_KEY,
        SecretString: 'simulated-key-that-opens-nothing',
        VersionStages: ['CLAYWATCH_SUPPLIED'],
      }),
    );
    expect(await rotate(API_KEY, await announce(API_KEY))).toBe('testSecret');
    expect(await inForce(API_KEY)).toBe(before);
  });
});
