import type { FeedConfig } from '../config/schema.ts';
import {
  bindsFirst,
  type Committed,
  feedCapacity,
  type Mark,
  type TableCapacity,
  type WebhookCapacity,
} from '../rows/capacity.ts';
import type { FeedSnapshot, WebhookCount } from '../rows/snapshot.ts';

/** How far towards its limit: which of its marks is behind it. */
export type Standing = 'open' | 'warn' | 'rotate' | 'full';

export interface WebhookUsage extends WebhookCapacity {
  /** Its place in the order of preference; 1 is asked first. */
  readonly order: number;
  readonly standing: Standing;
  /** Which ceiling stops its rows first: its own, or that of its table; null when neither is in sight. */
  readonly bindsFirst: 'webhook' | 'table' | null;
  /** How and when its count was last set to what is true. */
  readonly rebase: WebhookCount['rebase'] | null;
}

export interface TableUsage extends TableCapacity {
  readonly standing: Extract<Standing, 'open' | 'full'>;
}

/** Everything of a feed that has a limit. */
export interface LimitsUsage {
  readonly webhooks: readonly WebhookUsage[];
  readonly tables: readonly TableUsage[];
  /** Counted once, and no longer in the configuration. */
  readonly unconfigured: readonly { readonly webhook: string; readonly accepted: number }[];
}

const isBehind = (mark: Mark | null): boolean => mark?.reach.kind === 'reached';

const standingOf = ({ warn, rotate, full }: WebhookCapacity): Standing => {
  if (isBehind(full)) return 'full';
  if (isBehind(rotate)) return 'rotate';
  return isBehind(warn) ? 'warn' : 'open';
};

export const limitsUsage = (
  feed: FeedConfig,
  snapshot: FeedSnapshot | null,
  now: number,
  committed?: Committed,
): LimitsUsage => {
  const { webhooks, tables } = feedCapacity(feed, snapshot, now, committed);
  const counted = snapshot?.webhooks ?? [];
  return {
    webhooks: webhooks.map((webhook, index) => ({
      ...webhook,
      order: index + 1,
      standing: standingOf(webhook),
      bindsFirst: bindsFirst(webhook, tables),
      rebase: counted.find((each) => each.webhook === webhook.webhook)?.rebase ?? null,
    })),
    tables: tables.map((table) => ({ ...table, standing: isBehind(table.full) ? 'full' : 'open' })),
    unconfigured: counted
      .filter(({ webhook }) => !feed.webhooks.some(({ id }) => id === webhook))
      .map(({ webhook, accepted }) => ({ webhook, accepted })),
  };
};
