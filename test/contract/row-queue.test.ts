import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe } from 'vitest';
import { createSqsClient } from '../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../shared/aws/sqs/row-queue.ts';
import { createSeal } from '../../shared/seal/node-seal.ts';
import { createMemoryRowQueue } from '../support/memory-row-queue.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { rowQueueContract } from './row-queue.contract.ts';

const MAX_RECEIVES = 3;

rowQueueContract('in memory', () => {
  const clock = createVirtualClock(Date.UTC(2026, 10, 21));
  const queue = createMemoryRowQueue({ clock, maxReceives: MAX_RECEIVES });
  return {
    queue,
    plant: queue.plant,
    run: (promise) => clock.run(promise),
    setAside: () => queue.setAside.length,
  };
});

describe('SQS, emulated (fauxqs)', () => {
  let server: FauxqsServer;
  let client: ReturnType<typeof createSqsClient>;
  beforeAll(async () => {
    server = await startFauxqs({ port: 0, logger: false, defaultRegion: 'eu-central-1' });
    client = createSqsClient({
      endpoint: server.address,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  rowQueueContract('SQS', () => {
    server.purgeAll();
    const { queueArn } = server.createQueue('test-rows-dead');
    const urls = ['leads', 'accounts'].map(
      (feed) =>
        server.createQueue(`test-rows-${feed}`, {
          attributes: {
            RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: MAX_RECEIVES }),
          },
        }).queueUrl,
    );
    const queueUrlPrefix = (urls[0] ?? '').slice(0, -'leads'.length);
    return {
      queue: createSqsRowQueue({ client, queueUrlPrefix, seal: createSeal('k'.repeat(32)) }),
      plant: async (feed, body) => {
        await client.send(
          new SendMessageCommand({ QueueUrl: `${queueUrlPrefix}${feed}`, MessageBody: body }),
        );
      },
      run: (promise) => promise,
      setAside: () => server.inspectQueue('test-rows-dead')?.messages.ready.length ?? 0,
    };
  });
});
