import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEED_METRICS, METRICS } from '../../shared/metrics/catalogue.ts';
import { createMeasure } from '../../shared/metrics/measure.ts';
import { emfFaults, metricsIn } from './emf-schema.ts';

const NOW = Date.UTC(2026, 10, 21, 17, 24);
const measureOf = (metrics: 'essential' | 'all' | 'off') =>
  createMeasure({ installation: 'acme', metrics }, { now: () => NOW });

const anything = fc.oneof(
  fc.double(),
  fc.integer({ min: -5, max: 1_000 }),
  fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY),
);
const valuesOf = (names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] });

describe('the checker of this test', () => {
  it('knows what CloudWatch takes, and what not', () => {
    const good = {
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          { Namespace: 'n', Dimensions: [['Installation']], Metrics: [{ Name: 'm', Unit: 'Count' }] },
        ],
      },
      Installation: 'acme',
      m: 1,
    };
    expect(emfFaults(good)).toEqual([]);
    expect(emfFaults({ ...good, m: '1' })).toEqual(['metric m is no number']);
    expect(emfFaults({ ...good, Installation: 7 })).toEqual(['dimension Installation is no text']);
    expect(emfFaults({ m: 1 })).not.toEqual([]);
    expect(emfFaults({ ...good, _aws: { ...good._aws, Timestamp: '17:24' } })).not.toEqual([]);
  });
});

describe('the fields of a line', () => {
  it('are a document that CloudWatch takes, or none, whatever was measured', () => {
    fc.assert(
      fc.property(
        valuesOf(Object.keys(METRICS)),
        valuesOf(Object.keys(FEED_METRICS)),
        fc.constantFrom('essential' as const, 'all' as const),
        (whole, feed, setting) => {
          const measure = measureOf(setting);
          for (const line of [measure.whole(whole), measure.feed('leads', feed)])
            if ('_aws' in line) expect(emfFaults(JSON.parse(JSON.stringify(line)))).toEqual([]);
        },
      ),
    );
  });

  it('name a metric only while it has something to say, and its number always', () => {
    const line = measureOf('essential').whole({ WatchDelay: 4, OpenIncidents: 0, WebhookFill: 49.9 });
    expect(line).toMatchObject({ WatchDelay: 4, OpenIncidents: 0, WebhookFill: 49.9 });
    expect(metricsIn(line)).toEqual(['WatchDelay']);
    const worse = { WatchDelay: 4, OpenIncidents: 1, WebhookFill: 50, CreditsRunOutHours: 336 };
    expect(metricsIn(measureOf('essential').whole(worse))).toEqual(Object.keys(worse));
    expect(metricsIn(measureOf('essential').whole({ CreditsRunOutHours: 337 }))).toEqual([]);
  });

  it('say nothing of what is not known', () => {
    expect(measureOf('all').whole({ CreditsLeft: null, RowsWaiting: null })).toEqual({});
    expect(measureOf('all').whole({ WatchDelay: Number.NaN })).toEqual({});
  });

  it('name those of all only where all are wanted, and those of a feed likewise', () => {
    expect(metricsIn(measureOf('essential').whole({ CreditsLeft: 9 }))).toEqual([]);
    expect(metricsIn(measureOf('all').whole({ CreditsLeft: 9 }))).toEqual(['CreditsLeft']);
    expect(measureOf('essential').feed('leads', { RowsTaken: 3 })).toEqual({ RowsTaken: 3 });
    expect(measureOf('all').feed('leads', { RowsTaken: 3 })).toMatchObject({
      Installation: 'acme',
      Feed: 'leads',
      RowsTaken: 3,
    });
  });

  it('are numbers alone where metrics are off', () => {
    expect(measureOf('off').whole({ WatchDelay: 4 })).toEqual({ WatchDelay: 4 });
  });
});

describe('the price of metrics', () => {
  const all = Object.values<{ set: string; atLeast?: number; atMost?: number }>(METRICS);

  it('is nothing in an account that has its ten free ones left: the essential ones are ten at most', () => {
    expect(all.filter(({ set }) => set === 'essential').length).toBeLessThanOrEqual(10);
    expect(Object.values(FEED_METRICS).every(({ set }) => set === 'all')).toBe(true);
  });

  it('is that of one metric while nothing happens, wherever it is', () => {
    const quiet = Object.fromEntries(Object.keys(METRICS).map((name) => [name, 0]));
    const { CreditsRunOutHours: _, ...idle } = quiet;
    expect(metricsIn(measureOf('essential').whole(idle))).toEqual(['WatchDelay']);
  });

  it('grows with the feeds and with nothing else', () => {
    const line = measureOf('all').feed('leads', { RowsTaken: 3 });
    expect(line).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [['Installation', 'Feed']] }] },
    });
  });
});
