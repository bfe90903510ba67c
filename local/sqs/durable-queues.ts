import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { buildApp } from 'fauxqs';
import { LOCAL_AWS } from '../aws.ts';
import { type KeptMessage, type KeptQueue, type MessageFile, openMessageFile } from './message-file.ts';

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type Store = Stores['sqsStore'];
type Queue = NonNullable<ReturnType<Store['getQueue']>>;
type Message = Parameters<Queue['enqueue']>[0];
type Received = ReturnType<Queue['dequeue']>[number];

/** What fauxqs's protocol layer uses of a queue that is not FIFO; it sees that the attributes are well-formed. */
type QueuePort = Pick<
  Queue,
  | 'name'
  | 'url'
  | 'arn'
  | 'attributes'
  | 'tags'
  | 'isFifo'
  | 'getAllAttributes'
  | 'getAttribute'
  | 'setAttributes'
  | 'enqueue'
  | 'dequeue'
  | 'deleteMessage'
  | 'changeVisibility'
  | 'waitForMessages'
  | 'purge'
> & { readonly inflightMessages: Pick<Queue['inflightMessages'], 'get' | 'has'> };

type StorePort = Pick<
  Store,
  'createQueue' | 'deleteQueue' | 'buildQueueUrl' | 'getQueue' | 'getQueueByArn' | 'listQueues' | 'shutdown'
> & { region: string };

export interface DurableQueues {
  /** For `buildApp({ stores })`. */
  readonly stores: Stores;
  /** Tells them who asks, before the application listens. */
  attach(app: App): void;
  /** Where they are reached now, as their URLs are to say; they were elsewhere before a restart. */
  listensAt(endpoint: string): void;
  close(): void;
}

const ACCOUNT = '000000000000';
const DEFAULTS: Readonly<Record<string, string>> = {
  VisibilityTimeout: '30',
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
};
/** As in a receive request. */
const MOST_AT_ONCE = 10;
/** How long is slept at most before the clock is read again. */
const LOOK_AGAIN_MS = 1_000;

/** The connection that a request came on. Its sender may leave while he waits; then nobody is to get a message for him. */
const asking = new AsyncLocalStorage<Socket>();

const hasLeft = (socket: Socket | undefined): boolean =>
  socket !== undefined && (socket.destroyed || socket.readableEnded);

interface Redrive {
  readonly arn: string;
  readonly after: number;
}

const redriveOf = (policy: string | undefined): Redrive | undefined => {
  if (!policy) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Record<string, unknown>;
  return typeof deadLetterTargetArn === 'string'
    ? { arn: deadLetterTargetArn, after: Number(maxReceiveCount) }
    : undefined;
};

/** Requests that wait for a message: each is let go once, when one may be there or its time is up. */
const createWaiting = (nextVisibleAt: () => number | undefined) => {
  const waiting = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;

  const wake = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const go of [...waiting]) go();
  };
  /** Messages that are hidden now appear by themselves. */
  const schedule = () => {
    if (waiting.size === 0 || timer) return;
    const at = nextVisibleAt();
    const inMs = at === undefined ? LOOK_AGAIN_MS : at - Date.now();
    if (inMs <= 0) return wake();
    timer = setTimeout(
      () => {
        timer = undefined;
        if ((nextVisibleAt() ?? Number.POSITIVE_INFINITY) <= Date.now()) wake();
        else schedule();
      },
      Math.min(inMs, LOOK_AGAIN_MS),
    );
  };
  return {
    wake,
    wait: (ms: number) =>
      new Promise<void>((resolve) => {
        const go = () => {
          clearTimeout(timeUp);
          waiting.delete(go);
          resolve();
        };
        const timeUp = setTimeout(go, ms);
        waiting.add(go);
        schedule();
      }),
  };
};

