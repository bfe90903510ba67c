import { describe, expect, it } from 'vitest';
import { foldSample } from '../../shared/credits/fold.ts';
import { type CreditState, NO_CREDITS } from '../../shared/credits/state.ts';
import { ROUND_TRIP_BINS } from '../../shared/rows/snapshot.ts';
import { readUsage, usageOf } from '../../shared/usage/usage.ts';
import { busyCredits, busySnapshot, CONFIG, configOf, emptySnapshot, emptyWindow, NOW } from './sample.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const reportOf = (snapshots: Parameters<typeof usageOf>[1]['snapshots'], credits = NO_CREDITS, now = NOW) =>
  usageOf(CONFIG, { snapshots, credits }, now);

const leadsOf = (...args: Parameters<typeof reportOf>) => {
  const leads = reportOf(...args).feeds.find(({ feed }) => feed === 'leads');
  if (!leads) throw new Error('no leads');
  return leads;
};

const binsWith = (counts: Readonly<Record<number, number>>) =>
  ROUND_TRIP_BINS.map((_, bin) => counts[bin] ?? 0);

describe('how present the counts are', () => {
  it('is said: never counted, current, or stale once the watch has missed its runs', () => {
    expect(leadsOf([]).counts).toEqual({ kind: 'none' });
    expect(leadsOf([emptySnapshot('leads', NOW - 3 * MINUTE)]).counts).toEqual({
      kind: 'current',
      asOf: NOW - 3 * MINUTE,
    });
    expect(leadsOf([emptySnapshot('leads', NOW - 3 * MINUTE - 1)]).counts.kind).toBe('stale');
  });

  it('takes a clock that was ahead for current', () => {
    expect(leadsOf([emptySnapshot('leads', NOW + HOUR)]).counts.kind).toBe('current');
  });

  it('bounds what is "last": the minutes before the last count, not before now', () => {
    const asOf = NOW - 5 * HOUR;
    const start = asOf - 10 * MINUTE - ((asOf - 10 * MINUTE) % (5 * MINUTE));
    const snapshot = { ...emptySnapshot('leads', asOf), windows: [{ ...emptyWindow(start), submitted: 7 }] };
    expect(leadsOf([snapshot]).rows?.recent).toMatchObject({ submitted: 7, to: asOf, minutes: 30 });
  });
});

describe('rates', () => {
  const withResults = (results: Partial<ReturnType<typeof emptyWindow>>) =>
    leadsOf([
      {
        ...emptySnapshot('leads'),
        windows: [{ ...emptyWindow(NOW - (NOW % (5 * MINUTE)) - 5 * MINUTE), ...results }],
      },
    ]).rows?.recent;

  it('of no rows are unknown, not zero', () => {
    expect(withResults({})?.hitRate).toEqual({ part: 0, of: 0, share: null, low: 0, high: 1, enough: false });
  });

  it('of fewer rows than the configuration asks for are not enough', () => {
    const rate = (hit: number) =>
      withResults({ results: { hit, missed: 1, skipped: 0, failed: 0 } })?.hitRate;
    expect(rate(28)?.enough).toBe(false);
    expect(rate(29)?.enough).toBe(true);
  });

  it('count a row with missing input as looked up in vain, as the diagnosis does', () => {
    const seen = withResults({
      results: { hit: 30, missed: 10, skipped: 5, failed: 20 },
      failedByStatus: { ERROR_MISSING_INPUT: 20 },
    });
    expect(seen?.hitRate).toMatchObject({ part: 30, of: 60, share: 0.5 });
  });

  it('of lost rows have a bound, and need the sample that the configuration asks for', () => {
    const lost = (submitted: number, cameBack: number) =>
      leadsOf([
        {
          ...emptySnapshot('leads'),
          cohort: { submitted, cameBack, from: NOW - 24 * HOUR, matureBefore: NOW - HOUR },
        },
      ]).rows?.lost;
    expect(lost(10_000, 9_950)).toMatchObject({ part: 50, of: 10_000, share: 0.005, enough: true });
    expect(lost(10_000, 9_950)?.low).toBeGreaterThan(0.003);
    expect(lost(10_000, 9_950)?.high).toBeLessThan(0.007);
    expect(lost(100, 99)?.enough).toBe(false);
    // Callbacks of rows that were reported late can outnumber the submissions for a while.
    expect(lost(100, 101)).toMatchObject({ part: 0, share: 0 });
  });
});

describe('round trips', () => {
  const spansOf = (counts: Readonly<Record<number, number>>) =>
    leadsOf([
      {
        ...emptySnapshot('leads'),
        windows: [{ ...emptyWindow(NOW - (NOW % (5 * MINUTE))), roundTrips: binsWith(counts) }],
      },
    ]).rows?.recent.roundTrip;

  it('are told as the bounds between which their quantiles lie', () => {
    expect(spansOf({ 4: 60, 5: 35, 10: 5 })).toEqual({
      rows: 100,
      enough: true,
      p50: { from: 20, to: 30 },
      p95: { from: 30, to: 45 },
    });
  });

  it('beyond the longest that is told apart have no upper bound', () => {
    expect(spansOf({ [ROUND_TRIP_BINS.length - 1]: 3 })).toMatchObject({
      p50: { from: 86_400, to: null },
      enough: false,
    });
  });

  it('of no rows are unknown', () => {
    expect(spansOf({})).toEqual({ rows: 0, enough: false, p50: null, p95: null });
  });
});

