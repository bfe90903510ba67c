import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPeopleStatusReader } from '../../local/people-status.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { ensureTable } from '../../shared/aws/dynamodb/create-table.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { configSchema } from '../../shared/config/schema.ts';
import type { Incident } from '../../shared/incident/incident.ts';

const ID = 'inc-20261121-0123abcd';
const config = configSchema.parse({
  notify: { webhooks: [{ id: 'bus', url: 'env:BUS_URL', signingSecrets: ['env:BUS_KEY'] }] },
});

const server = dynalite({ createTableMs: 0 });
let table: Parameters<typeof createDynamoProofLedger>[0];

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const client = createDynamoClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'fake', secretAccessKey: 'fake' },
  });
  table = { client, tableName: 'claywatch' };
  await ensureTable(client, table.tableName);
});
afterAll(() => new Promise((done) => server.close(done)));

it('tells of an incident until it was told that it is closed, and what became of its messages', async () => {
  const open = { id: ID, status: 'acknowledged' } as Incident;
  const closed = { id: ID, status: 'resolved' } as Incident;
  let isOver = false;
  const read = createPeopleStatusReader({
    config,
    table,
    incidents: {
      active: async () => (isOver ? [] : [open]),
      byId: async (id) => (id === ID ? closed : null),
    },
  });
  await createDynamoProofLedger(table).owe([
    {
      notificationId: `${ID}:1:triggered`,
      incidentId: ID,
      transition: 'triggered',
      channel: 'bus',
      owedAt: 1_000,
    },
  ]);
  expect(await read()).toMatchObject({ incidents: [open], proofs: [{ channel: 'bus', status: 'owed' }] });
  isOver = true;
  expect((await read()).incidents).toEqual([closed]);
  expect(await read()).toMatchObject({ incidents: [], proofs: [] });
});
