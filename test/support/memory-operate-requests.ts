import type { Clock } from '../../shared/clock.ts';
import type { Answered, OperateRequests, RequestKnown } from '../../shared/operate/requests.ts';

interface Kept {
  readonly digest: string;
  readonly intent: unknown;
  readonly until: number;
  answer: Answered | null;
}

const KEPT_MS = 86_400_000;

/** Requests of people with an `Idempotency-Key` in memory; the same contract as the real store. */
export const createMemoryOperateRequests = ({
  clock,
}: {
  readonly clock: Pick<Clock, 'now'>;
}): OperateRequests => {
  const kept = new Map<string, Kept>();
  const known = <Intent>(key: string, digest: string): RequestKnown<Intent> => {
    const one = kept.get(key);
    if (!one || one.until <= clock.now()) return { kind: 'new' };
    if (one.digest !== digest) return { kind: 'conflict' };
    // As through JSON, which a real store keeps.
    return JSON.parse(JSON.stringify({ kind: 'known', intent: one.intent, answer: one.answer }));
  };
  return {
    find: async (key, digest) => {
      await Promise.resolve();
      return known(key, digest);
    },
    begin: async <Intent>(key: string, digest: string, intent: Intent) => {
      await Promise.resolve();
      const found = known<Intent>(key, digest);
      if (found.kind === 'new') kept.set(key, { digest, intent, until: clock.now() + KEPT_MS, answer: null });
      return found;
    },
    answered: async (key, answer) => {
      await Promise.resolve();
      const one = kept.get(key);
      if (one) one.answer = answer;
    },
  };
};
