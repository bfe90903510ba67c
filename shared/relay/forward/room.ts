import type { FeedConfig, RelayConfig } from '../../config/schema.ts';
import type { Band } from '../../rows/capacity.ts';
import type { FeedSnapshot } from '../../rows/snapshot.ts';
import type { FeedControl } from '../control.ts';
import {
  type ChoiceOptions,
  chooseWebhook,
  type FailoverCounts,
  failoverCounts,
  type WebhookChoice,
} from '../failover.ts';
import { UNSEEN_MS, unseenSince } from '../unseen.ts';

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
  /** A row is about to be sent to the webhook. */
  sent(webhook: string, at: number): void;
  /** It was not sent after all, or refused; `at` as it was given to `sent`. */
  refused(webhook: string, at: number): void;
  choose(control: FeedControl, now: number, options: ChoiceOptions): RoomChoice;
  /** The present counts, without what others may have sent. */
  counts(): FailoverCounts;
}

/** A choice that holds for so many rows more, and for a second, whatever others send: asked for each row, it must be cheap. */
interface Memo {
  readonly choice: RoomChoice;
  readonly control: FeedControl;
  readonly at: number;
  readonly trial: boolean | undefined;
  rows: number;
}

const MEMO_ROWS = 64;
const MEMO_MS = 1_000;

const isStill = (memo: Memo, control: FeedControl, now: number, { trial }: ChoiceOptions): boolean =>
  memo.control === control && memo.trial === trial && memo.rows > 0 && Math.abs(now - memo.at) < MEMO_MS;

const raisedBands = (bands: Readonly<Record<string, Band>>, rows: number): Record<string, Band> =>
  Object.fromEntries(Object.entries(bands).map(([id, { low, high }]) => [id, { low, high: high + rows }]));

/** As if so many rows more may have gone to each: nobody knows to which they went. */
const raised = ({ webhooks, tables }: FailoverCounts, rows: number): FailoverCounts => ({
  webhooks: raisedBands(webhooks, rows),
  tables: raisedBands(tables, rows),
});

/** Nothing certainly fits: this may be because much is uncertain. */
const DOUBTED: ReadonlySet<string> = new Set(['all-full', 'none-usable']);

/**
 * Webhooks by the low end of what they have taken. Past its limit a webhook refuses aloud, the row is not lost, and
 * the count is known again [C]; so when nothing certainly fits, what may fit is tried. A full table says nothing [C]:
 * tables stay at the high end.
 */
const withoutDoubt = ({ webhooks, tables }: FailoverCounts): FailoverCounts => ({
  tables,
  webhooks: Object.fromEntries(Object.entries(webhooks).map(([id, { low }]) => [id, { low, high: low }])),
});

export const createRoom = (feed: FeedConfig, relay: Pick<RelayConfig, 'rowsPerSecond' | 'burst'>): Room => {
  let snapshot: FeedSnapshot | null = null;
  let countedAt = Number.NEGATIVE_INFINITY;
  /** Rows of this process by second and webhook, as far as the snapshot may not know them. */
  let seconds = new Map<string, { readonly webhook: string; readonly at: number; rows: number }>();
  let own: Record<string, number> = {};
  let memo: Memo | null = null;

  const add = (webhook: string, at: number, rows: number): void => {
    if (snapshot && at < snapshot.asOf - UNSEEN_MS) return;
    const second = Math.floor(at / 1_000);
    const key = `${second}/${webhook}`;
    const known = seconds.get(key) ?? { webhook, at, rows: 0 };
    known.rows += rows;
    seconds.set(key, known);
    own[webhook] = (own[webhook] ?? 0) + rows;
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
    const ours = Object.values(own).reduce((sum, rows) => sum + rows, 0);
    return Math.max(0, unseenSince(relay, now - snapshot.asOf) - ours);
  };

  const present = (): FailoverCounts => failoverCounts(feed, snapshot, own);

  /** By what certainly fits, whatever others sent meanwhile. */
  const surely = (control: FeedControl, now: number, options: ChoiceOptions): RoomChoice => {
    const counts = present();
    const alone = chooseWebhook(feed, control, counts, options);
    if (alone.kind !== 'use') return alone;
    const more = others(now);
    const later = raised(counts, more + MEMO_ROWS + relay.rowsPerSecond);
    if (chooseWebhook(feed, control, later, options).kind === 'use') {
      memo = { choice: alone, control, at: now, trial: options.trial, rows: MEMO_ROWS };
      return alone;
    }
    const careful = chooseWebhook(feed, control, raised(counts, more), options);
    // A share is no limit: to pass it by a few rows does no harm.
    const isSafe = careful.kind === 'use' || (careful.kind === 'rotate' && careful.why === 'rotate-share');
    if (isSafe) return alone;
    return Math.abs(now - countedAt) > COUNT_EVERY_MS ? { kind: 'count' } : careful;
  };

  return {
    counted: (made, at) => {
      snapshot = made;
      memo = null;
      countedAt = Math.max(countedAt, at);
      recount();
    },
    sent: (webhook, at) => {
      if (memo) memo.rows -= 1;
      add(webhook, at, 1);
    },
    refused: (webhook, at) => add(webhook, at, -1),
    counts: present,
    choose: (control, now, options) => {
      if (memo && isStill(memo, control, now, options)) return memo.choice;
      memo = null;
      const sure = surely(control, now, options);
      if (sure.kind !== 'none' || !DOUBTED.has(sure.why)) return sure;
      const hopeful = chooseWebhook(feed, control, withoutDoubt(raised(present(), others(now))), options);
      return hopeful.kind === 'none' ? sure : hopeful;
    },
  };
};
