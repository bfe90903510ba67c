import type { SendMessageBatchCommand, SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../../shared/aws/sqs/batches.ts';
import { createSqsClient } from '../../../shared/aws/sqs/client.ts';
import { createSqsRowQueue } from '../../../shared/aws/sqs/row-queue.ts';
import type { QueuedRow } from '../../../shared/relay/queue.ts';
import { createSeal } from '../../../shared/seal/node-seal.ts';

const seal = createSeal('fake-key-for-tests-fake-key-for-tests');
const rowOf = (index: number): QueuedRow => ({
  feed: 'leads',
  id: `row-${index}`,
  json: `{"email":"jane-${index}@acme.example"}`,
  takenAt: 1,
  after: 0,
  tries: 0,
  origin: 'sender',
});

type Answer = (entries: readonly { readonly Id: string }[], call: number) => unknown;

/** A real client whose calls are answered here instead of by SQS. */
const queueAnswering = (answer: Answer) => {
  const calls: SendMessageBatchCommandInput[] = [];
  const client = createSqsClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  client.send = (async (command: SendMessageBatchCommand) => {
    calls.push(command.input);
    const entries = (command.input.Entries ?? []).map(({ Id = '' }) => ({ Id }));
    return answer(entries, calls.length);
  }) as unknown as SQSClient['send'];
  const slept: number[] = [];
  const clock = {
    sleep: async (ms: number) => {
      slept.push(ms);
    },
  };
  const queue = createSqsRowQueue({
    client,
    queueUrlPrefix: 'https://sqs.example/1/test-rows-',
    seal,
    clock,
  });
  return { queue, calls, slept };
};
const failed = (ids: readonly { Id: string }[], Code = 'InternalError') => ({
  Failed: ids.map(({ Id }) => ({ Id, Code, SenderFault: false })),
});

describe('rows on their way into SQS', () => {
  it('are sent again when SQS did not take them, and only those', async () => {
    const { queue, calls, slept } = queueAnswering((entries, call) =>
      failed(call === 1 ? entries.slice(3, 5) : []),
    );
    await queue.send(
      'leads',
      [0, 1, 2, 3, 4, 5].map((index) => rowOf(index)),
    );
    expect(calls.map(({ Entries = [] }) => Entries.map(({ Id }) => Id))).toEqual([
      ['0', '1', '2', '3', '4', '5'],
      ['3', '4'],
    ]);
    expect(calls[1]?.Entries).toStrictEqual(calls[0]?.Entries?.slice(3, 5));
    expect(calls[0]?.QueueUrl).toBe('https://sqs.example/1/test-rows-leads');
    expect(slept).toEqual([50]);
  });

  it('are not taken when SQS still does not take one of them', async () => {
    const { queue, calls } = queueAnswering((entries) => failed(entries.slice(0, 1)));
    await expect(queue.send('leads', [rowOf(0), rowOf(1)])).rejects.toMatchObject({
      code: 'queue.unavailable',
      message: 'The queue of rows did not take every row: InternalError.',
    });
    expect(calls).toHaveLength(4);
  });

  it('are not taken when one of several calls fails, and the fault shows nothing of them', async () => {
    const { queue } = queueAnswering((_, call) => {
      if (call === 3) throw Object.assign(new Error('jane-20@acme.example'), { name: 'TimeoutError' });
      return {};
    });
    const fault = queue.send(
      'leads',
      Array.from({ length: 30 }, (_, index) => rowOf(index)),
    );
    await expect(fault).rejects.toMatchObject({
      code: 'queue.unavailable',
      message: 'The queue of rows did not take every row: TimeoutError.',
    });
  });

  it('are never readable there', async () => {
    const { queue, calls } = queueAnswering(() => ({}));
    await queue.send('leads', [rowOf(0)], { delaySeconds: 5_000 });
    expect(JSON.stringify(calls)).not.toMatch(/jane|acme|row-0/);
    expect(calls[0]?.Entries?.[0]?.DelaySeconds).toBe(900);
  });
});

describe('batches', () => {
  const sizes = (entries: readonly number[]) =>
    batchesOf(entries, (bytes) => bytes).map((batch) => batch.length);

  it('have at most ten entries and a mebibyte, in order', () => {
    expect(sizes([])).toEqual([]);
    expect(sizes(Array(21).fill(1))).toEqual([10, 10, 1]);
    expect(sizes([524_288, 524_288, 1])).toEqual([2, 1]);
    expect(sizes([524_288, 524_289, 1])).toEqual([1, 2]);
    expect(sizes([2_000_000, 1])).toEqual([1, 1]);
    expect(batchesOf([3, 1, 2], () => 1_000_000)).toEqual([[3], [1], [2]]);
  });
});
