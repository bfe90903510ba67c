import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../local/aws.ts';
import { trialConfig, trialSecrets } from '../../local/trial-config.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoCreditStore } from '../../shared/aws/dynamodb/credit-store.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoRowsLedger } from '../../shared/aws/dynamodb/rows/ledger.ts';
import { createDynamoWatchStore } from '../../shared/aws/dynamodb/watch-store.ts';
import { createSecretReader } from '../../shared/aws/secrets/reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { createNodeClient } from '../../shared/http/node-client.ts';
import { createRenderer } from '../../shared/notify/render.ts';
import { createWatch } from '../../shared/watch/run.ts';
import { type SpawnedRuntime, spawnRuntime, type Told } from './spawned.ts';

interface Started extends Told {
  readonly clay: string;
  readonly tableName: string;
  readonly endpoints: { readonly dynamodb: string };
}
interface Message extends Told {
  readonly protocol: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const children: SpawnedRuntime[] = [];

const start = (stateDir: string, ...args: string[]): SpawnedRuntime => {
  const child = spawnRuntime(stateDir, ['--clay-port', '0', ...args]);
  children.push(child);
  return child;
};

const messages = (told: readonly Told[]) =>
  told
    .filter((one): one is Message => one.type === 'message')
    .map(({ protocol, attributes }) => `${protocol} ${attributes.transition} ${attributes.cause}`)
    .sort();

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'claywatch-crash-'));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill('SIGKILL')));
  await rm(stateDir, { recursive: true, force: true });
});

describe('a killed runtime', () => {
  it('sends after its restart what it still owed, once, and leaves no process behind', {
    timeout: 60_000,
  }, async () => {
    // No further run of its own gets in the way of the one that is about to die.
    const first = start(stateDir, '--every', '3600');
    const { clay, tableName, endpoints } = (await first.when(({ type }) => type === 'started')) as Started;
    await first.when(({ type }) => type === 'run');

    await fetch(`${clay}/_faults/outage`, { method: 'PUT' });
    const client = createDynamoClient({ ...LOCAL_AWS, endpoint: endpoints.dynamodb });
    const store = { client, tableName };
    const config = parseConfig(
      { ...trialConfig(clay), observe: { confirmAfterMs: [10] } },
      'the configuration of the test',
    );
    const publishing = Promise.withResolvers<void>();
    const dying = createWatch({
      config,
      clock: systemClock,
      http: createNodeClient({ version: 'test' }),
      secrets: createSecretReader({ env: trialSecrets(clay), clock: systemClock }),
      watchStore: createDynamoWatchStore(store),
      incidentStore: createDynamoIncidentStore(store),
      rowsLedger: createDynamoRowsLedger({
        ...store,
        clock: systemClock,
        retainDays: config.rows.retainDays,
      }),
      creditStore: createDynamoCreditStore(store),
      render: createRenderer(config),
      publisher: {
        publish: () => {
          publishing.resolve();
          return new Promise(() => undefined);
        },
      },
    });
    dying(Math.ceil(Date.now() / 1_000 + 1) * 1_000).catch(() => undefined);
    await publishing.promise;
    await first.kill('SIGKILL');
    client.destroy();
    expect(messages(first.told)).toEqual([]);
    await expect
      .poll(
        () =>
          fetch(`${clay}/_config`).then(
            () => 'answers',
            () => 'gone',
          ),
        { timeout: 5_000 },
      )
      .toBe('gone');

    const second = start(stateDir, '--every', '1');
    await second.when(({ type }) => type === 'message');
    await second.when((one) => (one as Message).attributes?.transition === 'resolved');
    const [code] = await second.kill('SIGTERM');
    expect(code).toBe(0);
    expect(second.told.at(-1)).toEqual({ type: 'stopped' });
    expect(messages(second.told)).toEqual([
      'email resolved clay.outage',
      'email triggered clay.outage',
      'sms resolved clay.outage',
      'sms triggered clay.outage',
    ]);
  });
});
