import type { FeedConfig, WebhookConfig } from '../config/schema.ts';
import type { FeedControl } from '../relay/control.ts';
import { type FailoverCounts, failoverCounts, type Obstacle, obstacleTo } from '../relay/failover.ts';
import type { FeedSnapshot } from '../rows/snapshot.ts';

export interface WebhookRoom {
  readonly webhook: string;
  readonly table: string | null;
  /** Why it takes no row; null: it does. */
  readonly obstacle: Obstacle | null;
  /** Rows that certainly still fit into it, whatever its table takes; null: unlimited. */
  readonly left: number | null;
}

export interface TableRoom {
  readonly table: string;
  readonly left: number | null;
}

/** How many rows the pool certainly still takes: both ceilings, counted at the high end of what is not known. */
export interface PoolRoom {
  readonly webhooks: readonly WebhookRoom[];
  readonly tables: readonly TableRoom[];
  /** Rows that wait already; they come first. */
  readonly committed: number;
  /** What is left for a replay; null: unlimited. */
  readonly rows: number | null;
  /** The counts' present, epoch ms; null: nothing was ever counted. */
  readonly asOf: number | null;
}

const leftOf = (webhook: WebhookConfig, counts: FailoverCounts): number =>
  webhook.unlimited
    ? Number.POSITIVE_INFINITY
    : Math.max(0, webhook.limit - (counts.webhooks[webhook.id]?.high ?? webhook.startCount));

const leftIn = (table: string, feed: FeedConfig, counts: FailoverCounts): number => {
  const config = feed.tables[table];
  if (!config || config.unlimited) return Number.POSITIVE_INFINITY;
  return Math.max(0, config.ceiling - (counts.tables[table]?.high ?? config.startCount));
};

const said = (rows: number): number | null => (Number.isFinite(rows) ? rows : null);

/** What the usable webhooks of the pool take in all; those of one table share what is left in it. */
export const poolRoom = (
  feed: FeedConfig,
  control: FeedControl,
  snapshot: FeedSnapshot | null,
  committed: number,
): PoolRoom => {
  const counts = failoverCounts(feed, snapshot);
  const seen = feed.webhooks.map((webhook) => ({
    webhook,
    obstacle: obstacleTo(feed, control, counts, webhook.id),
    left: leftOf(webhook, counts),
  }));
  const byTable = new Map<string, number>();
  let alone = 0;
  for (const { webhook, obstacle, left } of seen) {
    if (obstacle !== null) continue;
    if (webhook.table === undefined) alone += left;
    else byTable.set(webhook.table, (byTable.get(webhook.table) ?? 0) + left);
  }
  const all = [...byTable].reduce(
    (sum, [table, left]) => sum + Math.min(left, leftIn(table, feed, counts)),
    alone,
  );
  return {
    webhooks: seen.map(({ webhook, obstacle, left }) => ({
      webhook: webhook.id,
      table: webhook.table ?? null,
      obstacle,
      left: said(left),
    })),
    tables: Object.keys(feed.tables).map((table) => ({ table, left: said(leftIn(table, feed, counts)) })),
    committed,
    rows: said(Math.max(0, all - committed)),
    asOf: snapshot?.asOf ?? null,
  };
};
