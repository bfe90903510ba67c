import { describe, expect, it } from 'vitest';
import { FEED_METRICS, METRICS } from '../../shared/metrics/catalogue.ts';
import { metricsOfForward } from '../../shared/metrics/of-forward.ts';
import { metricsOf } from '../../shared/metrics/of-watch.ts';
import type { Observation } from '../../shared/observe/observation.ts';
import type { FeedSummary } from '../../shared/rows/summary.ts';
import type { WatchReport } from '../../shared/watch/run.ts';

const SLOT = Date.UTC(2026, 10, 21, 17, 25);
const MINUTE = 60_000;

const seen = (over: Partial<Observation>): Observation =>
  ({ probe: 'p', surface: 'clay-web', outcome: 'ok', finding: 'up', facts: {}, ...over }) as Observation;

const leads: FeedSummary = {
  feed: 'leads',
  lastHour: { submitted: 30, calledBack: 20, hitRate: 0.5, failed: 2, credits: 9 },
  recent: [
    { start: SLOT - 10 * MINUTE, submitted: 7, calledBack: 5, failed: 1 },
    { start: SLOT - 5 * MINUTE, submitted: 23, calledBack: 15, failed: 1 },
    { start: SLOT, submitted: 4, calledBack: 0, failed: 0 },
  ],
  waiting: 10,
  lost: 4,
  uncertain: 3,
  webhooks: [
    { webhook: 'leads-1', count: 45_000, limit: 50_000 },
    { webhook: 'leads-2', count: 900_000, limit: null },
  ],
};

const report = (over: Partial<WatchReport> = {}): WatchReport => ({
  slot: SLOT,
  result: 'completed',
  observations: [],
  diagnosis: null,
  changes: [],
  actions: [],
  deliveries: { delivered: 2, failed: 1, waiting: 4, errors: [], fellBack: 1 },
  feeds: [leads],
  acknowledged: [],
  open: { P1: 1, P2: 2, P3: 0, P4: 1 },
  ...over,
});
const measured = (over: Partial<WatchReport> = {}, everyMinutes = 1, now = SLOT + 4_200) =>
  metricsOf(report(over), { everyMinutes, now });

describe('what a run measures', () => {
  it('is nothing when another run had the slot', () => {
    expect(measured({ result: 'duplicate' })).toBeNull();
    expect(measured({ result: 'busy' })).toBeNull();
  });

  it('is how late it ended, what is open, and what is owed', () => {
    expect(measured()?.whole).toMatchObject({
      WatchDelay: 4.2,
      OpenIncidents: 4,
      UrgentIncidents: 3,
      OpenP2: 2,
      MessagesOwed: 5,
      MessagesDelivered: 2,
      MessagesFellBack: 1,
      WebhookFill: 90,
    });
  });

  it('is never a negative delay, though a clock was set back', () => {
    expect(measured({}, 1, SLOT - 5_000)?.whole.WatchDelay).toBe(0);
  });

  it('takes what cannot be seen for unknown, and not for none', () => {
    const relay = (facts: Observation['facts']) => seen({ surface: 'relay', probe: 'relay:leads', facts });
    expect(measured({ observations: [relay({ waiting: 12 })] })?.whole.RowsWaiting).toBe(12);
    expect(measured({ observations: [relay({ waiting: 12 }), relay({})] })?.whole.RowsWaiting).toBeNull();
    expect(measured()?.whole).toMatchObject({ OldestUndelivered: null, CreditsLeft: null });
    const messages = seen({ surface: 'messages', probe: 'messages', facts: { owedForMinutes: 31 } });
    expect(measured({ observations: [messages] })?.whole.OldestUndelivered).toBe(31 * 60);
  });

  it('counts each window of five minutes in the one run after it has ended', () => {
    expect(measured()?.feeds.leads).toMatchObject({ RowsSubmitted: 23, RowsCalledBack: 15, RowsFailed: 1 });
    const next = measured({ slot: SLOT + MINUTE }, 1, SLOT + MINUTE);
    expect(next?.feeds.leads).toMatchObject({ RowsSubmitted: 0, RowsCalledBack: 0 });
    expect(measured({}, 10)?.feeds.leads?.RowsSubmitted).toBe(30);
    const slots = Array.from({ length: 20 }, (_, minute) => SLOT + (minute - 9) * MINUTE);
    const all = slots.map((slot) => measured({ slot }, 1, slot)?.feeds.leads?.RowsSubmitted ?? 0);
    expect(all.reduce((sum, one) => sum + one, 0)).toBe(7 + 23 + 4);
  });

  it('is the band of uncertainty, and how full a feed is, beside a webhook without a limit', () => {
    expect(measured()?.feeds.leads).toMatchObject({
      RowsUncertain: 3,
      RowsOutstanding: 10,
      RowsLost: 4,
      FullestWebhook: 90,
    });
  });

  it('has a definition for everything, and measures everything that is defined', () => {
    const from = (wanted: string, definitions: Readonly<Record<string, { from: string }>>) =>
      Object.keys(definitions).filter((name) => definitions[name]?.from === wanted);
    const { whole, feeds } = measured() ?? { whole: {}, feeds: {} };
    // Each acknowledgement has a line of its own.
    expect([...Object.keys(whole), 'MinutesToAcknowledge'].sort()).toEqual(from('watch', METRICS).sort());
    expect(Object.keys(feeds.leads ?? {}).sort()).toEqual(from('watch', FEED_METRICS).sort());
    const forward = metricsOfForward({
      answers: { accepted: 3, rate: 1 },
      dropped: 2,
      putBack: 0,
      deadLetters: 1,
      renewed: 0,
      faults: 0,
      stopped: {},
    });
    expect(Object.keys(forward).sort()).toEqual(from('forward', METRICS).sort());
    expect(forward).toMatchObject({ RowsForwarded: 3, PaceRefusals: 1, SendsSpared: 2, RowsSetAside: 1 });
  });
});
