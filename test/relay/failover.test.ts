import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/parse.ts';
import type { FeedConfig } from '../../shared/config/schema.ts';
import { type FeedControl, initialControl, type WebhookStanding } from '../../shared/relay/control.ts';
import { addHold, markStanding, releaseHold, rotate, verify } from '../../shared/relay/control-change.ts';
import {
  chooseWebhook,
  clearStanding,
  type FailoverCounts,
  failoverCounts,
  obstacleTo,
  shouldRotateEarly,
  standbysOf,
} from '../../shared/relay/failover.ts';
import { type FeedCapacity, feedCapacity } from '../../shared/rows/capacity.ts';
import '../support/property-seed.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const doing = { at: NOW, by: 'claywatch' };

type WebhookInput = Readonly<Record<string, unknown>> & { readonly id: string };
const feedOf = (
  webhooks: readonly WebhookInput[],
  tables: Readonly<Record<string, object>> = {},
): FeedConfig => {
  const input = {
    feeds: {
      leads: { webhooks: webhooks.map((each, index) => ({ url: `env:URL_${index}`, ...each })), tables },
    },
  };
  const { leads } = parseConfig(input as never, 'test').feeds;
  if (!leads) throw new Error('no feed');
  return leads;
};
const three = feedOf([{ id: 'leads-1' }, { id: 'leads-2' }, { id: 'leads-3' }]);
const band = (rows: number) => ({ low: rows, high: rows });
const counts = (
  webhooks: Readonly<Record<string, number>>,
  tables: Readonly<Record<string, number>> = {},
): FailoverCounts => ({
  webhooks: Object.fromEntries(Object.entries(webhooks).map(([id, rows]) => [id, band(rows)])),
  tables: Object.fromEntries(Object.entries(tables).map(([id, rows]) => [id, band(rows)])),
});
const active = (to: string): FeedControl =>
  verify(rotate(initialControl('leads'), { from: null, to, why: 'first', ...doing }), to, doing);
const marked = (control: FeedControl, standings: Readonly<Record<string, WebhookStanding>>): FeedControl =>
  Object.entries(standings).reduce(
    (next, [webhook, standing]) => markStanding(next, webhook, standing, doing),
    control,
  );

/** Sends row after row as a forwarder would, until there is no webhook for the next. */
const sendUntilNothingFits = (feed: FeedConfig) => {
  const sent = new Map<string, number>();
  const taken = (id: string) => sent.get(id) ?? 0;
  const inTable = (table: string) =>
    feed.webhooks.reduce((sum, each) => sum + (each.table === table ? taken(each.id) : 0), 0);
  let control = initialControl('leads');
  let rotations = 0;
  for (;;) {
    const now = counts(Object.fromEntries(sent), { A: inTable('A'), B: inTable('B') });
    const choice = chooseWebhook(feed, control, now);
    if (choice.kind === 'none') return { taken, inTable, rotations };
    if (choice.kind === 'rotate') {
      control = rotate(control, { ...choice, ...doing });
      expect(control.active).toBe(choice.to);
      rotations += 1;
      expect(rotations).toBeLessThan(100);
    } else {
      sent.set(choice.webhook, taken(choice.webhook) + 1);
      control = verify(control, choice.webhook, doing);
    }
  }
};

