import { describe, expect, it } from 'vitest';
import { configSchema, type FeedConfig } from '../../shared/config/schema.ts';
import {
  bindsFirst,
  feedCapacity,
  type Reach,
  type WebhookCapacity,
  webhookCapacity,
} from '../../shared/rows/capacity.ts';
import type { FeedSnapshot, WebhookCount } from '../../shared/rows/snapshot.ts';
import { snapshotWith } from '../credits/snapshots.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Wednesday. */
const NOW = Date.UTC(2026, 10, 18, 14);

const feedOf = (
  webhooks: readonly Record<string, unknown>[],
  tables: Readonly<Record<string, unknown>> = {},
): FeedConfig => {
  const feed = configSchema.parse({
    feeds: {
      leads: { webhooks: webhooks.map((webhook) => ({ url: 'env:NOT_READ', ...webhook })), tables },
    },
  }).feeds.leads;
  if (!feed) throw new Error('the feed was not parsed');
  return feed;
};
const steady = (perHour: Readonly<Record<string, number>>, days = 28, until = NOW): FeedSnapshot['hours'] =>
  Array.from({ length: days * 24 }, (_, index) => ({
    start: until - (days * 24 - index) * HOUR,
    submitted: perHour,
    credits: 0,
  }));
const snapshotOf = (webhooks: readonly WebhookCount[], hours: FeedSnapshot['hours']): FeedSnapshot => {
  const empty = snapshotWith(NOW, []);
  const submitted = hours.reduce(
    (sum, hour) => sum + Object.values(hour.submitted).reduce((rows, each) => rows + each, 0),
    0,
  );
  return { ...empty, webhooks, hours, totals: { ...empty.totals, submitted } };
};
const only = (feed: FeedConfig, snapshot: FeedSnapshot | null, committed = 0): WebhookCapacity => {
  const [webhook] = feed.webhooks;
  if (!webhook) throw new Error('the feed has no webhook');
  return webhookCapacity(webhook, snapshot, NOW, undefined, committed);
};
const hoursTo = (reach: Reach | undefined): number => {
  if (reach?.kind !== 'forecast' || reach.p50 === null) throw new Error(`no time: ${JSON.stringify(reach)}`);
  return (reach.p50 - NOW) / HOUR;
};
const NOT_WITHIN_HORIZON = { kind: 'forecast', p10: null, p50: null, p90: null };

