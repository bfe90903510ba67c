import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/rotate/handler.ts';
import { createDynamoRotationStore } from '../../../shared/aws/dynamodb/rotation-store.ts';
import { createDynamoSecretUseLog } from '../../../shared/aws/dynamodb/secret-use-log.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { STAGE } from '../../../shared/rotate/versions.ts';
import { type LocalTable, startDynalite } from '../../contract/local-table.ts';
import { createMemorySecrets } from '../../rotate/memory-secrets.ts';
import { type SecretsServer, startSecretsServer } from '../../rotate/secrets-server.ts';

vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
});

const secrets = createMemorySecrets('acme/clay');
const TOKENS = [1, 2].map((number) => `token-${String(number).padStart(32, '0')}`) as [string, string];
let directory: string;
let table: LocalTable;
let server: SecretsServer;
let clay: Server;

/** Clay takes one key, and no other. */
const startClay = async (): Promise<Server> => {
  const made = createServer((request, response) => {
    const isGood = request.headers['clay-api-key'] === 'good-key';
    response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isGood ? { user: { id: 1 }, workspace: { id: 2 } } : { message: 'no' }));
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return made;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claywatch-rotate-'));
  table = await startDynalite('claywatch-rotate');
  server = await startSecretsServer(secrets);
  clay = await startClay();
  const config = join(directory, 'config.json');
  const publicApiUrl = `http://127.0.0.1:${(clay.address() as AddressInfo).port}`;
  await writeFile(
    config,
    JSON.stringify(
      parseConfig(
        {
          installation: 'acme',
          clay: { apiKey: 'secretsmanager:acme/clay#apiKey', publicApiUrl },
          feeds: { leads: { callbacks: { secret: 'secretsmanager:acme/clay#callbacks' } } },
          observe: { confirmAfterMs: [] },
        },
        'test',
      ),
    ),
  );
  const dynamodb = await table.client.config.endpoint?.();
  Object.assign(process.env, {
    CLAYWATCH_CONFIG: config,
    TABLE_NAME: table.tableName,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'fake',
    AWS_SECRET_ACCESS_KEY: 'fake',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${dynamodb?.port}`,
  });
  secrets.put(JSON.stringify({ apiKey: 'good-key-of-before', callbacks: 'first', other: 'kept' }));
}, 90_000);

afterAll(async () => {
  clay.close();
  server.stop();
  await table.close();
  await rm(directory, { recursive: true, force: true });
});

const invoke = (event: object) =>
  handler(event as never, { functionName: 'acme-rotate', awsRequestId: 'test' } as Context);
const step = (token: string, Step: string) =>
  invoke({ SecretId: secrets.arn, ClientRequestToken: token, Step, RotationToken: 'not needed' });
const members = () => JSON.parse(secrets.textAt(STAGE.current) ?? '{}');

describe('the function that rotates', () => {
  it('withdraws a key that Clay does not take, and says so where the watch reads it', async () => {
    secrets.put('{"apiKey":"wrong-key"}', STAGE.supplied);
    secrets.rotateSecret(TOKENS[0]);
    await step(TOKENS[0], 'createSecret');
    await step(TOKENS[0], 'setSecret');
    await expect(step(TOKENS[0], 'testSecret')).rejects.toMatchObject({ code: 'rotation.failed' });
    expect(members()).toEqual({ apiKey: 'good-key-of-before', callbacks: 'first', other: 'kept' });
    const kept = await createDynamoRotationStore(table).load('acme/clay');
    expect(kept?.attempt).toMatchObject({ result: 'refused', step: 'testSecret' });
    expect(JSON.stringify(kept)).not.toMatch(/wrong-key|good-key|first/);
  });

  it('puts a key into force that Clay takes, step by step, and each of them twice', async () => {
    secrets.put('{"apiKey":"good-key"}', STAGE.supplied);
    expect(secrets.rotateSecret(TOKENS[1])).toBe('begun');
    for (const name of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
      await step(TOKENS[1], name);
      await step(TOKENS[1], name);
    }
    expect(members()).toEqual({ apiKey: 'good-key', callbacks: 'first', other: 'kept' });
    expect(secrets.holder(STAGE.pending)).toBeNull();
  });

  it('ends what it began when its schedule comes', async () => {
    const log = createDynamoSecretUseLog(table);
    const at = Date.now();
    await log.note({ secret: 'acme/clay', sender: 'callbacks/leads', version: 'v', at });
    await log.note({ secret: 'acme/clay', sender: 'callbacks/leads', version: 'w', at: at + 1 });
    expect(await log.ofSecret('acme/clay')).toEqual([
      { sender: 'callbacks/leads', versions: { v: at, w: at + 1 } },
    ]);
    expect(await invoke({ slot: '2026-11-21T17:15:00Z' })).toMatchObject({ waiting: 1, faults: 0 });
  });

  it.each([
    [{}],
    [{ SecretId: 'acme/clay', ClientRequestToken: 'short', Step: 'createSecret' }],
    [{ SecretId: 'acme/clay', ClientRequestToken: TOKENS[0], Step: 'deleteSecret' }],
  ])('takes no other event: %j', async (event) => {
    await expect(invoke(event)).rejects.toMatchObject({ code: 'event.invalid' });
  });
});

describe('how rotations are kept', () => {
  it('by one writer at a time', async () => {
    const store = createDynamoRotationStore(table);
    const state = { secret: 'acme/other', arn: 'arn', changes: [], version: 1 };
    expect(await store.load('acme/other')).toBeNull();
    expect(await store.save(state)).toBe('written');
    expect(await store.save(state)).toBe('conflict');
    expect(await store.save({ ...state, version: 2 })).toBe('written');
    expect(await store.save({ ...state, version: 2 })).toBe('conflict');
    expect(await store.load('acme/other')).toEqual({ ...state, version: 2 });
    expect((await store.all()).map(({ secret }) => secret).sort()).toEqual(['acme/clay', 'acme/other']);
  });
});