describe('the webhook of the next row', () => {
  it('is first the first of the pool, and its first row verifies it', () => {
    const control = initialControl('leads');
    expect(chooseWebhook(three, control, counts({}))).toEqual({
      kind: 'rotate',
      from: null,
      to: 'leads-1',
      why: 'first',
    });
    const rotated = rotate(control, { from: null, to: 'leads-1', why: 'first', ...doing });
    const use = { kind: 'use', webhook: 'leads-1' };
    expect(chooseWebhook(three, rotated, counts({}))).toEqual({ ...use, verifying: true });
    expect(chooseWebhook(three, verify(rotated, 'leads-1', doing), counts({}))).toEqual({
      ...use,
      verifying: false,
    });
  });

  it('stays until the configured share of its limit, by the high end of the count', () => {
    const control = active('leads-1');
    const at = (low: number, high: number) =>
      chooseWebhook(three, control, { webhooks: { 'leads-1': { low, high } }, tables: {} });
    expect(at(44_999, 44_999)).toMatchObject({ kind: 'use', webhook: 'leads-1' });
    expect(at(44_990, 45_000)).toEqual({
      kind: 'rotate',
      from: 'leads-1',
      to: 'leads-2',
      why: 'rotate-share',
    });
  });

  it('goes on to the limit when no standby is left, and never beyond', () => {
    const one = feedOf([{ id: 'leads-1' }]);
    const at = (rows: number) => chooseWebhook(one, active('leads-1'), counts({ 'leads-1': rows }));
    expect(at(49_999)).toMatchObject({ kind: 'use', webhook: 'leads-1' });
    expect(at(50_000)).toEqual({ kind: 'none', why: 'all-full' });
    expect(at(60_000)).toEqual({ kind: 'none', why: 'all-full' });
  });

  it('uses what was left above the share once nothing else is', () => {
    const nearlyAll = counts({ 'leads-1': 45_000, 'leads-2': 46_000, 'leads-3': 50_000 });
    expect(chooseWebhook(three, active('leads-3'), nearlyAll)).toEqual({
      kind: 'rotate',
      from: 'leads-3',
      to: 'leads-1',
      why: 'limit',
    });
    expect(chooseWebhook(three, active('leads-1'), nearlyAll)).toMatchObject({ kind: 'use' });
  });

  it('is another one at once when Clay says that this one is full, whatever was counted', () => {
    const control = marked(active('leads-1'), { 'leads-1': 'full' });
    expect(chooseWebhook(three, control, counts({ 'leads-1': 12 }))).toMatchObject({
      kind: 'rotate',
      to: 'leads-2',
      why: 'limit',
    });
  });

  it('is none on a table that is full: a standby there does not help', () => {
    const shared = feedOf(
      [
        { id: 'leads-1', table: 'Leads' },
        { id: 'leads-2', table: 'Leads' },
      ],
      { Leads: { ceiling: 60_000 } },
    );
    const full = counts({ 'leads-1': 40_000, 'leads-2': 20_000 }, { Leads: 60_000 });
    expect(chooseWebhook(shared, active('leads-1'), full)).toEqual({ kind: 'none', why: 'table-full' });
    const said = marked(active('leads-1'), { 'leads-1': 'table-full' });
    expect(chooseWebhook(shared, said, counts({}))).toEqual({ kind: 'none', why: 'table-full' });
    expect(obstacleTo(shared, said, counts({}), 'leads-2')).toBe('table-full');
  });

  it('is one on another table when its own is full', () => {
    const two = feedOf(
      [
        { id: 'leads-1', table: 'Leads' },
        { id: 'leads-2', table: 'Leads' },
        { id: 'leads-3', table: 'Leads 2' },
      ],
      { Leads: {}, 'Leads 2': {} },
    );
    const full = counts({ 'leads-1': 30_000, 'leads-2': 20_000 }, { Leads: 50_000 });
    expect(chooseWebhook(two, active('leads-1'), full)).toEqual({
      kind: 'rotate',
      from: 'leads-1',
      to: 'leads-3',
      why: 'table-full',
    });
  });

  it('has no limit where the configuration says so', () => {
    const unlimited = feedOf([{ id: 'leads-1', unlimited: true }, { id: 'leads-2' }]);
    expect(chooseWebhook(unlimited, active('leads-1'), counts({ 'leads-1': 9_000_000 }))).toMatchObject({
      kind: 'use',
      webhook: 'leads-1',
    });
  });

  it('skips standbys that are gone, refuse us or are full', () => {
    const control = marked(active('leads-1'), { 'leads-1': 'full', 'leads-2': 'gone' });
    expect(chooseWebhook(three, control, counts({}))).toMatchObject({ kind: 'rotate', to: 'leads-3' });
    const none = marked(control, { 'leads-3': 'unauthorized' });
    expect(chooseWebhook(three, none, counts({}))).toEqual({ kind: 'none', why: 'none-usable' });
  });

  it('stays where it worked and is refused now: refusals alone use up no standby', () => {
    for (const standing of ['gone', 'unauthorized'] as const) {
      const control = marked(active('leads-1'), { 'leads-1': standing });
      expect(chooseWebhook(three, control, counts({}))).toEqual({ kind: 'none', why: standing });
      expect(chooseWebhook(three, control, counts({}), { trial: true })).toEqual({
        kind: 'use',
        webhook: 'leads-1',
        verifying: true,
      });
    }
  });

  it('is the next one when a standby that just took over refuses its first row', () => {
    const taken = rotate(active('leads-1'), { from: 'leads-1', to: 'leads-2', why: 'limit', ...doing });
    const refused = marked(taken, { 'leads-1': 'full', 'leads-2': 'gone' });
    expect(chooseWebhook(three, refused, counts({}))).toEqual({
      kind: 'rotate',
      from: 'leads-2',
      to: 'leads-3',
      why: 'unusable',
    });
    const chosen = rotate(active('leads-1'), { from: 'leads-1', to: 'leads-2', why: 'operator', ...doing });
    expect(chooseWebhook(three, marked(chosen, { 'leads-2': 'gone' }), counts({}))).toMatchObject({
      kind: 'none',
      why: 'gone',
    });
  });

  it('is tried again after everything that held it was released', () => {
    const held = addHold(marked(active('leads-1'), { 'leads-1': 'unauthorized' }), {
      kind: 'operator',
      since: NOW,
      why: 'The token is wrong.',
      by: 'jane',
    });
    const released = releaseHold(held, { kind: 'operator' }, { ...doing, why: 'Fixed.', trickleRows: 1 });
    expect(chooseWebhook(three, released, counts({}))).toEqual({
      kind: 'use',
      webhook: 'leads-1',
      verifying: true,
    });
  });

  it('follows the configuration: one that is not in the pool any more is left', () => {
    expect(chooseWebhook(three, active('leads-0'), counts({}))).toEqual({
      kind: 'rotate',
      from: 'leads-0',
      to: 'leads-1',
      why: 'removed',
    });
    expect(chooseWebhook(feedOf([]), active('leads-1'), counts({}))).toEqual({
      kind: 'none',
      why: 'no-webhooks',
    });
  });

  it("stays an operator's choice up to the limit, and no further", () => {
    const chosen = rotate(active('leads-2'), { from: 'leads-2', to: 'leads-1', why: 'operator', ...doing });
    const at = (rows: number) => chooseWebhook(three, chosen, counts({ 'leads-1': rows }));
    expect(at(48_000)).toMatchObject({ kind: 'use', webhook: 'leads-1' });
    expect(at(50_000)).toMatchObject({ kind: 'rotate', to: 'leads-2', why: 'limit' });
  });

  it('is only proposed where failover is only proposed', () => {
    const options = { mode: 'propose' } as const;
    const control = active('leads-1');
    expect(chooseWebhook(three, control, counts({ 'leads-1': 47_000 }), options)).toMatchObject({
      kind: 'use',
    });
    expect(chooseWebhook(three, control, counts({ 'leads-1': 50_000 }), options)).toEqual({
      kind: 'none',
      why: 'proposed',
      to: 'leads-2',
    });
  });

  it('never has a row more than its limit and its table take, and leaves none out that fits', () => {
    const pools = fc
      .array(
        fc.record({
          limit: fc.integer({ min: 1, max: 8 }),
          table: fc.constantFrom(undefined, 'A', 'B'),
          rotateAtShare: fc.constantFrom(0.5, 0.9, 1),
        }),
        { minLength: 1, maxLength: 4 },
      )
      .map((pool) => pool.map((each, index) => ({ id: `w-${index}`, warnAtShare: 0.1, ...each })));
    const ceilings = fc.record({ A: fc.integer({ min: 1, max: 10 }), B: fc.integer({ min: 1, max: 10 }) });
    fc.assert(
      fc.property(pools, ceilings, (pool, { A, B }) => {
        const feed = feedOf(pool, { A: { ceiling: A }, B: { ceiling: B } });
        const { taken, inTable, rotations } = sendUntilNothingFits(feed);
        expect(rotations).toBeLessThanOrEqual(2 * feed.webhooks.length);
        expect(inTable('A')).toBeLessThanOrEqual(A);
        expect(inTable('B')).toBeLessThanOrEqual(B);
        const full = new Set([...(inTable('A') === A ? ['A'] : []), ...(inTable('B') === B ? ['B'] : [])]);
        for (const { id, limit, table = '' } of feed.webhooks) {
          expect(taken(id)).toBeLessThanOrEqual(limit);
          if (!full.has(table)) expect(taken(id)).toBe(limit);
        }
      }),
    );
  });
});

