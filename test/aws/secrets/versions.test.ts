import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSenders } from '../../../functions/http/senders.ts';
import { createSecretsClient } from '../../../shared/aws/secrets/client.ts';
import { createSecretReader } from '../../../shared/aws/secrets/reader.ts';
import { createSecretVersions } from '../../../shared/aws/secrets/versions.ts';
import { STAGE } from '../../../shared/rotate/versions.ts';
import { createMemorySecrets, type MemorySecrets } from '../../rotate/memory-secrets.ts';
import { type SecretsServer, startSecretsServer } from '../../rotate/secrets-server.ts';
import { createVirtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

const MINUTE = 60_000;
const REFERENCE = 'secretsmanager:acme/senders#leads';
const value = (leads: string) => JSON.stringify({ leads });

let secrets: MemorySecrets;
let server: SecretsServer;
let client: SecretsManagerClient;
let clock: VirtualClock;

beforeEach(async () => {
  secrets = createMemorySecrets();
  server = await startSecretsServer(secrets);
  client = createSecretsClient({
    endpoint: server.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'fake', secretAccessKey: 'fake' },
    maxAttempts: 1,
  });
  clock = createVirtualClock(Date.UTC(2026, 10, 21));
});
afterEach(() => {
  client.destroy();
  server.stop();
});

const readerOf = () => createSecretReader({ env: {}, clock, secretsManager: () => client });

describe('the versions of a secret in Secrets Manager', () => {
  it('are described, read, written once, and labelled', async () => {
    const versions = createSecretVersions(client);
    const first = secrets.put(value('one'));
    secrets.rotateSecret('token-00000000000000000000000000000001');
    const token = 'token-00000000000000000000000000000001';
    expect(await versions.describe(secrets.arn)).toEqual({
      arn: secrets.arn,
      name: secrets.name,
      stages: { [first]: ['AWSCURRENT'], [token]: ['AWSPENDING'] },
    });
    expect(await versions.read(secrets.arn, { version: token })).toBeNull();
    expect(await versions.putPending(secrets.arn, token, value('two'))).toBe('put');
    expect(await versions.putPending(secrets.arn, token, value('two'))).toBe('put');
    expect(await versions.putPending(secrets.arn, token, value('three'))).toBe('exists');
    expect(await versions.read(secrets.arn, { stage: STAGE.pending })).toEqual({
      version: token,
      text: value('two'),
    });
    expect(await versions.move(secrets.arn, STAGE.current, { to: token, from: 'another' })).toBe('elsewhere');
    expect(await versions.move(secrets.arn, STAGE.current, { to: token, from: first })).toBe('moved');
    expect(secrets.holder('AWSPREVIOUS')).toBe(first);
  });

  it('that may not be touched say what is missing and to whom, and nothing else of the account', async () => {
    secrets.put(value('one'));
    server.denied.add('PutSecretValue');
    const error = await createSecretVersions(client)
      .putPending(secrets.arn, 'token', 'fake-value')
      .catch((caught) => caught);
    expect(error).toMatchObject({
      code: 'secret.forbidden',
      action: 'secretsmanager:PutSecretValue',
      role: 'acme-rotate-role',
    });
    expect(`${error.message} ${error.remedy}`).not.toMatch(/111122223333|fake-value/);
  });
});

describe('a reader during a rotation', () => {
  const rotate = async (leads: string) => {
    const old = secrets.holder(STAGE.current) ?? '';
    await secrets.port.move('', STAGE.alsoValid, { to: old });
    return { old, version: secrets.put(value(leads)) };
  };

  it('knows the old value too, and both by their versions', async () => {
    secrets.put(value('one'));
    const { old, version } = await rotate('two');
    expect(await readerOf().readValid(REFERENCE, 'all')).toEqual([
      { value: 'two', version },
      { value: 'one', version: old },
    ]);
  });

  it('asks for the old one only where somebody needs it, and then as often as for the current one', async () => {
    secrets.put(value('one'));
    await rotate('two');
    const reader = readerOf();
    expect(await reader.readValid(REFERENCE, 'known')).toHaveLength(1);
    expect(server.calls).toEqual(['GetSecretValue']);
    expect(await reader.readValid(REFERENCE, 'fresh')).toHaveLength(2);
    server.calls.length = 0;
    await clock.advance(MINUTE);
    expect(await reader.readValid(REFERENCE, 'known')).toHaveLength(2);
    expect(server.calls.sort()).toEqual(['GetSecretValue', `GetSecretValue ${STAGE.alsoValid}`]);
  });

  it('sees a new value at once when the old one is refused, and a revoked one end within a minute', async () => {
    secrets.put(value('one'));
    const reader = readerOf();
    expect(await reader.read(REFERENCE)).toBe('one');
    const { old } = await rotate('two');
    await clock.advance(10);
    expect(await reader.read(REFERENCE)).toBe('one');
    expect(await reader.readAgain(REFERENCE)).toBe('two');
    expect(await reader.readValid(REFERENCE, 'all')).toHaveLength(2);
    await secrets.port.move('', STAGE.alsoValid, { from: old });
    await clock.advance(MINUTE);
    expect(await reader.readValid(REFERENCE, 'known')).toHaveLength(1);
  });

  it('cannot be made to ask at will: refusals in a row are answered from what is known', async () => {
    secrets.put(value('one'));
    const reader = readerOf();
    for (let second = 0; second < 600; second += 1) {
      await reader.readValid(REFERENCE, 'fresh');
      await clock.advance(1_000);
    }
    // Ten minutes: as often as it is asked anyway, and a few times at the beginning.
    expect(server.calls.length).toBeLessThan(2 * (10 + 6));
    await rotate('two');
    await clock.advance(MINUTE);
    expect(await reader.readAgain(REFERENCE)).toBe('two');
  });
});

describe('senders during a rotation', () => {
  const sendersOf = () => {
    const senders = createSenders({
      feeds: { leads: { header: 'x-clay', secret: REFERENCE }, none: { header: 'x-clay' } },
      secrets: readerOf(),
      clock,
      onFault: (error) => {
        throw error;
      },
    });
    return async (secret: string, feed = 'leads') => {
      const pending = senders.admit({ headers: { 'x-clay': secret }, pathParameters: { feed } });
      return (await pending).kind;
    };
  };

  it('are let in with either value, at once, whatever was read before', async () => {
    secrets.put(value('one'));
    const send = sendersOf();
    expect(await send('one')).toBe('admitted');
    await secrets.port.move('', STAGE.alsoValid, { to: secrets.holder(STAGE.current) ?? '' });
    secrets.put(value('two'));
    await clock.advance(100);
    expect(await send('two')).toBe('admitted');
    expect(await send('one')).toBe('admitted');
    expect(await send('three')).toBe('refused');
  });

  it('are refused with a value that was replaced without a rotation', async () => {
    secrets.put(value('leaked'));
    const send = sendersOf();
    expect(await send('leaked')).toBe('admitted');
    secrets.put(value('new'));
    await clock.advance(MINUTE);
    expect(await send('leaked')).toBe('refused');
    expect(await send('new')).toBe('admitted');
  });

  it('that are strangers make the store be asked seldom, at whatever feed', async () => {
    secrets.put(value('one'));
    const send = sendersOf();
    for (let attempt = 0; attempt < 200; attempt += 1) {
      expect(await send(`guess-${attempt}`, attempt % 2 ? 'leads' : 'unknown')).toBe('refused');
      await clock.advance(100);
    }
    expect(server.calls.length).toBeLessThan(12);
  });
});
