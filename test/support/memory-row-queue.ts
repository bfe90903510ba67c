import type { Clock } from '../../shared/clock.ts';
import type {
  QueueDepth,
  QueuedRow,
  Received,
  ReceivedRow,
  RowQueue,
  UnreadableMessage,
} from '../../shared/relay/queue.ts';
import { createTimeline } from './timeline.ts';

/** How SQS may disturb: it delivers at least once and in no promised order. */
export interface QueueTrouble {
  /** A number from 0 up to, not including, 1; seeded, so that a run can be repeated. */
  readonly random: () => number;
  /** Chance that a message is handed out and nevertheless stays visible, or comes back although it was removed. */
  readonly duplicates?: number;
  /** Hands out any of so many that wait, instead of the oldest. */
  readonly shuffle?: number;
}

export interface MemoryRowQueueOptions {
  readonly clock: Clock;
  /** After so many receives a message is set aside instead of being received once more. */
  readonly maxReceives?: number;
  readonly retentionMs?: number;
  readonly trouble?: QueueTrouble;
}

/** A message that was received too often. */
export interface SetAside {
  readonly feed: string;
  readonly row: QueuedRow | null;
  readonly body: string | null;
  readonly receives: number;
}

export interface MemoryRowQueue extends RowQueue {
  /** Puts a message into the queue that is not a row of ours. */
  plant(feed: string, body: string): void;
  /** Every row in the queue, in whatever state, in no order. */
  rows(feed: string): readonly QueuedRow[];
  /** What was received too often: SQS's own dead-letter queue. */
  readonly setAside: SetAside[];
  /** How many messages were lost to retention. */
  expired(): number;
}

interface Message {
  readonly serial: number;
  readonly row: QueuedRow | null;
  readonly body: string | null;
  readonly queuedAt: number;
  /** waiting: in `waiting` · hidden: received, or given back until later · delayed: not to be received yet */
  state: 'waiting' | 'hidden' | 'delayed' | 'gone';
  /** Grows with every change of state, so that an older entry of the timeline means nothing. */
  turn: number;
  receives: number;
  handle: string;
}

interface Queue {
  /** In the order of arrival, from `oldest` on; those that are gone are passed over. */
  readonly arrivals: Message[];
  oldest: number;
  /** From `head` on. */
  waiting: Message[];
  head: number;
  readonly timeline: ReturnType<typeof createTimeline<{ message: Message; turn: number }>>;
  readonly handles: Map<string, Message>;
  readonly counts: { waiting: number; hidden: number; delayed: number };
  readonly listeners: Set<() => void>;
}

const DAY_MS = 86_400_000;
const AT_ONCE = 10;

const createQueue = (): Queue => ({
  arrivals: [],
  oldest: 0,
  waiting: [],
  head: 0,
  timeline: createTimeline(),
  handles: new Map(),
  counts: { waiting: 0, hidden: 0, delayed: 0 },
  listeners: new Set(),
});

const move = (queue: Queue, message: Message, state: Message['state']): void => {
  if (message.state !== 'gone') queue.counts[message.state] -= 1;
  if (state !== 'gone') queue.counts[state] += 1;
  message.state = state;
  message.turn += 1;
};

const show = (queue: Queue, message: Message): void => {
  move(queue, message, 'waiting');
  queue.waiting.push(message);
};

const hide = (queue: Queue, message: Message, state: 'hidden' | 'delayed', until: number): void => {
  move(queue, message, state);
  queue.timeline.add(until, { message, turn: message.turn });
};

const drop = (queue: Queue, message: Message): void => {
  move(queue, message, 'gone');
  queue.handles.delete(message.handle);
};

/** Any of the first ones, as SQS does; the order of the rest changes by no more than the two. */
const shuffleHead = (queue: Queue, { random, shuffle = 0 }: QueueTrouble): void => {
  const among = Math.min(shuffle, queue.waiting.length - queue.head);
  if (among < 2) return;
  const other = queue.head + Math.floor(random() * among);
  const [first, second] = [queue.waiting[queue.head], queue.waiting[other]];
  if (!first || !second) return;
  queue.waiting[queue.head] = second;
  queue.waiting[other] = first;
};

const takeHead = (queue: Queue): Message | undefined => {
  while (queue.head < queue.waiting.length) {
    const message = queue.waiting[queue.head];
    queue.head += 1;
    if (queue.head > 4_096 && queue.head * 2 > queue.waiting.length) {
      queue.waiting = queue.waiting.slice(queue.head);
      queue.head = 0;
    }
    if (message?.state === 'waiting') return message;
  }
  return undefined;
};

/**
 * The queue of rows in memory, on a clock: visibility, delay, count of receives, retention and redrive as SQS has
 * them; the same contract as the adapter. Every operation takes the same time however long the queue is.
 */