describe('the ladder of standbys', () => {
  it('counts those below their share, and those that have a little left', () => {
    const control = marked(active('leads-1'), { 'leads-3': 'gone' });
    expect(standbysOf(three, control, counts({}))).toEqual({ fresh: ['leads-2'], spare: [] });
    expect(standbysOf(three, control, counts({ 'leads-2': 45_000 }))).toEqual({
      fresh: [],
      spare: ['leads-2'],
    });
    expect(standbysOf(three, control, counts({ 'leads-2': 50_000 }))).toEqual({ fresh: [], spare: [] });
  });

  it('has a rung more when an operator clears what was said of a webhook, and its table with it', () => {
    const shared = feedOf(
      [{ id: 'leads-1', table: 'Leads' }, { id: 'leads-2', table: 'Leads' }, { id: 'leads-3' }],
      { Leads: {} },
    );
    const control = marked(active('leads-3'), { 'leads-1': 'table-full', 'leads-2': 'full' });
    expect(standbysOf(shared, control, counts({})).fresh).toEqual([]);
    const cleared = clearStanding(shared, control, 'leads-2', doing);
    expect(standbysOf(shared, cleared, counts({})).fresh).toEqual(['leads-1', 'leads-2']);
    expect(clearStanding(shared, cleared, 'leads-2', doing)).toBe(cleared);
    expect(clearStanding(shared, cleared, 'leads-3', doing)).toBe(cleared);
  });
});

