import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { QueueMessage, Queues } from '../shared/aws/sqs/queues.ts';
import type { Clock } from '../shared/clock.ts';
import { LOCAL_AWS } from './aws.ts';

export interface QueueMappingOptions {
  readonly queues: readonly { readonly url: string; readonly arn: string }[];
  readonly sqs: Pick<Queues, 'receive' | 'removeAll'>;
  /** Runs the function with a batch of one queue; what it returns says which messages are to come again. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  readonly onFault: (fault: unknown) => void;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Hands messages of queues to a function, as Lambda's event source mapping does. */
export interface QueueMapping {
  /** Takes no more, and resolves when the batches under way are done. */
  stop(): Promise<void>;
}

/** Batches of one queue that are under way at once: Lambda's own least. */
const AT_ONCE = 2;
const RETRY_AFTER_MS = 1_000;

const recordOf = (
  { id, body, md5OfBody, receiptHandle, attributes }: QueueMessage,
  arn: string,
): SQSRecord => ({
  messageId: id,
  receiptHandle,
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'local',
    ApproximateFirstReceiveTimestamp: '0',
    ...attributes,
  },
  messageAttributes: {},
  md5OfBody,
  eventSource: 'aws:sqs',
  eventSourceARN: arn,
  awsRegion: LOCAL_AWS.region,
});

/**
 * The ids of messages that are to come again, as Lambda reads a partial batch response: nothing said is nothing failed,
 * and what cannot be understood (no id, or an id of no message of the batch) is the whole batch.
 */
const failedIn = (answer: unknown, messages: readonly QueueMessage[]): ReadonlySet<string> => {
  const sent = new Set(messages.map(({ id }) => id));
  const failures = (answer as Partial<SQSBatchResponse> | null)?.batchItemFailures ?? [];
  const named = failures.map((failure) => failure?.itemIdentifier ?? '');
  return named.every((id) => sent.has(id)) ? new Set(named) : sent;
};

/**
 * Polls each queue by long polls and invokes the function with at most ten messages of one queue. What succeeded leaves
 * the queue; what failed stays, and comes again when the queue's visibility timeout ends, or when the function said; so
 * does a whole batch whose invocation failed. Two batches of a queue are under way at most. Without queues it does
 * nothing.
 */
export const startQueueMapping = ({
  queues,
  sqs,
  invoke,
  onFault,
  clock,
}: QueueMappingOptions): QueueMapping => {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** What ends because of the stop is no fault. */
  const faultUnlessStopping = (fault: unknown) => {
    if (!signal.aborted) onFault(fault);
  };

  const handle = async (url: string, arn: string, messages: readonly QueueMessage[]): Promise<void> => {
    try {
      const answer = await invoke({ Records: messages.map((message) => recordOf(message, arn)) });
      const failed = failedIn(answer, messages);
      const done = messages.filter(({ id }) => !failed.has(id));
      await sqs.removeAll(
        url,
        done.map(({ receiptHandle }) => receiptHandle),
      );
    } catch (fault) {
      faultUnlessStopping(fault);
    }
  };

  const receive = async (url: string): Promise<readonly QueueMessage[]> => {
    try {
      return await sqs.receive(url, signal);
    } catch (fault) {
      faultUnlessStopping(fault);
      await clock.sleep(RETRY_AFTER_MS, signal).catch(() => undefined);
      return [];
    }
  };

  const follow = async ({ url, arn }: QueueMappingOptions['queues'][number]): Promise<void> => {
    const underWay = new Set<Promise<void>>();
    while (!signal.aborted) {
      const messages = await receive(url);
      if (messages.length === 0) continue;
      const batch = handle(url, arn, messages).finally(() => underWay.delete(batch));
      underWay.add(batch);
      if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  };

  const following = queues.map(follow);
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(following);
    },
  };
};
