import type { Clock } from '../../shared/clock.ts';
import type { IdempotencyStore, RememberedRequest } from '../../shared/relay/intake/ports.ts';

interface Kept extends RememberedRequest {
  readonly digest: string;
  readonly until: number;
  done: boolean;
}

/** Requests with an `Idempotency-Key` in memory; the same contract as the real store. */
export const createMemoryIdempotencyStore = ({
  clock,
  keepMs,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
}): IdempotencyStore => {
  const kept = new Map<string, Kept>();
  const nameOf = (feed: string, key: string): string => JSON.stringify([feed, key]);
  return {
    begin: async (feed, key, { digest, outcomes, takenAt }) => {
      await Promise.resolve();
      const name = nameOf(feed, key);
      const now = clock.now();
      const known = kept.get(name);
      if (!known || known.until <= now) {
        kept.set(name, {
          ...structuredClone({ digest, outcomes, takenAt }),
          until: now + keepMs,
          done: false,
        });
        return { kind: 'new' };
      }
      if (known.digest !== digest) return { kind: 'conflict' };
      const { done } = known;
      return {
        kind: 'known',
        done,
        ...structuredClone({ outcomes: known.outcomes, takenAt: known.takenAt }),
      };
    },
    done: async (feed, key) => {
      await Promise.resolve();
      const known = kept.get(nameOf(feed, key));
      if (known) known.done = true;
    },
  };
};
