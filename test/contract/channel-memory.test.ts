import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoChannelMemory } from '../../shared/aws/dynamodb/notify/channel-memory.ts';
import { createMemoryChannelMemory } from '../support/memory-channel-memory.ts';
import { channelMemoryContract } from './channel-memory.contract.ts';
import { type LocalTable, startDynalite, startDynamoDbLocal, whyNoDynamoDbLocal } from './local-table.ts';

channelMemoryContract('in memory', (_channel, clock) => createMemoryChannelMemory({ clock }));

const onDynamo = (name: string, start: (tableName: string) => Promise<LocalTable>): void => {
  describe(name, () => {
    let table: LocalTable;
    beforeAll(async () => {
      table = await start('claywatch-channels');
    }, 90_000);
    afterAll(() => table.close());

    channelMemoryContract(name, (channel, clock) => createDynamoChannelMemory({ ...table, channel, clock }));
  });
};

onDynamo('DynamoDB, embedded (dynalite)', startDynalite);

const obstacle = whyNoDynamoDbLocal();
describe.skipIf(obstacle !== null)(`with Java${obstacle ? `: ${obstacle}` : ''}`, () => {
  onDynamo('DynamoDB Local', startDynamoDbLocal);
});
