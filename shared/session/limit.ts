import type { Clock } from '../clock.ts';
import type { SignInAttempts } from './attempts.ts';

export interface SignInLimitOptions {
  readonly attempts: SignInAttempts;
  readonly clock: Pick<Clock, 'now'>;
}

/** One try to sign in. */
export type Admission =
  | {
      readonly kind: 'admitted';
      /** What came of it. Must be told once; a try of which nothing is told counts as failed. */
      readonly settle: (outcome: 'not-failed' | 'failed') => Promise<void>;
    }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number };

export const WINDOW_MS = 15 * 60_000;
/** Failed tries of one source in a window. A secret that is generated has 256 bits; one that a person made up has not. */
export const PER_SOURCE = 10;
/** Failed tries of all sources together, from which on each has but few. */
export const OVERALL = 100;
/**
 * What is left to each source then. Never nothing: a stranger with many addresses must not be able to lock out whoever
 * has the secret and comes from an address of their own.
 */
export const PER_SOURCE_WHEN_MANY = 2;

const EVERYBODY = 'everybody';

/**
 * Limits failed sign-ins in fixed windows, from each source and, when there are many, from each the more. A try is
 * counted before the secret is looked at and given back when it was right, so that a thousand at once get no further than
 * one after the other.
 */
export const createSignInLimit = ({ attempts, clock }: SignInLimitOptions) => ({
  admit: async (source: string): Promise<Admission> => {
    const now = clock.now();
    const window = Math.floor(now / WINDOW_MS);
    const endsAt = (window + 1) * WINDOW_MS;
    const expiresAt = Math.ceil(endsAt / 1_000);
    const failedOfAll = await attempts.count(EVERYBODY, window);
    const atMost = failedOfAll < OVERALL ? PER_SOURCE : PER_SOURCE_WHEN_MANY;
    const taken = await attempts.take(`of ${source}`, window, atMost, expiresAt);
    if (taken === 'full')
      return { kind: 'limited', retryAfterSeconds: Math.max(1, Math.ceil((endsAt - now) / 1_000)) };
    return {
      kind: 'admitted',
      settle: (outcome) =>
        outcome === 'not-failed'
          ? attempts.giveBack(`of ${source}`, window)
          : attempts.add(EVERYBODY, window, expiresAt),
    };
  },
});

export type SignInLimit = ReturnType<typeof createSignInLimit>;
