import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Clock } from '../../clock.ts';
import type { Waker } from '../../relay/intake/ports.ts';

export interface LambdaWakerOptions {
  readonly client: LambdaClient;
  readonly functionName: string;
  /** `relay.wakeEverySeconds`, ms; default: 0. */
  readonly everyMs?: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly onFault: (error: unknown) => void;
}

/** A forwarder that was woken for rows that keep coming stays for about this long after the last one, ms. */
const LINGERS_MS = 800;
/** A forwarder that has work goes on for about this long, ms; the schedule has begun another one by then. */
const WORKS_MS = 55_000;
/** After a call that failed, ms. */
const AGAIN_AFTER_MS = 1_000;

/**
 * Invokes the forwarder, asynchronously, unless one of this process's waking is known to run.
 *
 * A row that comes alone wakes one for its feed, which sends it and leaves, as waiting for the next row would cost more
 * than starting again. So nobody relies on that one: the next row wakes another, for all feeds if it came within a
 * second. That one stays until no row came for a second; rows that keep coming rely on it for a minute.
 *
 * With `everyMs`, this process wakes none for a feed so soon after another. Rows that come meanwhile are found by the next one, or by
 * that of the schedule, which comes every minute whatever happens here.
 *
 * A call that fails is told to `onFault` and made again with a later row.
 */
export const createLambdaWaker = ({
  client,
  functionName,
  everyMs = 0,
  clock,
  onFault,
}: LambdaWakerOptions): Waker => {
  /** By feed: one that was woken for another feed does not look into this one. */
  const calledAt = new Map<string, number>();
  /** When one that stays was woken. */
  let wokenAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let lastRowAt = Number.NEGATIVE_INFINITY;

  const isSince = (at: number, ms: number, now: number): boolean => now >= at && now - at < ms;
  return {
    wake: async (feed) => {
      const now = clock.now();
      // A clock that was set back makes one call too many.
      const isAlone = !isSince(lastRowAt, LINGERS_MS, now);
      const isNeedless =
        isSince(failedAt, AGAIN_AFTER_MS, now) ||
        isSince(calledAt.get(feed) ?? Number.NEGATIVE_INFINITY, everyMs, now) ||
        (!isAlone && isSince(wokenAt, WORKS_MS, now));
      lastRowAt = now;
      if (isNeedless) return;
      calledAt.set(feed, now);
      wokenAt = isAlone ? Number.NEGATIVE_INFINITY : now;
      const event = { wake: true, ...(isAlone && { feed }) };
      try {
        await client.send(
          new InvokeCommand({
            FunctionName: functionName,
            InvocationType: 'Event',
            Payload: new TextEncoder().encode(JSON.stringify(event)),
          }),
        );
      } catch (error) {
        calledAt.delete(feed);
        wokenAt = Number.NEGATIVE_INFINITY;
        failedAt = now;
        onFault(error);
      }
    },
  };
};