const messageOf = (kept: KeptMessage): Message => ({
  messageId: kept.id,
  body: kept.body,
  md5OfBody: kept.md5,
  messageAttributes: kept.attributes === '' ? {} : JSON.parse(kept.attributes),
  md5OfMessageAttributes: kept.md5OfAttributes,
  sentTimestamp: kept.sentAt,
  approximateReceiveCount: kept.receives,
  ...(kept.firstReceivedAt === null ? {} : { approximateFirstReceiveTimestamp: kept.firstReceivedAt }),
});

const receivedOf = (message: Message, handle: string): Received => ({
  MessageId: message.messageId,
  ReceiptHandle: handle,
  MD5OfBody: message.md5OfBody,
  Body: message.body,
  ...(message.md5OfMessageAttributes === ''
    ? {}
    : {
        MD5OfMessageAttributes: message.md5OfMessageAttributes,
        MessageAttributes: message.messageAttributes,
      }),
});

interface QueueSettings {
  readonly file: MessageFile;
  readonly name: string;
  readonly url: () => string;
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

const createQueue = ({ file, name, url, arn, attributes: given, createdAt }: QueueSettings) => {
  const attributes: Record<string, string> = { ...given };
  const waiting = createWaiting(() => file.nextVisibleAt(name));
  /** Of the answer that is being made: fauxqs adds the system attributes to it afterwards. */
  let handedOut = new Map<string, Message>();

  const attribute = (wanted: string): string | undefined => {
    const { waiting: visible, inFlight, delayed } = file.counts(name, Date.now());
    const computed: Readonly<Record<string, string>> = {
      QueueArn: arn,
      CreatedTimestamp: String(createdAt),
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
    };
    return computed[wanted] ?? attributes[wanted];
  };

  const receive = (kept: KeptMessage, visibilitySeconds: number, now: number): Received => {
    const handle = randomUUID();
    file.handOut(kept.seq, { handle, visibleAt: now + visibilitySeconds * 1_000, now });
    const message = messageOf({
      ...kept,
      receives: kept.receives + 1,
      firstReceivedAt: kept.firstReceivedAt ?? now,
    });
    handedOut.set(handle, message);
    return receivedOf(message, handle);
  };

  const queue: QueuePort = {
    name,
    get url() {
      return url();
    },
    arn,
    attributes,
    tags: new Map(),
    isFifo: () => false,
    getAttribute: attribute,
    getAllAttributes: (requested) => {
      const names = requested.includes('All')
        ? [
            'QueueArn',
            'CreatedTimestamp',
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
            ...Object.keys(attributes),
          ]
        : requested;
      return Object.fromEntries(
        names.flatMap((wanted) => {
          const value = attribute(wanted);
          return value === undefined ? [] : [[wanted, value]];
        }),
      );
    },
    setAttributes: (changed) => {
      Object.assign(attributes, changed);
      if (changed.RedrivePolicy === '') delete attributes.RedrivePolicy;
      file.putQueue({ name, attributes, createdAt });
    },
    enqueue: (message) => {
      const attributeCount = Object.keys(message.messageAttributes).length;
      file.add(name, {
        id: message.messageId,
        body: message.body,
        md5: message.md5OfBody,
        attributes: attributeCount === 0 ? '' : JSON.stringify(message.messageAttributes),
        md5OfAttributes: message.md5OfMessageAttributes ?? '',
        sentAt: message.sentTimestamp,
        visibleAt: message.delayUntil ?? message.sentTimestamp,
      });
      waiting.wake();
    },
    dequeue: (maxCount, visibilitySeconds = Number(attributes.VisibilityTimeout), queueOf) => {
      const now = Date.now();
      const redrive = redriveOf(attributes.RedrivePolicy);
      const deadLetters = redrive && queueOf?.(redrive.arn);
      const received: Received[] = [];
      if (hasLeft(asking.getStore())) return received;
      handedOut = new Map();
      for (;;) {
        const kept = file.visible(name, now, Math.min(maxCount, MOST_AT_ONCE) - received.length);
        for (const one of kept) {
          if (redrive && deadLetters && one.receives >= redrive.after)
            file.move(one.seq, deadLetters.name, now);
          else received.push(receive(one, visibilitySeconds, now));
        }
        if (kept.length === 0 || received.length >= Math.min(maxCount, MOST_AT_ONCE)) return received;
      }
    },
    inflightMessages: {
      has: (handle) => file.isInFlight(name, handle, Date.now()),
      get: (handle) => {
        const message = handedOut.get(handle);
        return message && { message, receiptHandle: handle, visibilityDeadline: 0 };
      },
    },
    deleteMessage: (handle) => file.remove(name, handle),
    changeVisibility: (handle, seconds) => {
      file.hide(name, handle, Date.now() + seconds * 1_000);
      if (seconds === 0) waiting.wake();
    },
    waitForMessages: (seconds) => waiting.wait(seconds * 1_000),
    purge: () => file.purge(name),
  };
  return { queue: queue as unknown as Queue, wake: waiting.wake };
};

const arnOf = (name: string) => `arn:aws:sqs:${LOCAL_AWS.region}:${ACCOUNT}:${name}`;
const nameIn = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/**
 * SQS's standard queues on disk, behind fauxqs's protocol. fauxqs has persistence of its own, which 2.4.1 cannot be
 * used for rows: giving a message back (`ChangeMessageVisibility` 0) breaks a NOT NULL constraint of its table, after
 * which nobody receives the message until a restart; moving one to the dead-letter queue is two transactions; every
 * message is held in memory too; and it listens on all interfaces.
 *
 * They live in the runtime's process. A message of 1.5 KB costs 62 µs of processor from being sent to being removed;
 * over HTTP, on two busy cores, 2,600 to 5,500 messages a second are taken in batches of ten, 600 to 1,100 one by one:
 * the protocol is what costs. A process of its own would take 120 MB more, would have to be found and ended, and would
 * forget everything when the machine restarts. A file does not.
 *
 * One region, one account, no FIFO queues, and no expiry: what waits, waits for as long as the file is there.
 */
export const openDurableQueues = (path: string): DurableQueues => {
  const file = openMessageFile(path);
  const queues = new Map<string, ReturnType<typeof createQueue>>();
  let endpoint = 'http://localhost';
  const urlOf = (name: string) => `${endpoint}/${ACCOUNT}/${name}`;

  const open = ({ name, attributes, createdAt }: KeptQueue): Queue => {
    const made = createQueue({
      file,
      name,
      url: () => urlOf(name),
      arn: arnOf(name),
      attributes,
      createdAt,
    });
    queues.set(name, made);
    return made.queue;
  };
  for (const kept of file.queues()) open(kept);

  const store: StorePort = {
    region: LOCAL_AWS.region,
    createQueue: (name, _url, _arn, given = {}) => {
      const kept = {
        name,
        attributes: { ...DEFAULTS, ...given },
        createdAt: Math.floor(Date.now() / 1_000),
      };
      file.putQueue(kept);
      return open(kept);
    },
    deleteQueue: (url) => {
      const name = nameIn(url);
      queues.get(name)?.wake();
      file.removeQueue(name);
      return queues.delete(name);
    },
    buildQueueUrl: (name) => urlOf(name),
    getQueue: (url) => queues.get(nameIn(url))?.queue,
    getQueueByArn: (arn) => [...queues.values()].find(({ queue }) => queue.arn === arn)?.queue,
    listQueues: (prefix = '') => ({
      queues: [...queues.values()].map(({ queue }) => queue).filter(({ name }) => name.startsWith(prefix)),
    }),
    shutdown: () => {
      for (const { wake } of queues.values()) wake();
    },
  };
  return {
    // The other stores are fauxqs's own, in memory.
    stores: { sqsStore: store } as unknown as Stores,
    attach: (app) => {
      app.addHook('onRequest', ({ raw }, _reply, done) => asking.run(raw.socket, done));
    },
    listensAt: (now) => {
      endpoint = now;
    },
    close: file.close,
  };
};
