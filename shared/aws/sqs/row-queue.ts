import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type Clock, systemClock } from '../../clock.ts';
import { ClaywatchError } from '../../errors.ts';
import type { ReceivedRow, RowQueue, Seal, UnreadableMessage } from '../../relay/queue.ts';
import { inParallel } from '../dynamodb/rows/parallel.ts';
import { BATCH_ENTRIES, batchesOf } from './batches.ts';
import { fromMessage, toMessage } from './row-message.ts';

export interface SqsRowQueueOptions {
  readonly client: SQSClient;
  /** The URL of a feed's queue without the name of the feed. */
  readonly queueUrlPrefix: string;
  readonly seal: Seal;
  readonly clock?: Pick<Clock, 'sleep'>;
}

/** The part of SQS's answer to a batch that is looked at. */
interface Failure {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
}

const CALLS_AT_A_TIME = 10;
/** Waits before entries that SQS did not take are sent again, ms. */
const AGAIN_AFTER_MS = [50, 200, 800];
/** Beside the time that SQS itself waits for messages, ms. */
const ANSWER_WITHIN_MS = 3_000;
/** SQS's own limits, seconds. Twelve hours count from the receipt, so an hour of them is left to whoever holds it. */
const MAX_DELAY_SECONDS = 900;
const MAX_HIDDEN_SECONDS = 39_600;
/** Nothing is there to be done: its visibility has ended, or somebody else has removed it. */
const TOO_LATE = new Set(['ReceiptHandleIsInvalid', 'MessageNotInflight', 'InvalidParameterValue']);

const seconds = (wanted: number, most: number): number =>
  Math.min(most, Math.max(0, Math.ceil(Number.isFinite(wanted) ? wanted : most)));

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

const unavailable = (what: string, reason: string, cause?: unknown): ClaywatchError =>
  new ClaywatchError(
    'queue.unavailable',
    `The queue of rows did not ${what}: ${reason}.`,
    'Try again. If it lasts, look at the queue, at its name, and at what this process may do with it.',
    { cause },
  );

/** The rows' queues on SQS: `queueUrlPrefix + feed`, one sealed row per message. Every fault is `queue.unavailable`. */
export const createSqsRowQueue = ({
  client,
  queueUrlPrefix,
  seal,
  clock = systemClock,
}: SqsRowQueueOptions): RowQueue => {
  const urlOf = (feed: string): string => `${queueUrlPrefix}${feed}`;
  const asking = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw error instanceof ClaywatchError ? error : unavailable(what, nameOf(error), error);
    }
  };

  /** Until SQS has taken every entry: it may take some of a batch and not others. */
  const untilTaken = async <T extends { readonly Id: string }>(
    what: string,
    entries: readonly T[],
    call: (entries: T[]) => Promise<{ Failed?: readonly Failure[] | undefined }>,
    isFine: (failure: Failure) => boolean = () => false,
  ): Promise<void> => {
    let left = entries;
    for (let attempt = 0; ; attempt += 1) {
      const { Failed = [] } = await asking(what, () => call([...left]));
      const failures = Failed.filter((failure) => !isFine(failure));
      const [first] = failures;
      if (!first) return;
      const wait = AGAIN_AFTER_MS[attempt];
      if (wait === undefined) throw unavailable(what, first.Code ?? 'unknown');
      const failed = new Set(failures.map(({ Id }) => Id));
      left = left.filter(({ Id }) => failed.has(Id));
      await clock.sleep(wait);
    }
  };

  const handleEntries = (handles: readonly string[]) =>
    batchesOf(
      handles.map((ReceiptHandle, index) => ({ Id: String(index % BATCH_ENTRIES), ReceiptHandle })),
      () => 0,
    );
  const isTooLate = ({ Code }: Failure): boolean => Code !== undefined && TOO_LATE.has(Code);

  const read = async (feed: string, message: Message): Promise<ReceivedRow | UnreadableMessage> => {
    const { Body: body = '', ReceiptHandle: handle = '', Attributes = {} } = message;
    const receives = Number(Attributes.ApproximateReceiveCount ?? 1);
    const row = await fromMessage(seal, feed, body);
    return row
      ? { row, handle, receives, queuedAt: Number(Attributes.SentTimestamp ?? row.takenAt) }
      : { handle, receives, body };
  };

  return {
    send: async (feed, rows, { delaySeconds = 0 } = {}) => {
      const delay = seconds(delaySeconds, MAX_DELAY_SECONDS);
      const entries = await Promise.all(
        rows.map(async (row, index) => ({
          Id: String(index),
          MessageBody: await toMessage(seal, row),
          ...(delay > 0 ? { DelaySeconds: delay } : {}),
        })),
      );
      const batches = batchesOf(entries, ({ MessageBody }) => MessageBody.length);
      await inParallel(batches, CALLS_AT_A_TIME, (batch) =>
        untilTaken('take every row', batch, (Entries) =>
          client.send(new SendMessageBatchCommand({ QueueUrl: urlOf(feed), Entries })),
        ),
      );
    },

    receive: async (feed, { waitSeconds, visibilitySeconds }, signal) => {
      if (signal?.aborted) return { rows: [], unreadable: [] };
      const wait = seconds(waitSeconds, 20);
      const Messages = await asking('answer', async (): Promise<readonly Message[]> => {
        try {
          const answer = await client.send(
            new ReceiveMessageCommand({
              QueueUrl: urlOf(feed),
              MaxNumberOfMessages: BATCH_ENTRIES,
              WaitTimeSeconds: wait,
              VisibilityTimeout: seconds(visibilitySeconds, MAX_HIDDEN_SECONDS),
              MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
            }),
            { requestTimeout: wait * 1_000 + ANSWER_WITHIN_MS, ...(signal && { abortSignal: signal }) },
          );
          return answer.Messages ?? [];
        } catch (error) {
          if (signal?.aborted) return [];
          throw error;
        }
      });
      const messages = await Promise.all(Messages.map((message) => read(feed, message)));
      return {
        rows: messages.filter((each) => 'row' in each),
        unreadable: messages.filter((each) => 'body' in each),
      };
    },

    remove: async (feed, handles) => {
      await inParallel(handleEntries(handles), CALLS_AT_A_TIME, (batch) =>
        untilTaken(
          'remove every row',
          batch,
          (Entries) => client.send(new DeleteMessageBatchCommand({ QueueUrl: urlOf(feed), Entries })),
          isTooLate,
        ),
      );
    },

    release: async (feed, handles, afterSeconds) => {
      const VisibilityTimeout = seconds(afterSeconds, MAX_HIDDEN_SECONDS);
      await inParallel(handleEntries(handles), CALLS_AT_A_TIME, (batch) =>
        untilTaken(
          'give every row back',
          batch.map((entry) => ({ ...entry, VisibilityTimeout })),
          (Entries) =>
            client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: urlOf(feed), Entries })),
          isTooLate,
        ),
      );
    },

    depth: async (feed) => {
      const { Attributes = {} } = await asking('answer', () =>
        client.send(
          new GetQueueAttributesCommand({
            QueueUrl: urlOf(feed),
            AttributeNames: [
              'ApproximateNumberOfMessages',
              'ApproximateNumberOfMessagesNotVisible',
              'ApproximateNumberOfMessagesDelayed',
            ],
          }),
        ),
      );
      return {
        waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
      };
    },
  };
};
