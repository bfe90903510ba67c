import middy from '@middy/core';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import type { Postpone } from '../../shared/aws/sqs/visibility.ts';
import { redactText } from '../../shared/config/redact.ts';
import { type HandedOver, type HandOverDependencies, handOver } from '../../shared/notify/hand-over.ts';
import { partsOf } from '../../shared/notify/proof.ts';
import type { Notification } from '../../shared/notify/publisher.ts';
import { faultFields, logOutcome, parseEvent, presentable } from '../edge.ts';
import { readEnvironment } from '../environment.ts';
import { createLogger, type Log, logged } from '../log.ts';
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
  /** Told of what became of each message. */
  readonly onHandedOver?: (channel: string, notification: Notification, result: HandedOver) => void;
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
      deps.onHandedOver?.(channel, notification, result);
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

/** One line for each message: which incident, where to, and what came of it. */
export const logHandedOver =
  (log: Pick<Log, 'info' | 'warn'>): NonNullable<NotifyDependencies['onHandedOver']> =>
  (channel, { id, incidentId: incident }, result) => {
    const about = { incident, notification: id, channel };
    if (result.kind === 'settled' && result.as !== 'refused')
      log.info('handed over', { ...about, outcome: result.as });
    else if (result.kind === 'settled') log.warn('handed over', { ...about, outcome: result.as });
    else {
      const { afterSeconds: again_after_seconds, why } = result;
      log.warn('handed over', { ...about, outcome: 'later', again_after_seconds, why: redactText(why) });
    }
  };

const log = createLogger('notify');
const dependencies = once(async () => {
  const environment = readEnvironment(notifyEnvironment, process.env);
  const made = await createDependencies(environment, process.env, (error) =>
    log.warn('beside the delivery', faultFields(presentable(error))),
  );
  return { ...made, onHandedOver: logHandedOver(log) };
});

export const handler = logged(
  log,
  middy(async (event: NotifyEvent, context: Context) => notify(await dependencies(), event, context))
    .use(logOutcome(log, ({ batchItemFailures }: SQSBatchResponse) => ({ again: batchItemFailures.length })))
    .use(parseEvent(notifyEvent)),
);
