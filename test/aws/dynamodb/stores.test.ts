import {
  BatchGetItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoClient } from '../../../shared/aws/dynamodb/client.ts';
import { ensureTable } from '../../../shared/aws/dynamodb/create-table.ts';
import { createDynamoIncidentStore } from '../../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoWatchStore } from '../../../shared/aws/dynamodb/watch-store.ts';
import { configSchema } from '../../../shared/config/schema.ts';
import { changeIncident } from '../../../shared/incident/change.ts';
import { decide } from '../../../shared/incident/decide.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { stepHealth } from '../../../shared/observe/health.ts';
import type { Observation } from '../../../shared/observe/observation.ts';
import type { WatchState } from '../../../shared/watch/store.ts';
import { type LocalTable, startDynalite } from '../../contract/local-table.ts';
import {
  allDelivered,
  DAY,
  MINUTE,
  NOON,
  opened,
  policy,
  resolved,
  verdict,
} from '../../incident/fixtures.ts';

const observePolicy = configSchema.parse({}).observe;

let table: LocalTable;
beforeAll(async () => {
  table = await startDynalite('claywatch-test');
});
afterAll(() => table.close());

type Send = (command: { readonly constructor: { readonly name: string } }) => Promise<unknown>;

/** The same client with something between: what a network does. */
const through = (between: (send: Send) => Send): DynamoDBClient => {
  const send: Send = (command) => table.client.send(command as never) as Promise<unknown>;
  return { send: between(send) } as unknown as DynamoDBClient;
};

let tests = 0;
let key: { cause: 'webhook.intake-failing'; subject: string };
beforeEach(() => {
  tests += 1;
  key = { cause: 'webhook.intake-failing', subject: `leads/stores-${tests}` };
});

const stores = (client = table.client) => createDynamoIncidentStore({ client, tableName: table.tableName });
const items = async () => {
  const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
  return Items.filter(({ pk }) => pk?.S?.endsWith(key.subject));
};
const write = async (next: Incident, expected: Incident | null): Promise<Incident> => {
  expect(await stores().write(next, expected)).toBe('written');
  return next;
};
const live = async (): Promise<Incident> => {
  const first = await write(opened(key), null);
  const told = await write(allDelivered(first, NOON + 1), first);
  const gone = await write(resolved(told, NOON + MINUTE), told);
  return write(allDelivered(gone, NOON + MINUTE), gone);
};
const dayAfter = (old: Incident): Incident => {
  const fact = { kind: 'verdict', verdict: verdict(key), detectedAt: NOON } as const;
  return decide(old, key, fact, policy, NOON + DAY) as Incident;
};

