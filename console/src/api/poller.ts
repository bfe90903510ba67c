import type { Loaded } from './client.ts';
import type { Problem } from './problem.ts';

/** What is known of something that is read again and again. */
export interface Resource<T> {
  /** The last answer; kept while later ones fail. */
  readonly data: T | null;
  /** When it was last seen to be so, epoch ms; null before the first answer. */
  readonly seenAt: number | null;
  /** Why the last attempt failed; null when it did not. */
  readonly problem: Problem | null;
  /** Nothing was answered yet, well or badly. */
  readonly loading: boolean;
}

export interface PollerPorts<T> {
  readonly load: (etag: string | null) => Promise<Loaded<T>>;
  readonly everyMs: number;
  readonly now: () => number;
  readonly setTimer: (run: () => void, ms: number) => unknown;
  readonly clearTimer: (timer: unknown) => void;
  /** Whether anybody can see the page. */
  readonly visible: () => boolean;
}

export interface Poller<T> {
  readonly state: () => Resource<T>;
  /** Polls as long as anybody listens. Returns how to stop listening. */
  readonly listen: (listener: () => void) => () => void;
  readonly listened: () => boolean;
  /** The page was hidden, or is seen again. */
  readonly visibilityChanged: () => void;
  /** Reads now; resolves when an answer is there that was asked for after this call. */
  readonly refresh: () => Promise<void>;
  readonly setEvery: (everyMs: number) => void;
}

const SLOWEST_MS = 60_000;

/** After failures: twice as long each time, up to a minute, and never sooner than the server asked for. */
export const waitAfter = (everyMs: number, failures: number, problem: Problem | null): number => {
  const backedOff =
    failures === 0 ? everyMs : Math.min(everyMs * 2 ** failures, Math.max(everyMs, SLOWEST_MS));
  return Math.max(backedOff, problem?.retryAfterMs ?? 0);
};

/** Whether asking again is of no use until something else changes. */
const isFinal = (problem: Problem | null): boolean => problem?.kind === 'signed-out';

/** Reads something again and again while it is listened to and the page is seen. */
export const createPoller = <T>(ports: PollerPorts<T>): Poller<T> => {
  const listeners = new Set<() => void>();
  let everyMs = ports.everyMs;
  let state: Resource<T> = { data: null, seenAt: null, problem: null, loading: true };
  let etag: string | null = null;
  let failures = 0;
  let timer: unknown = null;
  let running: Promise<void> | null = null;
  let readAt: number | null = null;

  const stopTimer = (): void => {
    if (timer !== null) ports.clearTimer(timer);
    timer = null;
  };

  const take = (answer: Loaded<T>): void => {
    if (answer.kind === 'failed') {
      failures += 1;
      state = { ...state, problem: answer.problem, loading: false };
      return;
    }
    failures = 0;
    const seenAt = ports.now();
    if (answer.kind === 'fresh') {
      etag = answer.etag;
      state = { data: answer.data, seenAt, problem: null, loading: false };
    } else state = { ...state, seenAt, problem: null, loading: false };
  };

  const schedule = (): void => {
    stopTimer();
    if (listeners.size === 0 || !ports.visible() || isFinal(state.problem)) return;
    timer = ports.setTimer(read, waitAfter(everyMs, failures, state.problem));
  };

  const run = async (): Promise<void> => {
    readAt = ports.now();
    take(await ports.load(etag));
    running = null;
    for (const listener of [...listeners]) listener();
    schedule();
  };

  const read = (): void => {
    stopTimer();
    running ??= run();
  };

  const isDue = (): boolean => readAt === null || state.problem !== null || ports.now() - readAt >= everyMs;

  return {
    state: () => state,
    listened: () => listeners.size > 0,
    listen: (listener) => {
      listeners.add(listener);
      if (isDue() && ports.visible()) read();
      else if (timer === null && running === null) schedule();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stopTimer();
      };
    },
    visibilityChanged: () => {
      if (!ports.visible()) stopTimer();
      else if (listeners.size > 0) read();
    },
    refresh: async () => {
      // What is under way may have been answered before what the caller did.
      await running;
      read();
      await running;
    },
    setEvery: (ms) => {
      everyMs = ms;
    },
  };
};
