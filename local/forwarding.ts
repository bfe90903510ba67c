import { type Clock, isoInstant } from '../shared/clock.ts';
import { runSchedule } from './schedule.ts';

export interface ForwardingOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** Runs the forwarder once, for as long as it works. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly onFault: (fault: unknown) => void;
}

export interface Forwarding {
  /** A row has come: somebody is to send it. Returns at once. */
  wake(event: unknown): void;
  /** Starts no more, and resolves when those that run have ended. */
  stop(): Promise<void>;
}

/** Of two that want one to follow, the one that both can do with: for whatever feed. */
const forBoth = (one: unknown, other: unknown): unknown =>
  JSON.stringify(one) === JSON.stringify(other) ? one : { wake: true };

/** The one of the last minute may be at its end when the next begins. */
const AT_ONCE = 2;

/**
 * Starts forwarders: one on every slot, and one when woken. Woken while one runs, another follows it at once, since the
 * one that runs may have looked for the last time already.
 */
export const startForwarding = ({ clock, everyMs, invoke, onFault }: ForwardingOptions): Forwarding => {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let wanted: { readonly event: unknown } | undefined;

  const start = (event: unknown) => {
    if (stopping.signal.aborted) return;
    const one = invoke(event)
      .then(() => undefined, onFault)
      .then(() => {
        running.delete(one);
        const next = wanted;
        wanted = undefined;
        if (next) start(next.event);
      });
    running.add(one);
  };
  const following = runSchedule({
    clock,
    everyMs,
    signal: stopping.signal,
    run: async (slot) => {
      if (running.size < AT_ONCE) start({ slot: isoInstant(slot) });
    },
  });

  return {
    wake: (event) => {
      if (running.size === 0) start(event);
      else wanted = { event: wanted ? forBoth(wanted.event, event) : event };
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([following, ...running]);
    },
  };
};