describe('the capacity of a webhook', () => {
  it('counts what was accepted upon what was there before, as a band', () => {
    const snapshot = snapshotOf([{ webhook: 'w1', accepted: 9_000, unknown: 12 }], []);
    expect(only(feedOf([{ id: 'w1', startCount: 1_000 }]), snapshot)).toMatchObject({
      count: { low: 10_000, high: 10_012 },
      share: 0.2,
      remaining: { low: 39_988, high: 40_000 },
      rebasedAt: null,
    });
  });

  it('counts on from what is known to be true', () => {
    const rebase = { count: 50_000, at: NOW - DAY, acceptedThen: 8_000, why: 'limit-answer' } as const;
    const snapshot = snapshotOf([{ webhook: 'w1', accepted: 8_003, unknown: 0, rebase }], []);
    const capacity = only(feedOf([{ id: 'w1', startCount: 7 }]), snapshot);
    expect(capacity).toMatchObject({ count: { low: 50_003, high: 50_003 }, rebasedAt: NOW - DAY });
    expect(capacity.full?.reach).toEqual({ kind: 'reached' });
    expect(capacity.remaining).toEqual({ low: 0, high: 0 });
  });

  it('forecasts warning, rotation and limit in that order, around a steady flow', () => {
    const snapshot = snapshotOf([{ webhook: 'w1', accepted: 28 * 2_400, unknown: 0 }], steady({ w1: 100 }));
    const { warn, rotate, full } = only(feedOf([{ id: 'w1', limit: 96_000 }]), snapshot);
    // 28,800 rows remain at 100 an hour, of which 9,600 and 19,200 are to the two marks.
    for (const [mark, hours] of [
      [warn, 96],
      [rotate, 192],
      [full, 288],
    ] as const) {
      expect(hoursTo(mark?.reach)).toBeGreaterThan(hours * 0.8);
      expect(hoursTo(mark?.reach)).toBeLessThan(hours * 1.2);
    }
    expect([warn?.rows, rotate?.rows, full?.rows]).toEqual([76_800, 86_400, 96_000]);
  });

  it('takes rows that are queued or held for taken', () => {
    const snapshot = snapshotOf([{ webhook: 'w1', accepted: 67_200, unknown: 0 }], steady({ w1: 100 }));
    const feed = feedOf([{ id: 'w1', limit: 80_000 }]);
    const free = only(feed, snapshot);
    const queued = only(feed, snapshot, 6_000);
    expect(queued.remaining).toEqual({ low: 6_800, high: 6_800 });
    expect(hoursTo(queued.full?.reach)).toBeLessThan(hoursTo(free.full?.reach) - 40);
    expect(only(feed, snapshot, 12_800).full?.reach).toEqual({ kind: 'reached' });
  });

  it('widens with what is not known of the count', () => {
    const width = (unknown: number): number => {
      const snapshot = snapshotOf([{ webhook: 'w1', accepted: 67_200, unknown }], steady({ w1: 100 }));
      const reach = only(feedOf([{ id: 'w1', limit: 72_000 }]), snapshot).full?.reach;
      return reach?.kind === 'forecast' ? (reach.p90 ?? 0) - (reach.p10 ?? 0) : Number.NaN;
    };
    expect(width(2_000)).toBeGreaterThan(width(0) + 15 * HOUR);
  });

  it('has no marks when it is unlimited', () => {
    const snapshot = snapshotOf([{ webhook: 'w1', accepted: 67_200, unknown: 0 }], steady({ w1: 100 }));
    expect(only(feedOf([{ id: 'w1', unlimited: true }]), snapshot)).toMatchObject({
      unlimited: true,
      limit: null,
      share: null,
      warn: null,
      rotate: null,
      full: null,
    });
  });

  it('is not reached within the horizon when nothing comes', () => {
    const snapshot = snapshotOf([{ webhook: 'w1', accepted: 49_000, unknown: 0 }], []);
    expect(only(feedOf([{ id: 'w1' }]), snapshot).full?.reach).toEqual(NOT_WITHIN_HORIZON);
  });

  it('knows of weeks without a row, where rows were counted before them', () => {
    const day = steady({ w1: 100 }, 1);
    const young = snapshotOf([{ webhook: 'w1', accepted: 2_400, unknown: 0 }], day);
    const known = { ...young, totals: { ...young.totals, submitted: 100_000 } };
    const feed = feedOf([{ id: 'w1', limit: 6_000 }]);
    expect(hoursTo(only(feed, known).full?.reach)).toBeGreaterThan(
      1.25 * hoursTo(only(feed, young).full?.reach),
    );
  });

  it('takes over the flow of the webhook that it replaced, and the old one is idle', () => {
    const hours = [...steady({ old: 100 }, 27, NOW - DAY), ...steady({ new: 100 }, 1)];
    const snapshot = snapshotOf(
      [
        { webhook: 'old', accepted: 64_800, unknown: 0 },
        { webhook: 'new', accepted: 2_400, unknown: 0 },
      ],
      hours,
    );
    const { webhooks } = feedCapacity(
      feedOf([
        { id: 'old', limit: 65_000 },
        { id: 'new', limit: 12_000 },
      ]),
      snapshot,
      NOW,
    );
    expect(webhooks[0]?.full?.reach).toEqual(NOT_WITHIN_HORIZON);
    expect(hoursTo(webhooks[1]?.full?.reach)).toBeGreaterThan(80);
    expect(hoursTo(webhooks[1]?.full?.reach)).toBeLessThan(115);
  });

  it('is unknown without a snapshot, with an old one, and of a flow that has just begun; what is reached is reached', () => {
    const feed = feedOf([{ id: 'w1', startCount: 100 }]);
    expect(only(feed, null).full?.reach).toEqual({ kind: 'unknown', why: 'no-snapshot' });
    const old = snapshotOf([{ webhook: 'w1', accepted: 100, unknown: 0 }], steady({ w1: 10 }));
    expect(only(feed, { ...old, asOf: NOW - 2 * HOUR }).full?.reach).toEqual({
      kind: 'unknown',
      why: 'stale',
    });
    const begun = snapshotOf(
      [{ webhook: 'w1', accepted: 200, unknown: 0 }],
      [{ start: NOW - HOUR, submitted: { w1: 200 }, credits: 0 }],
    );
    expect(only(feed, begun).full?.reach).toEqual({ kind: 'unknown', why: 'too-little-history' });
    expect(only(feedOf([{ id: 'w1', startCount: 50_000 }]), null).full?.reach).toEqual({ kind: 'reached' });
  });
});

describe('the capacity of a table', () => {
  const counts = [
    { webhook: 'w1', accepted: 33_600, unknown: 5 },
    { webhook: 'w2', accepted: 33_600, unknown: 0 },
    { webhook: 'w3', accepted: 10, unknown: 0 },
  ];
  const feed = feedOf(
    [
      { id: 'w1', table: 'people', limit: 200_000 },
      { id: 'w2', table: 'people', limit: 34_000 },
      { id: 'w3' },
    ],
    { people: { ceiling: 81_600, startCount: 4_800 }, free: { unlimited: true } },
  );
  const { webhooks, tables } = feedCapacity(feed, snapshotOf(counts, steady({ w1: 50, w2: 50 })), NOW, {
    w1: 100,
    w2: 100,
  });

  it('counts the rows of every webhook that fills it, and those that wait for them', () => {
    expect(tables[0]).toMatchObject({
      table: 'people',
      webhooks: ['w1', 'w2'],
      count: { low: 72_000, high: 72_005 },
      committed: 200,
      remaining: { low: 9_395, high: 9_400 },
      shareOfFeed: 1,
    });
    expect(hoursTo(tables[0]?.full?.reach)).toBeGreaterThan(75);
    expect(hoursTo(tables[0]?.full?.reach)).toBeLessThan(113);
    expect(tables[1]).toMatchObject({ table: 'free', unlimited: true, full: null });
  });

  it('says which of the two ceilings stops a webhook first', () => {
    expect(webhooks.map((webhook) => bindsFirst(webhook, tables))).toEqual(['table', 'webhook', null]);
  });

  it('is not moved by a rebase of a webhook, which tells of its life and not of the table', () => {
    const rebase = { count: 200_000, at: NOW, acceptedThen: 33_600, why: 'operator' } as const;
    const snapshot = snapshotOf(
      counts.map((count) => (count.webhook === 'w1' ? { ...count, rebase } : count)),
      [],
    );
    expect(feedCapacity(feed, snapshot, NOW).tables[0]?.count.low).toBe(72_000);
  });
});
