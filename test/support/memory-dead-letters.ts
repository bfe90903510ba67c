import type { Clock } from '../../shared/clock.ts';
import type { DeadLetter, DeadLetterStore } from '../../shared/relay/keeping.ts';

const DAY = 86_400_000;

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Dead letters in memory; the same contract as the real store. */
export const createMemoryDeadLetters = ({
  clock,
  keepDays = 90,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly keepDays?: number;
}): DeadLetterStore => {
  const feeds = new Map<string, Map<string, { readonly letter: DeadLetter; readonly expiresAt: number }>>();
  const feedOf = (name: string) => {
    const feed = feeds.get(name) ?? new Map();
    feeds.set(name, feed);
    return feed as Map<string, { readonly letter: DeadLetter; readonly expiresAt: number }>;
  };
  const inFeed = (name: string): readonly DeadLetter[] =>
    [...feedOf(name).values()]
      .filter(({ expiresAt }) => expiresAt > clock.now())
      .map(({ letter }) => letter)
      .toSorted((one, other) => (one.id < other.id ? -1 : 1));

  return {
    put: async (letters) => {
      const copies = structuredClone(letters);
      await yieldTurn();
      for (const letter of copies)
        feedOf(letter.feed).set(letter.id, { letter, expiresAt: clock.now() + keepDays * DAY });
    },
    list: async (feed, { limit, cursor = '', fault }) => {
      await yieldTurn();
      const rest = inFeed(feed).filter(
        (letter) => letter.id > cursor && (fault === undefined || letter.fault === fault),
      );
      const letters = structuredClone(rest.slice(0, limit));
      return { letters, cursor: rest.length > letters.length ? (letters.at(-1)?.id ?? null) : null };
    },
    byId: async (feed, id) => {
      await yieldTurn();
      return structuredClone(inFeed(feed).find((letter) => letter.id === id) ?? null);
    },
    remove: async (feed, id, at) => {
      await yieldTurn();
      const found = inFeed(feed).find((letter) => letter.id === id);
      if (!found || (at !== undefined && found.at !== at)) return 'gone';
      feedOf(feed).delete(id);
      return 'removed';
    },
    count: async (feed) => {
      await yieldTurn();
      const counts = { row: 0, ours: 0 };
      for (const { fault } of inFeed(feed)) counts[fault] += 1;
      return counts;
    },
  };
};
