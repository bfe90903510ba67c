import {
  type AnswerWindow,
  type ControlStore,
  type FeedControl,
  initialControl,
  type RelayTally,
  type TallySeen,
} from '../../shared/relay/control.ts';
import {
  keptWindows,
  NO_TALLY,
  NO_WEBHOOK_TALLY,
  seenByWebhook,
  type WebhookSeen,
} from '../../shared/relay/control-tally.ts';

/** Lets other callers run first, as a network does, so that races show. */
const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const added = (windows: readonly AnswerWindow[], more: readonly AnswerWindow[]): readonly AnswerWindow[] => {
  const byStart = new Map(windows.map((window) => [window.start, window]));
  for (const { start, counts } of more) {
    const sum = { ...byStart.get(start)?.counts };
    for (const [answer, count] of Object.entries(counts) as [keyof typeof counts, number][])
      sum[answer] = (sum[answer] ?? 0) + count;
    byStart.set(start, { start, counts: sum });
  }
  return [...byStart.values()];
};

const withSeen = (
  known: RelayTally['webhooks'][string],
  { windows, lastAcceptedAt, lastFailure, streak }: WebhookSeen,
): RelayTally['webhooks'][string] => ({
  windows: added(known.windows, windows),
  lastAcceptedAt: lastAcceptedAt ?? known.lastAcceptedAt,
  lastFailure: lastFailure ?? known.lastFailure,
  streak: streak.kind === 'set' ? streak.failures : known.streak + streak.failures,
});

const counted = (tally: RelayTally, seen: TallySeen): RelayTally => {
  const webhooks = { ...tally.webhooks };
  for (const each of seenByWebhook(seen))
    webhooks[each.webhook] = withSeen(webhooks[each.webhook] ?? NO_WEBHOOK_TALLY, each);
  return {
    ...tally,
    webhooks,
    lookedAt: seen.at,
    emptyAt: seen.empty ? seen.at : tally.emptyAt,
    oldestTakenAt: seen.oldestTakenAt ?? tally.oldestTakenAt,
  };
};

/** As a reader sees it: of every webhook what lies within the same two hours. */
const shown = (tally: RelayTally): RelayTally => {
  const starts = Object.values(tally.webhooks).flatMap(({ windows }) => windows.map(({ start }) => start));
  return {
    ...tally,
    webhooks: Object.fromEntries(
      Object.entries(tally.webhooks).map(([webhook, own]) => [
        webhook,
        { ...own, windows: keptWindows(own.windows, Math.max(...starts)) },
      ]),
    ),
  };
};

/** Control states in memory; the same contract as the real store. Pass `feeds` to let several see the same. */
export const createMemoryControlStore = (
  feeds: { readonly controls: Map<string, FeedControl>; readonly tallies: Map<string, RelayTally> } = {
    controls: new Map(),
    tallies: new Map(),
  },
): ControlStore => {
  const controlOf = (feed: string) => feeds.controls.get(feed) ?? initialControl(feed);
  const tallyOf = (feed: string): RelayTally => feeds.tallies.get(feed) ?? { feed, ...NO_TALLY };
  return {
    load: async (feed) => {
      await yieldTurn();
      return structuredClone(controlOf(feed));
    },
    save: async (next) => {
      const saved = structuredClone(next);
      await yieldTurn();
      if (next.version !== controlOf(next.feed).version + 1) return 'conflict';
      feeds.controls.set(next.feed, saved);
      return 'written';
    },
    tally: async (feed) => {
      await yieldTurn();
      return structuredClone(shown(tallyOf(feed)));
    },
    count: async (feed, seen) => {
      const given = structuredClone(seen);
      await yieldTurn();
      feeds.tallies.set(feed, counted(tallyOf(feed), given));
    },
  };
};