describe('counts for failover', () => {
  it('are those of the ledger, with what was sent since on top of the high end', () => {
    const feed = feedOf(
      [
        { id: 'leads-1', table: 'Leads', startCount: 100 },
        { id: 'leads-2', table: 'Leads' },
      ],
      { Leads: { startCount: 7 } },
    );
    const snapshot = {
      webhooks: [
        { webhook: 'leads-1', accepted: 20, unknown: 3 },
        {
          webhook: 'leads-2',
          accepted: 50,
          unknown: 0,
          rebase: { count: 1_000, at: NOW, acceptedThen: 40, why: 'operator' },
        },
      ],
    } as unknown as Parameters<typeof failoverCounts>[1];
    expect(failoverCounts(feed, snapshot, { 'leads-1': 5 })).toEqual({
      webhooks: { 'leads-1': { low: 120, high: 128 }, 'leads-2': { low: 1_010, high: 1_010 } },
      tables: { Leads: { low: 77, high: 85 } },
    });
    expect(failoverCounts(feed, null)).toEqual({
      webhooks: { 'leads-1': { low: 100, high: 100 }, 'leads-2': { low: 0, high: 0 } },
      tables: { Leads: { low: 7, high: 7 } },
    });
  });
});

describe('rotating early', () => {
  const lead = { leadMinutes: 60, now: NOW };
  /** The forecast is made elsewhere; here is what it says. */
  const capacityOf = (
    feed: FeedConfig,
    webhooks: Readonly<Record<string, number>>,
    fullInMinutes: Readonly<Record<string, number>>,
    tables: Readonly<Record<string, number>> = {},
  ): FeedCapacity => {
    const plain = feedCapacity(feed, null, NOW);
    const reach = (id: string) => {
      const at = fullInMinutes[id] === undefined ? null : NOW + fullInMinutes[id] * 60_000;
      return { kind: 'forecast', p10: at, p50: at, p90: at } as const;
    };
    return {
      webhooks: plain.webhooks.map((each) => ({
        ...each,
        count: band(webhooks[each.webhook] ?? 0),
        full: each.full && { ...each.full, reach: reach(each.webhook) },
      })),
      tables: plain.tables.map((each) => ({
        ...each,
        count: band(tables[each.table] ?? 0),
        full: each.full && { ...each.full, reach: reach(each.table) },
      })),
    };
  };

  it('happens when what is left is expected to go within the lead time', () => {
    const at = (minutes: number) =>
      shouldRotateEarly(
        three,
        active('leads-1'),
        capacityOf(three, { 'leads-1': 30_000 }, { 'leads-1': minutes }),
        lead,
      );
    expect(at(61)).toBeNull();
    expect(at(59)).toEqual({
      from: 'leads-1',
      to: 'leads-2',
      why: 'lead-time',
      fullAt: NOW + 59 * 60_000,
    });
    expect(at(-5)).toMatchObject({ fullAt: NOW });
  });

  it('does not happen without a forecast, without a standby, or against an operator', () => {
    const soon = capacityOf(three, { 'leads-1': 30_000 }, { 'leads-1': 5 });
    expect(shouldRotateEarly(three, active('leads-1'), feedCapacity(three, null, NOW), lead)).toBeNull();
    const nobody = marked(active('leads-1'), { 'leads-2': 'gone', 'leads-3': 'full' });
    expect(shouldRotateEarly(three, nobody, soon, lead)).toBeNull();
    const chosen = rotate(active('leads-2'), { from: 'leads-2', to: 'leads-1', why: 'operator', ...doing });
    expect(shouldRotateEarly(three, chosen, soon, lead)).toBeNull();
    expect(shouldRotateEarly(three, initialControl('leads'), soon, lead)).toBeNull();
  });

  it('looks at the table too, and leaves it only for one with more room', () => {
    const feed = feedOf(
      [
        { id: 'leads-1', table: 'Leads' },
        { id: 'leads-2', table: 'Leads' },
        { id: 'leads-3', table: 'Leads 2' },
      ],
      { Leads: {}, 'Leads 2': {} },
    );
    const soon = capacityOf(feed, { 'leads-1': 10 }, { Leads: 20 }, { Leads: 49_000 });
    expect(shouldRotateEarly(feed, active('leads-1'), soon, lead)).toMatchObject({ to: 'leads-3' });
    const only = feedOf(
      [
        { id: 'leads-1', table: 'Leads' },
        { id: 'leads-2', table: 'Leads' },
      ],
      { Leads: {} },
    );
    const same = capacityOf(only, { 'leads-1': 10 }, { Leads: 20 }, { Leads: 49_000 });
    expect(shouldRotateEarly(only, active('leads-1'), same, lead)).toBeNull();
  });
});
