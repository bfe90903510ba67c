import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Clock } from '../../clock.ts';
import type { Waker } from '../../relay/intake/ports.ts';

export interface LambdaWakerOptions {
  readonly client: LambdaClient;
  readonly functionName: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly onFault: (error: unknown) => void;
}

/** A forwarder that finds nothing more to do stays for about this long, ms. */
const LINGERS_MS = 800;
/** A forwarder that has work goes on for about this long, ms; the schedule has begun another one by then. */
const WORKS_MS = 55_000;
/** After a call that failed, ms. */
const AGAIN_AFTER_MS = 1_000;

/**
 * Invokes the forwarder, asynchronously, unless one of this process's waking is known to run: one that was woken less
 * than a minute ago, if rows have come at least every second since, so that it always found some. A call that fails is
 * told to `onFault` and made again with a later row.
 */
export const createLambdaWaker = ({ client, functionName, clock, onFault }: LambdaWakerOptions): Waker => {
  let wokenAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let lastRowAt = Number.NEGATIVE_INFINITY;

  const isSince = (at: number, ms: number, now: number): boolean => now >= at && now - at < ms;
  /** A clock that was set back makes one call too many. */
  const isNeedless = (now: number): boolean =>
    isSince(failedAt, AGAIN_AFTER_MS, now) ||
    (isSince(wokenAt, WORKS_MS, now) && isSince(lastRowAt, LINGERS_MS, now));

  return {
    wake: async () => {
      const now = clock.now();
      const needless = isNeedless(now);
      lastRowAt = now;
      if (needless) return;
      wokenAt = now;
      try {
        await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event' }));
      } catch (error) {
        wokenAt = Number.NEGATIVE_INFINITY;
        failedAt = now;
        onFault(error);
      }
    },
  };
};
