/** A message as it is received; the handle is good until the message is visible again. */
export interface Received {
  readonly messageId: string;
  readonly handle: string;
  readonly body: string;
  readonly receives: number;
}

interface Kept {
  readonly id: string;
  readonly body: string;
  visibleAt: number;
  receives: number;
  handle: string;
}

export interface VirtualQueue {
  send(body: string): void;
  /** Visible ones, in no particular order; each is then hidden for the queue's visibility timeout. */
  receive(max: number): readonly Received[];
  remove(handle: string): void;
  /** Changes when a message that is held is visible again. */
  postpone(handle: string, ms: number): void;
  /** When the next message can be received; infinity: there is none. */
  nextAt(): number;
  readonly size: number;
  /** Received more often than it may be. */
  readonly deadLetters: readonly string[];
}

export interface QueueOptions {
  readonly clock: { now(): number };
  readonly visibilityMs: number;
  readonly maxReceives: number;
  /** 0 ≤ x < 1; decides the order of messages that are visible at once. */
  readonly random: () => number;
}

/** A standard queue of SQS: at least once, in any order, hidden while it is held, with a dead-letter queue. */
export const createVirtualQueue = ({
  clock,
  visibilityMs,
  maxReceives,
  random,
}: QueueOptions): VirtualQueue => {
  const kept: Kept[] = [];
  const deadLetters: string[] = [];
  let count = 0;
  const held = (handle: string): Kept | undefined =>
    kept.find((message) => message.handle === handle && message.visibleAt > clock.now());

  const take = (message: Kept): readonly Received[] => {
    if (message.receives >= maxReceives) {
      deadLetters.push(message.body);
      kept.splice(kept.indexOf(message), 1);
      return [];
    }
    message.receives += 1;
    message.handle = `${message.id}/${message.receives}`;
    message.visibleAt = clock.now() + visibilityMs;
    const { id: messageId, handle, body, receives } = message;
    return [{ messageId, handle, body, receives }];
  };

  return {
    send: (body) => {
      count += 1;
      kept.push({ id: `message-${count}`, body, visibleAt: clock.now(), receives: 0, handle: '' });
    },
    receive: (max) =>
      kept
        .filter(({ visibleAt }) => visibleAt <= clock.now())
        .map((message) => ({ message, place: random() }))
        .sort((one, other) => one.place - other.place)
        .slice(0, max)
        .flatMap(({ message }) => take(message)),
    remove: (handle) => {
      const message = held(handle);
      if (message) kept.splice(kept.indexOf(message), 1);
    },
    postpone: (handle, ms) => {
      const message = held(handle);
      if (message) message.visibleAt = clock.now() + ms;
    },
    nextAt: () => Math.min(Number.POSITIVE_INFINITY, ...kept.map(({ visibleAt }) => visibleAt)),
    get size() {
      return kept.length;
    },
    deadLetters,
  };
};