describe('incidents in DynamoDB', () => {
  it('survive a crash between archiving the old one and writing the new one, and the repetition', async () => {
    const old = await live();
    let puts = 0;
    const dying = stores(
      through((send) => async (command) => {
        if (command instanceof PutItemCommand) puts += 1;
        if (puts === 2) throw new Error('killed');
        return send(command);
      }),
    );
    await expect(dying.write(dayAfter(old), old)).rejects.toThrow('killed');
    expect(await items()).toHaveLength(2);
    expect(await stores().current(key.cause, key.subject)).toEqual(old);
    expect(await stores().byId(old.id)).toEqual(old);
    const listed = async () =>
      (await stores().list({ since: 0, limit: 100 })).filter(({ subject }) => subject === key.subject);
    expect(await listed()).toEqual([old]);

    const next = await write(dayAfter(old), old);
    expect(await listed()).toEqual([next, old]);
  });

  it('are found again when an answer was lost and the client repeated the write', async () => {
    const twice = stores(
      through((send) => async (command) => {
        if (!(command instanceof PutItemCommand)) return send(command);
        await send(command);
        return send(command);
      }),
    );
    const { after } = await changeIncident(twice, key, (current) => current ?? opened(key));
    expect(after).toEqual(opened(key));
    expect(await stores().current(key.cause, key.subject)).toEqual(opened(key));
  });

  it('expire 400 days after their resolution, and never while they are open or owe a message', async () => {
    const expiries = async () => (await items()).map(({ expiresAt }) => expiresAt?.N);
    const first = await write(opened(key), null);
    expect(await expiries()).toEqual([undefined]);
    const told = await write(allDelivered(first, NOON + 1), first);
    const gone = await write(resolved(told, NOON + MINUTE), told);
    expect(await expiries()).toEqual([undefined]);
    const done = await write(allDelivered(gone, NOON + DAY), gone);
    const expiry = String((NOON + MINUTE + 400 * DAY) / 1_000);
    expect(await expiries()).toEqual([expiry]);
    await write(dayAfter(done), done);
    expect((await expiries()).toSorted()).toEqual([expiry, undefined]);
  });

  it('are in the index of the active ones only while they are', async () => {
    const active = async () => (await items()).filter(({ gsi1pk }) => gsi1pk).map(({ sk }) => sk?.S);
    const old = await live();
    expect(await active()).toEqual([]);
    await write(dayAfter(old), old);
    expect(await active()).toEqual(['current']);
  });

  it('are read to the end when DynamoDB answers a batch in parts, and a store that never does is a fault', async () => {
    const first = await write(opened(key), null);
    const partly = (parts: number) => {
      let refused = 0;
      return stores(
        through((send) => async (command) => {
          if (!(command instanceof BatchGetItemCommand) || refused >= parts) return send(command);
          refused += 1;
          return { Responses: {}, UnprocessedKeys: command.input.RequestItems };
        }),
      );
    };
    expect(await partly(3).active()).toContainEqual(first);
    await expect(partly(100).active()).rejects.toThrow('unread');
  });

  it('say which item is corrupt, and nothing of its content', async () => {
    await write(opened(key), null);
    await table.client.send(
      new UpdateItemCommand({
        TableName: table.tableName,
        Key: { pk: { S: `incident#${key.cause}#${key.subject}` }, sk: { S: 'current' } },
        UpdateExpression: 'SET document = :document',
        ExpressionAttributeValues: { ':document': { S: '{"secret": "not-a-real-one' } },
      }),
    );
    const fault = await stores()
      .current(key.cause, key.subject)
      .catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'store.corrupt', message: expect.stringContaining(key.subject) });
    expect(String(fault) + String((fault as Error).cause)).not.toContain('not-a-real-one');
    // Not to disturb the other tests, which read every active incident.
    await table.client.send(
      new UpdateItemCommand({
        TableName: table.tableName,
        Key: { pk: { S: `incident#${key.cause}#${key.subject}` }, sk: { S: 'current' } },
        UpdateExpression: 'REMOVE gsi1pk, gsi2pk',
      }),
    );
  });

  it('let every fault but a failed condition pass', async () => {
    const nowhere = createDynamoIncidentStore({ client: table.client, tableName: 'no-such-table' });
    await expect(nowhere.write(opened(key), null)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(nowhere.current(key.cause, key.subject)).rejects.toThrow();
    await expect(nowhere.active()).rejects.toThrow();
  });
});

describe('the watch state in DynamoDB', () => {
  it('is compressed: a hundred probes take less than 10 KB', async () => {
    const watch = createDynamoWatchStore(table);
    const observation = (probe: string, at: number): Observation => ({
      probe,
      surface: 'service',
      subject: probe,
      finding: 'passing',
      outcome: 'ok',
      at,
      durationMs: 123.456,
      attempts: 1,
      confirmed: true,
      summary: `GET ${probe} answered 200 in 123 ms`,
      phases: { dnsMs: 1.5, connectMs: 10.25, tlsMs: 20.125, firstByteMs: 80.5, totalMs: 123.456 },
      facts: { status: 200 },
    });
    const health = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => {
        const probe = `probe:service-${index}`;
        const seen = observation(probe, NOON + index * 7);
        return [probe, stepHealth(undefined, seen, observePolicy)];
      }),
    );
    const state: WatchState = { version: 1, lastSlot: NOON, health };
    expect(await watch.save(state)).toBe('written');
    expect(await watch.load()).toEqual(state);
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
    const stored = Items.find(({ pk }) => pk?.S === 'watch')?.document?.B;
    expect(JSON.stringify(state).length).toBeGreaterThan(50_000);
    expect(stored?.length).toBeLessThan(10_000);
  });
});

describe('the table', () => {
  it('is created once: a second time changes nothing', async () => {
    await expect(ensureTable(table.client, table.tableName)).resolves.toBeUndefined();
  });
});

describe('the client', () => {
  it('gives up a call that hangs, instead of warning', async () => {
    const client = createDynamoClient({
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    // The SDK settles the handler's options with the first call; nothing listens there.
    await expect(client.send(new ScanCommand({ TableName: 'x' }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      $metadata: { attempts: 3 },
    });
    const handler = client.config.requestHandler as unknown as { httpHandlerConfigs(): object };
    expect(handler.httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      throwOnRequestTimeout: true,
    });
    client.destroy();
  });
});
