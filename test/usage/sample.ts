import { parseConfig } from '../../shared/config/parse.ts';
import type { Config, ConfigInput } from '../../shared/config/schema.ts';
import { foldSample } from '../../shared/credits/fold.ts';
import { type CreditState, NO_CREDITS } from '../../shared/credits/state.ts';
import { seededRandom } from '../../shared/forecast/random.ts';
import { type FeedSnapshot, ROUND_TRIP_BINS, type RowsWindow } from '../../shared/rows/snapshot.ts';
import { emptySnapshot as emptyAt, emptyWindow } from '../support/empty-snapshot.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A Friday afternoon. */
export const NOW = Date.parse('2026-11-20T16:42:00Z');

export const configOf = (input: ConfigInput): Config => parseConfig(input, 'the configuration of a test');

export const CONFIG = configOf({
  feeds: {
    leads: {
      description: 'Inbound leads, enriched before they are routed',
      webhooks: [
        { id: 'leads-1', url: 'env:LEADS_1', table: 'Leads' },
        { id: 'leads-2', url: 'env:LEADS_2', table: 'Leads 2' },
      ],
      tables: { Leads: { startCount: 9_000 }, 'Leads 2': {} },
    },
  },
  burn: { nextRefill: '2026-12-01' },
});

export { emptyWindow };

export const emptySnapshot = (feed: string, asOf = NOW): FeedSnapshot => emptyAt(feed, asOf);

const busyWindow = (start: number, rows: number, random: () => number): RowsWindow => {
  const hit = Math.round(rows * (0.6 + random() * 0.1));
  const failed = random() < 0.2 ? 1 : 0;
  const skipped = random() < 0.3 ? 1 : 0;
  const missed = Math.max(0, rows - hit - failed - skipped);
  const byClearbit = Math.round(hit * 0.7);
  const roundTrips = ROUND_TRIP_BINS.map(() => 0);
  for (let row = 0; row < rows; row += 1) {
    const bin = 4 + Math.floor(random() ** 3 * 8);
    roundTrips[bin] = (roundTrips[bin] ?? 0) + 1;
  }
  return {
    ...emptyWindow(start),
    submitted: rows,
    calledBack: hit + missed + failed + skipped,
    results: { hit, missed, skipped, failed },
    failedByStatus: failed ? { [random() < 0.7 ? 'ERROR_TIMEOUT' : 'ERROR']: failed } : {},
    byProvider: {
      Clearbit: { hit: byClearbit, missed: 0, skipped: 0, failed, credits: byClearbit * 6, rateLimited: 0 },
      Apollo: {
        hit: hit - byClearbit,
        missed,
        skipped,
        failed: 0,
        credits: (hit - byClearbit + missed) * 2,
        rateLimited: 0,
      },
    },
    byColumn: failed ? { 'Find work e-mail': { hit: 0, missed: 0, skipped: 0, failed } } : {},
    crm: { ok: hit, failed: random() < 0.05 ? 1 : 0 },
    credits: byClearbit * 6 + (hit - byClearbit + missed) * 2,
    actions: rows * 3,
    creditsOnMisses: missed * 2,
    roundTrips,
  };
};

const perHourAt = (at: number): number => {
  const date = new Date(at);
  const weekend = date.getUTCDay() % 6 === 0;
  const busy = date.getUTCHours() >= 8 && date.getUTCHours() < 18;
  return (busy ? 140 : 25) * (weekend ? 0.2 : 1);
};

/** Three weeks of a feed as offices work: leads-1 takes the rows, and has taken 36,214. */
export const busySnapshot = (now = NOW, asOf = now - 8_000): FeedSnapshot => {
  const random = seededRandom(7);
  const current = asOf - (asOf % HOUR);
  const hours = Array.from({ length: 21 * 24 }, (_, index) => current - (21 * 24 - 1 - index) * HOUR).map(
    (start) => {
      const rows = Math.round(
        perHourAt(start) * (0.7 + random() * 0.6) * (start === current ? (asOf - start) / HOUR : 1),
      );
      return { start, submitted: { 'leads-1': rows }, credits: rows * 4.5 };
    },
  );
  const first = asOf - (asOf % (5 * MINUTE)) - DAY;
  const windows = Array.from({ length: 289 }, (_, index) => first + index * 5 * MINUTE).map((start) =>
    busyWindow(start, Math.round((perHourAt(start) / 12) * (0.6 + random() * 0.8)), random),
  );
  const accepted = hours.reduce((sum, { submitted }) => sum + (submitted['leads-1'] ?? 0), 0);
  return {
    ...emptySnapshot('leads', asOf),
    webhooks: [
      {
        webhook: 'leads-1',
        accepted,
        unknown: 16,
        rebase: {
          count: 36_214 - Math.round(accepted / 3),
          at: asOf - 7 * DAY,
          acceptedThen: accepted - Math.round(accepted / 3),
          why: 'operator',
        },
      },
      { webhook: 'leads-2', accepted: 2, unknown: 0 },
    ],
    totals: {
      submitted: accepted + 2,
      calledBack: accepted - 68,
      unannounced: 0,
      results: {
        hit: Math.round(accepted * 0.64),
        missed: accepted - Math.round(accepted * 0.64) - 458,
        skipped: 300,
        failed: 90,
      },
      credits: accepted * 4.5,
      actions: accepted * 3,
    },
    windows,
    hours,
    outstanding: {
      ages: [
        { upToMinutes: 5, rows: 11 },
        { upToMinutes: 15, rows: 4 },
        { upToMinutes: 30, rows: 0 },
        { upToMinutes: 60, rows: 1 },
        { upToMinutes: 240, rows: 2 },
        { upToMinutes: 1_440, rows: 1 },
        { upToMinutes: null, rows: 49 },
      ],
      total: 68,
      oldestAt: asOf - 19 * DAY,
    },
    cohort: { submitted: 1_688, cameBack: 1_685, from: asOf - DAY, matureBefore: asOf - HOUR },
    lastSubmissionAt: asOf - 4_000,
    lastCallbackAt: asOf - 11_000,
  };
};

/** Ten days of readings, every five minutes. */
export const busyCredits = (now = NOW): CreditState => {
  let state: CreditState = NO_CREDITS;
  let credits = 78_000;
  let actions = 140_000;
  for (let at = now - 10 * DAY; at <= now - 20_000; at += 5 * MINUTE) {
    credits -= (perHourAt(at) / 12) * 5;
    actions -= (perHourAt(at) / 12) * 3;
    state = {
      ...foldSample(
        state,
        { at, credits: Math.round(credits), actions: Math.round(actions), source: 'api' },
        at,
      ),
      version: 1,
    };
  }
  return state;
};
