import type { FeedConfig, RelayConfig } from '../../config/schema.ts';
import type { FeedSnapshot } from '../../rows/snapshot.ts';
import type { FeedControl } from '../control.ts';
import { type ChoiceOptions, chooseWebhook, failoverCounts, type WebhookChoice } from '../failover.ts';

/** What was sent within this time before a fold may be missing in it, ms. */
const UNSEEN_MS = 5_000;
/** A feed is counted afresh no more often than this, ms. */
const COUNT_EVERY_MS = 10_000;

export type RoomChoice =
  | WebhookChoice
  /** What others may have sent since the last count decides: count afresh, then choose again. */
  | { readonly kind: 'count' };

/** Where the next row goes, by the ledger's last count and by everything that was sent since. */
export interface Room {
  /** Takes over a count that was made by the ledger at `at`. */
  counted(snapshot: FeedSnapshot | null, at: number): void;
  /** A row was claimed for the webhook. */
  sent(webhook: string, at: number): void;
  /** A row that was claimed was refused. */
  refused(webhook: string, at: number): void;
  choose(control: FeedControl, now: number, options: ChoiceOptions): RoomChoice;
  /** The present counts, without what others may have sent. */
  counts(): ReturnType<typeof failoverCounts>;
}

export const createRoom = (feed: FeedConfig, relay: Pick<RelayConfig, 'rowsPerSecond' | 'burst'>): Room => {
  let snapshot: FeedSnapshot | null = null;
  let countedAt = Number.NEGATIVE_INFINITY;
  /** Rows of this process by second and webhook, as far as the snapshot may not know them. */
  let seconds = new Map<string, { readonly webhook: string; readonly at: number; rows: number }>();
  let own: Record<string, number> = {};

  const add = (webhook: string, at: number, rows: number): void => {
    if (snapshot && at < snapshot.asOf - UNSEEN_MS) return;
    const second = Math.floor(at / 1_000);
    const key = `${second}/${webhook}`;
    const known = seconds.get(key) ?? { webhook, at, rows: 0 };
    known.rows += rows;
    seconds.set(key, known);
    own = { ...own, [webhook]: (own[webhook] ?? 0) + rows };
  };

  const recount = (): void => {
    const asOf = snapshot?.asOf ?? Number.NEGATIVE_INFINITY;
    seconds = new Map([...seconds].filter(([, { at }]) => at >= asOf - UNSEEN_MS));
    own = {};
    for (const { webhook, rows } of seconds.values()) own[webhook] = (own[webhook] ?? 0) + rows;
  };

  /** What other forwarders may have sent at most: all together keep the pace. */
  const others = (now: number): number => {
    if (!snapshot) return Number.POSITIVE_INFINITY;
    const elapsed = Math.max(0, now - snapshot.asOf + UNSEEN_MS) / 1_000;
    const ours = Object.values(own).reduce((sum, rows) => sum + rows, 0);
    return Math.max(0, Math.ceil(elapsed * relay.rowsPerSecond + relay.burst / 2) - ours);
  };

  return {
    counted: (made, at) => {
      snapshot = made;
      countedAt = Math.max(countedAt, at);
      recount();
    },
    sent: (webhook, at) => add(webhook, at, 1),
    refused: (webhook, at) => add(webhook, at, -1),
    counts: () => failoverCounts(feed, snapshot, own),
    choose: (control, now, options) => {
      const alone = chooseWebhook(feed, control, failoverCounts(feed, snapshot, own), options);
      if (alone.kind !== 'use') return alone;
      const all = { ...own, [alone.webhook]: (own[alone.webhook] ?? 0) + others(now) };
      const careful = chooseWebhook(feed, control, failoverCounts(feed, snapshot, all), options);
      if (careful.kind === 'use') return alone;
      return Math.abs(now - countedAt) > COUNT_EVERY_MS ? { kind: 'count' } : careful;
    },
  };
};