export const createMemoryRowQueue = ({
  clock,
  maxReceives = 50,
  retentionMs = 14 * DAY_MS,
  trouble,
}: MemoryRowQueueOptions): MemoryRowQueue => {
  const queues = new Map<string, Queue>();
  const setAside: SetAside[] = [];
  let serial = 0;
  let expired = 0;

  const queueOf = (feed: string): Queue => {
    const known = queues.get(feed);
    if (known) return known;
    const queue = createQueue();
    queues.set(feed, queue);
    return queue;
  };
  const strikes = (): boolean => trouble !== undefined && trouble.random() < (trouble.duplicates ?? 0);

  const put = (feed: string, content: Pick<Message, 'row' | 'body'>, delayMs: number): void => {
    const queue = queueOf(feed);
    serial += 1;
    const message: Message = {
      ...content,
      serial,
      queuedAt: clock.now(),
      state: 'gone',
      turn: 0,
      receives: 0,
      handle: '',
    };
    queue.arrivals.push(message);
    if (delayMs > 0) hide(queue, message, 'delayed', clock.now() + delayMs);
    else show(queue, message);
  };

  const announce = (queue: Queue): void => {
    for (const listener of [...queue.listeners]) listener();
  };

  /** Lets time have its effects: what is too old goes, what was hidden long enough shows. */
  const catchUp = (queue: Queue): void => {
    const now = clock.now();
    for (let oldest = queue.arrivals[queue.oldest]; oldest; oldest = queue.arrivals[queue.oldest]) {
      const isOver = oldest.queuedAt + retentionMs <= now;
      if (oldest.state !== 'gone' && !isOver) break;
      if (oldest.state !== 'gone') {
        drop(queue, oldest);
        expired += 1;
      }
      queue.oldest += 1;
    }
    if (queue.oldest > 4_096) {
      queue.arrivals.splice(0, queue.oldest);
      queue.oldest = 0;
    }
    for (let due = queue.timeline.takeDue(now); due; due = queue.timeline.takeDue(now)) {
      if (due.turn === due.message.turn) show(queue, due.message);
    }
  };

  /** The next message to hand out; what was received too often is set aside on the way. */
  const nextOf = (feed: string, queue: Queue): Message | undefined => {
    for (;;) {
      if (trouble) shuffleHead(queue, trouble);
      const message = takeHead(queue);
      if (!message || message.receives < maxReceives) return message;
      drop(queue, message);
      setAside.push({ feed, row: message.row, body: message.body, receives: message.receives });
    }
  };

  const handOut = (feed: string, visibilitySeconds: number): Received => {
    const queue = queueOf(feed);
    catchUp(queue);
    const rows: ReceivedRow[] = [];
    const unreadable: UnreadableMessage[] = [];
    while (rows.length + unreadable.length < AT_ONCE) {
      const message = nextOf(feed, queue);
      if (!message) break;
      queue.handles.delete(message.handle);
      message.receives += 1;
      message.handle = `${message.serial}.${message.receives}`;
      queue.handles.set(message.handle, message);
      const { handle, receives, queuedAt, row, body } = message;
      if (row) rows.push({ row, handle, receives, queuedAt });
      else unreadable.push({ handle, receives, body: body ?? '' });
      if (strikes()) show(queue, message);
      else hide(queue, message, 'hidden', clock.now() + visibilitySeconds * 1_000);
    }
    return { rows, unreadable };
  };

  /** Until something may have come, or `until`; leaves no sleeper behind. */
  const wait = async (queue: Queue, until: number, signal?: AbortSignal): Promise<void> => {
    const over = new AbortController();
    const end = () => over.abort();
    queue.listeners.add(end);
    signal?.addEventListener('abort', end, { once: true });
    const next = Math.min(until, queue.timeline.nextDue() ?? Number.POSITIVE_INFINITY);
    await clock.sleep(Math.max(0, next - clock.now()), over.signal).catch(() => undefined);
    queue.listeners.delete(end);
    signal?.removeEventListener('abort', end);
  };

  return {
    setAside,
    expired: () => expired,
    plant: (feed, body) => {
      put(feed, { row: null, body }, 0);
      announce(queueOf(feed));
    },
    rows: (feed) => {
      const queue = queueOf(feed);
      catchUp(queue);
      return queue.arrivals.flatMap(({ state, row }) => (state === 'gone' || !row ? [] : [row]));
    },
    send: async (feed, rows, { delaySeconds = 0 } = {}) => {
      await Promise.resolve();
      for (const row of rows) put(feed, { row: { ...row }, body: null }, delaySeconds * 1_000);
      announce(queueOf(feed));
    },
    receive: async (feed, { waitSeconds, visibilitySeconds }, signal) => {
      await Promise.resolve();
      const queue = queueOf(feed);
      const until = clock.now() + waitSeconds * 1_000;
      while (!signal?.aborted) {
        const received = handOut(feed, visibilitySeconds);
        if (received.rows.length + received.unreadable.length > 0 || clock.now() >= until) return received;
        await wait(queue, until, signal);
      }
      return { rows: [], unreadable: [] };
    },
    remove: async (feed, handles) => {
      await Promise.resolve();
      const queue = queueOf(feed);
      for (const handle of handles) {
        const message = queue.handles.get(handle);
        if (!message) continue;
        if (!strikes()) drop(queue, message);
        else if (message.state !== 'waiting') show(queue, message);
      }
    },
    release: async (feed, handles, afterSeconds) => {
      await Promise.resolve();
      const queue = queueOf(feed);
      for (const handle of handles) {
        const message = queue.handles.get(handle);
        if (message?.state !== 'hidden') continue;
        if (afterSeconds > 0) hide(queue, message, 'hidden', clock.now() + afterSeconds * 1_000);
        else show(queue, message);
      }
      announce(queue);
    },
    depth: async (feed): Promise<QueueDepth> => {
      await Promise.resolve();
      const queue = queueOf(feed);
      catchUp(queue);
      const { waiting, hidden: inFlight, delayed } = queue.counts;
      return { waiting, inFlight, delayed };
    },
  };
};
