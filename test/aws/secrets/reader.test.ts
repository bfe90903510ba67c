import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretReader } from '../../../shared/aws/secrets/reader.ts';
import type { Clock } from '../../../shared/clock.ts';

/** Secrets Manager's protocol, as far as reading goes: what it holds, and what it was asked. */
const stored = new Map<string, string>();
let fault: string | undefined;
let asked: string[] = [];
let server: Server;
let client: SecretsManagerClient;
let clientsMade = 0;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    asked.push(`${request.headers['x-amz-target']} ${body.SecretId}`);
    const value = stored.get(body.SecretId);
    const type = fault ?? (value === undefined ? 'ResourceNotFoundException' : undefined);
    response.writeHead(type ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(
      JSON.stringify(
        type ? { __type: type, message: 'arn:aws:iam::111122223333:role/x' } : { SecretString: value },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new SecretsManagerClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'fake', secretAccessKey: 'fake' },
    maxAttempts: 1,
  });
});

afterAll(() => {
  client.destroy();
  server.close();
  server.closeAllConnections();
});

beforeEach(() => {
  stored.clear();
  fault = undefined;
  asked = [];
  clientsMade = 0;
});

const setup = (env: Record<string, string> = {}) => {
  let now = Date.UTC(2026, 10, 21, 17, 24);
  const clock: Clock = { now: () => now, sleep: async () => {} };
  const secretsManager = () => {
    clientsMade++;
    return client;
  };
  return {
    reader: createSecretReader({ env, clock, secretsManager }),
    advance: (ms: number) => {
      now += ms;
    },
  };
};

describe('reading an env: reference', () => {
  it('gives the variable without surrounding blanks, and makes no AWS client', async () => {
    const { reader } = setup({ CLAY_API_KEY: ' fake-key\n' });
    expect(await reader.read('env:CLAY_API_KEY')).toBe('fake-key');
    expect(clientsMade).toBe(0);
  });

  it('says which variable is missing or blank', async () => {
    const { reader } = setup({ BLANK: ' ' });
    for (const reference of ['env:CLAY_API_KEY', 'env:BLANK'] as const) {
      await expect(reader.read(reference)).rejects.toMatchObject({
        code: 'secret.not-found',
        message: expect.stringContaining(reference),
      });
    }
  });
});

describe('reading a secretsmanager: reference', () => {
  it('gives the whole text, or the member that #key names', async () => {
    stored.set('claywatch/clay', '{"apiKey":"fake-key","other":"fake-other"}');
    stored.set('plain', 'fake-plain\n');
    const { reader } = setup();
    expect(await reader.read('secretsmanager:claywatch/clay#apiKey')).toBe('fake-key');
    expect(await reader.read('secretsmanager:plain')).toBe('fake-plain');
  });

  it('asks once a minute per secret, however many references and readers share it', async () => {
    stored.set('claywatch/clay', '{"apiKey":"fake-key","token":"fake-token"}');
    const { reader, advance } = setup();
    await Promise.all([
      reader.read('secretsmanager:claywatch/clay#apiKey'),
      reader.read('secretsmanager:claywatch/clay#token'),
    ]);
    advance(59_999);
    await reader.read('secretsmanager:claywatch/clay#apiKey');
    expect(asked).toEqual(['secretsmanager.GetSecretValue claywatch/clay']);
    expect(clientsMade).toBe(1);
  });

  it('sees a rotated value within a minute, also when the clock is set back', async () => {
    stored.set('plain', 'fake-old');
    const { reader, advance } = setup();
    await reader.read('secretsmanager:plain');
    stored.set('plain', 'fake-new');
    advance(60_000);
    expect(await reader.read('secretsmanager:plain')).toBe('fake-new');
    stored.set('plain', 'fake-newest');
    advance(-3_600_000);
    expect(await reader.read('secretsmanager:plain')).toBe('fake-newest');
  });

  it('does not keep a failure', async () => {
    const { reader } = setup();
    await expect(reader.read('secretsmanager:plain')).rejects.toMatchObject({ code: 'secret.not-found' });
    stored.set('plain', 'fake-plain');
    expect(await reader.read('secretsmanager:plain')).toBe('fake-plain');
  });

  it.each([
    ['ResourceNotFoundException', 'secret.not-found'],
    ['InvalidRequestException', 'secret.not-found'],
    ['AccessDeniedException', 'secret.forbidden'],
    ['DecryptionFailure', 'secret.forbidden'],
    ['InternalServiceError', 'secret.unavailable'],
    ['ThrottlingException', 'secret.unavailable'],
  ])('tells %s apart as %s, naming the reference and nothing of the account', async (type, code) => {
    fault = type;
    const { reader } = setup();
    const error = await reader.read('secretsmanager:claywatch/clay#apiKey').catch((caught) => caught);
    expect(error).toMatchObject({ code, message: expect.stringContaining('secretsmanager:claywatch/clay') });
    expect(`${error.message} ${error.remedy} ${error.cause}`).not.toMatch(/111122223333/);
  });

  it.each([
    ['not JSON, fake-secret-value'],
    ['{"other":"fake-secret-value"}'],
    ['["fake-secret-value"]'],
    ['null'],
    ['{"apiKey":7}'],
    ['{"apiKey":""}'],
  ])('says that the member is missing in %j, without showing the value', async (text) => {
    stored.set('claywatch/clay', text);
    const { reader } = setup();
    const error = await reader.read('secretsmanager:claywatch/clay#apiKey').catch((caught) => caught);
    expect(error).toMatchObject({ code: 'secret.not-found', message: expect.stringContaining('"apiKey"') });
    expect(`${error.message} ${error.remedy} ${error.stack}`).not.toMatch(/fake-secret-value/);
  });
});