describe('names from callbacks', () => {
  it('are only names, whatever they are', () => {
    const counts = { hit: 1, missed: 0, skipped: 0, failed: 2, credits: 3, rateLimited: 1 };
    const names = ['__proto__', 'constructor', 'toString'];
    const record = Object.fromEntries(names.map((name) => [name, counts]));
    const snapshot = {
      ...emptySnapshot('leads'),
      windows: [{ ...emptyWindow(NOW - (NOW % (5 * MINUTE))), byProvider: record }],
    };
    const recent = leadsOf([snapshot]).rows?.recent;
    expect(recent?.providers.map(({ name, failed }) => [name, failed])).toEqual(
      names.toSorted().map((name) => [name, 2]),
    );
    expect(recent?.failures.byProvider).toHaveLength(3);
  });
});

describe('limits', () => {
  it('say which of their marks are behind them', () => {
    const standing = (accepted: number) =>
      leadsOf([
        { ...emptySnapshot('leads'), webhooks: [{ webhook: 'leads-1', accepted, unknown: 0 }] },
      ]).limits.webhooks.find(({ webhook }) => webhook === 'leads-1')?.standing;
    expect([39_999, 40_000, 45_000, 50_000].map(standing)).toEqual(['open', 'warn', 'rotate', 'full']);
  });

  it('keep the order of preference, and name the ceiling that comes first', () => {
    const { webhooks, tables } = leadsOf([busySnapshot()]).limits;
    expect(webhooks.map(({ webhook, order }) => [webhook, order])).toEqual([
      ['leads-1', 1],
      ['leads-2', 2],
    ]);
    expect(webhooks[0]?.bindsFirst).toBe('table');
    expect(tables.map(({ table }) => table)).toEqual(['Leads', 'Leads 2']);
  });

  it('show what was counted for a webhook that is no longer configured', () => {
    const snapshot = { ...emptySnapshot('leads'), webhooks: [{ webhook: 'old', accepted: 340, unknown: 0 }] };
    expect(leadsOf([snapshot]).limits.unconfigured).toEqual([{ webhook: 'old', accepted: 340 }]);
  });

  it('count rows that are queued as taken', () => {
    const report = usageOf(
      CONFIG,
      {
        snapshots: [emptySnapshot('leads')],
        credits: NO_CREDITS,
        committed: { leads: { 'leads-1': 45_000 } },
      },
      NOW,
    );
    expect(report.feeds[0]?.limits.webhooks[0]).toMatchObject({ committed: 45_000, standing: 'rotate' });
  });
});

describe('credits', () => {
  const levelOf = (left: number) => {
    const state = foldSample(NO_CREDITS, { at: NOW, credits: left, actions: null, source: 'api' }, NOW);
    return reportOf([], state).credits.credits?.level;
  };

  it('are judged against the thresholds of the configuration', () => {
    expect([5_000, 4_999, 999, 499, 0, -3].map(levelOf)).toEqual([
      'fine',
      'low',
      'very-low',
      'critical',
      'exhausted',
      'exhausted',
    ]);
  });

  it('that were read too long ago are stale', () => {
    const { credits } = reportOf([], busyCredits(NOW - HOUR)).credits;
    expect(credits).toMatchObject({ stale: true, runOut: { kind: 'unknown', why: 'stale' } });
  });

  it('are those of the workspace, also when one feed is asked for', () => {
    const both = configOf({ feeds: { leads: {}, accounts: {} } });
    const spent = (feed: string, credits: number) => ({
      ...emptySnapshot(feed),
      windows: [{ ...emptyWindow(NOW - (NOW % (5 * MINUTE)) - 5 * MINUTE), credits }],
    });
    const snapshots = [spent('leads', 30), spent('accounts', 12)];
    const report = usageOf(both, { snapshots, credits: NO_CREDITS }, NOW, 'leads');
    expect(report.feeds.map(({ feed }) => feed)).toEqual(['leads']);
    expect(report.credits.spend.byFeed).toEqual({ leads: 30, accounts: 12 });
  });
});

describe('what is ahead', () => {
  const emptied = (left: number): CreditState =>
    foldSample(NO_CREDITS, { at: NOW, credits: left, actions: null, source: 'api' }, NOW);

  it('comes soonest first, and before everything what has stopped rows already', () => {
    const full = {
      ...busySnapshot(),
      webhooks: [
        { webhook: 'leads-1', accepted: 36_000, unknown: 0 },
        { webhook: 'leads-2', accepted: 50_000, unknown: 0 },
      ],
    };
    const { ahead } = reportOf([full], busyCredits());
    expect(ahead[0]).toEqual({ what: 'webhook', feed: 'leads', name: 'leads-2', at: null });
    expect(ahead.map(({ what }) => what)).toContain('credits');
    const times = ahead.map(({ at }) => at ?? 0);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it('is nothing where nothing is known', () => {
    expect(reportOf([]).ahead).toEqual([]);
  });

  it('names a meter that is empty, and not one that is refilled first', () => {
    expect(reportOf([], emptied(0)).ahead).toEqual([{ what: 'credits', feed: null, name: null, at: null }]);
    const { ahead, credits } = reportOf([], busyCredits());
    expect(credits.actions?.runOut).toMatchObject({ beforeRefill: 'not-before-refill' });
    expect(ahead.map(({ what }) => what)).toEqual(['credits']);
  });
});

describe('reading it', () => {
  it('takes one snapshot per feed and one credit history', async () => {
    const asked: string[] = [];
    const report = await readUsage(
      CONFIG,
      {
        rows: {
          snapshot: async (feed) => {
            asked.push(feed);
            return busySnapshot();
          },
        },
        credits: { load: async () => busyCredits() },
      },
      NOW,
    );
    expect(asked).toEqual(['leads']);
    expect(report).toEqual(reportOf([busySnapshot()], busyCredits()));
  });
});
