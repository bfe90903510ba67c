import middy from '@middy/core';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import type { Postpone } from '../../shared/aws/sqs/visibility.ts';
import { type HandOverDependencies, handOver } from '../../shared/notify/hand-over.ts';
import { partsOf } from '../../shared/notify/proof.ts';
import type { Notification } from '../../shared/notify/publisher.ts';
import { faultFields, logOutcome, parseEvent, presentable } from '../edge.ts';
import { readEnvironment } from '../environment.ts';
import { createLogger } from '../log.ts';
import { once } from '../once.ts';
import { createDependencies } from './dependencies.ts';
import { notifyEnvironment } from './environment.ts';
import {
  channelOfQueue,
  type NotifyEvent,
  type NotifyRecord,
  notifyEvent,
  readNotification,
} from './event.ts';

export interface NotifyDependencies extends HandOverDependencies {
  readonly installation: string;
  readonly postpone: Postpone;
}

/** One delivery takes ten seconds at most; with less left it is not begun. */
const ONE_DELIVERY_MS = 12_000;
const BUSY_AGAIN_S = 1;

interface Readable {
  readonly record: NotifyRecord;
  readonly channel: string;
  readonly notification: Notification;
}

/** What is put back: with a time to wait, or as the queue has it. */
interface PutBack {
  readonly record: NotifyRecord;
  readonly afterSeconds: number | null;
}

const byVersion = (one: Readable, other: Readable): number =>
  (partsOf(one.notification.id)?.version ?? 0) - (partsOf(other.notification.id)?.version ?? 0);

/** Messages of one incident on one channel, in order; behind one that has to wait the others wait as well. */
const inOrder = async (
  deps: NotifyDependencies,
  messages: readonly Readable[],
  msLeft: () => number,
): Promise<readonly PutBack[]> => {
  const putBack: PutBack[] = [];
  let waits: number | null = null;
  for (const { record, channel, notification } of [...messages].sort(byVersion)) {
    if (waits === null && msLeft() < ONE_DELIVERY_MS) waits = BUSY_AGAIN_S;
    if (waits === null) {
      const receives = record.attributes.ApproximateReceiveCount;
      const result = await handOver(deps, { channel, notification, receives });
      if (result.kind === 'settled') continue;
      waits = result.afterSeconds;
    }
    putBack.push({ record, afterSeconds: waits });
  }
  return putBack;
};

const readAll = (deps: NotifyDependencies, { Records }: NotifyEvent) => {
  const readable: Readable[] = [];
  const unreadable: PutBack[] = [];
  for (const record of Records) {
    const channel = channelOfQueue(record.eventSourceARN, deps.installation);
    const notification = readNotification(record.body);
    if (channel !== null && notification) readable.push({ record, channel, notification });
    else {
      // Nobody can deliver it; after a few times the queue sets it aside for people to look at.
      deps.onFault(new Error(`message ${record.messageId} is not one of this function's`));
      unreadable.push({ record, afterSeconds: null });
    }
  }
  return { readable, unreadable };
};

const postponeAll = (deps: NotifyDependencies, putBack: readonly PutBack[]) =>
  Promise.all(
    putBack.map(async ({ record: { eventSourceARN, receiptHandle }, afterSeconds }) => {
      if (afterSeconds === null) return;
      // It comes again all the same, after the queue's own time.
      await deps.postpone(eventSourceARN, receiptHandle, afterSeconds).catch(deps.onFault);
    }),
  );

/**
 * Delivers a batch of messages from the queues of chat channels. Those of one incident go in order, others at once. What
 * cannot be delivered yet is answered as a failed item and comes again when the provider said, or with a growing wait.
 */
export const notify = async (
  deps: NotifyDependencies,
  event: NotifyEvent,
  { getRemainingTimeInMillis: msLeft }: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> => {
  const { readable, unreadable } = readAll(deps, event);
  const perIncident = Map.groupBy(
    readable,
    ({ channel, notification }) => `${channel} ${notification.incidentId}`,
  );
  const results = await Promise.all(
    [...perIncident.values()].map((messages) => inOrder(deps, messages, msLeft)),
  );
  const putBack = [...unreadable, ...results.flat()];
  await postponeAll(deps, putBack);
  return { batchItemFailures: putBack.map(({ record }) => ({ itemIdentifier: record.messageId })) };
};

const logger = createLogger('notify');
const dependencies = once(() =>
  createDependencies(readEnvironment(notifyEnvironment, process.env), process.env, (error) =>
    logger.warn('beside the delivery', faultFields(presentable(error))),
  ),
);

export const handler = middy(async (event: NotifyEvent, context: Context) =>
  notify(await dependencies(), event, context),
)
  .use(logOutcome(logger, ({ batchItemFailures }: SQSBatchResponse) => ({ again: batchItemFailures.length })))
  .use(parseEvent(notifyEvent));
