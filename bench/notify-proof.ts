import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoChannelMemory } from '../shared/aws/dynamodb/notify/channel-memory.ts';
import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { systemClock } from '../shared/clock.ts';
import { SNS } from '../shared/notify/proof.ts';
import { startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from '../test/contract/local-table.ts';

/**
 * Adds up the write units that a store reports for the calls of a client, those of indexes included. The embedded store
 * knows no units of indexes: one is added for each call that `changesIndex`, as DynamoDB charges.
 */
const metered = (client: DynamoDBClient, countsIndexes: boolean) => {
  let units = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: 'INDEXES' });
      const result = await next(args);
      const output = result.output as { readonly ConsumedCapacity?: { readonly CapacityUnits?: number } };
      units += output.ConsumedCapacity?.CapacityUnits ?? 0;
      return result;
    },
    { step: 'initialize', name: 'meter', override: true },
  );
  return {
    of: async (calls: number, changesIndex: boolean, work: () => Promise<unknown>): Promise<number> => {
      const before = units;
      await work();
      return (units - before) / calls + (changesIndex && !countsIndexes ? 1 : 0);
    },
  };
};

const RECEIPT = '1795300000.000001';
const INCIDENT = 'inc-20261103-0a1b2c3d';
const WAYS = [SNS, 'slack', 'pagerduty', 'webhook'];

/**
 * What it costs to prove that a message was taken, per way that it goes; and what a channel remembers of a first
 * message. On DynamoDB Local where Java is, else on the embedded store.
 */
export const measureProof = async () => {
  const isEmbedded = whyNoDynamoDbLocal() !== null;
  const table = await (isEmbedded ? startDynalite : startDynamoDbLocal)('bench');
  try {
    const meter = metered(table.client, !isEmbedded);
    const proof = createDynamoProofLedger(table);
    const memory = createDynamoChannelMemory({ ...table, channel: 'slack', clock: systemClock });
    const notificationId = `${INCIDENT}:1:triggered`;
    const at = systemClock.now();
    const rows = WAYS.map(
      (channel) =>
        ({ notificationId, incidentId: INCIDENT, transition: 'triggered', channel, owedAt: at }) as const,
    );
    return {
      store: isEmbedded ? 'the embedded store' : 'DynamoDB Local',
      ways: WAYS.length,
      owedUnits: await meter.of(rows.length, true, () => proof.owe(rows)),
      deliveredUnits: await meter.of(rows.length, true, async () => {
        for (const { channel } of rows)
          await proof.record(notificationId, channel, { status: 'delivered', at, receipt: RECEIPT });
      }),
      memoryUnits: await meter.of(1, false, async () => {
        await memory.claim(INCIDENT, 'holder', 30_000);
        await memory.save(INCIDENT, { trying: `${at} 1` });
        await memory.save(INCIDENT, { root: RECEIPT, channel: 'C0123456789', last: '1' });
        await memory.release(INCIDENT, 'holder');
      }),
    };
  } finally {
    await table.close();
  }
};
