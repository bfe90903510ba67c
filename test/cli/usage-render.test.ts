import fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { amount, credits, percentage, roundTrip, time, timeBand } from '../../cli/render/amounts.ts';
import { bar } from '../../cli/render/bar.ts';
import { renderUsage } from '../../cli/render/usage.ts';
import { renderUsageJson } from '../../cli/render/usage-json.ts';
import { reachText } from '../../cli/render/usage-limits.ts';
import { foldSample } from '../../shared/credits/fold.ts';
import { type CreditState, NO_CREDITS } from '../../shared/credits/state.ts';
import { type FeedSnapshot, ROUND_TRIP_BINS, type RowsWindow } from '../../shared/rows/snapshot.ts';
import { usageOf } from '../../shared/usage/usage.ts';
import {
  busyCredits,
  busySnapshot,
  CONFIG,
  configOf,
  emptySnapshot,
  emptyWindow,
  NOW,
} from '../usage/sample.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HORIZON = 90;

const style = pc.createColors(false);
const page = (width = 80) => ({ style, width });
const SOURCE = { store: { kind: 'local', dir: '.claywatch' }, config: 'with its configuration' } as const;

const render = (
  snapshots: readonly FeedSnapshot[],
  state: CreditState = NO_CREDITS,
  { config = CONFIG, width = 80, now = NOW } = {},
) => renderUsage(usageOf(config, { snapshots, credits: state }, now), SOURCE, page(width));

const same = (text: string) => text;

describe('a bar', () => {
  const cells = (text: string) => ({
    taken: [...text].filter((cell) => cell === '█').length,
    maybe: [...text].filter((cell) => cell === '▒').length,
  });
  const draw = (low: number, high = low, marks: readonly number[] = []) =>
    bar({ low, high, limit: 50_000, marks }, 30, same, style);

  it('never gets shorter when more is taken', () => {
    const width = fc.integer({ min: 4, max: 60 });
    const value = fc.integer({ min: 0, max: 60_000 });
    fc.assert(
      fc.property(width, value, value, (columns, one, other) => {
        const [less, more] = [one, other].toSorted((a, b) => a - b) as [number, number];
        const taken = (low: number) =>
          cells(bar({ low, high: low, limit: 50_000, marks: [] }, columns, same, style)).taken;
        expect(taken(less)).toBeLessThanOrEqual(taken(more));
      }),
    );
  });

  it('is exactly as wide as asked, whatever it shows', () => {
    const number = fc.oneof(fc.integer({ min: -5, max: 10_000_000 }), fc.double({ noNaN: true, min: 0 }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 80 }),
        number,
        number,
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 3 }),
        (width, low, high, limit, marks) => {
          expect([...bar({ low, high, limit, marks }, width, same, style)]).toHaveLength(width);
        },
      ),
    );
  });

  it('shows something as something, and all but everything not as everything', () => {
    expect(cells(draw(0)).taken).toBe(0);
    expect(cells(draw(1)).taken).toBe(1);
    expect(cells(draw(49_999)).taken).toBe(29);
    expect(cells(draw(50_000)).taken).toBe(30);
    expect(cells(draw(70_000)).taken).toBe(30);
  });

  it('shows what is not certain, and the marks also where it is filled', () => {
    expect(draw(20_000, 25_000)).toBe('████████████▒▒▒░░░░░░░░░░░░░░░');
    expect(draw(46_000, 46_000, [40_000, 45_000])).toBe('████████████████████████│██│░░');
  });
});

describe('amounts', () => {
  it('are short, and never NaN, Infinity or minus zero', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (value, other) => {
        const texts = [amount(value), credits(value), percentage(value), time(value)];
        for (const text of texts) {
          expect(text).not.toMatch(/NaN|Infinity|∞|^-0(\D|$)/);
          expect(text.length).toBeLessThanOrEqual(25);
        }
        expect(amount(value, 1).length).toBeLessThanOrEqual(14);
        expect(percentage(other)).not.toMatch(/NaN|Infinity/);
      }),
    );
  });

  it.each([
    [0, '0 %'],
    [0.0001, '<0.1 %'],
    [0.004, '0.4 %'],
    [0.72, '72 %'],
    [0.9999, '>99 %'],
    [1, '100 %'],
    [1.2, '120 %'],
    [null, '–'],
  ])('of a share of %s are %s', (share, text) => {
    expect(percentage(share)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [119_000, '119 s'],
    [2 * MINUTE, '2 min'],
    [3.5 * HOUR, '3.5 h'],
    [47 * HOUR, '47 h'],
    [2.25 * DAY, '2.3 d'],
    [19 * DAY, '19 d'],
  ])('of a time of %i ms are %s', (ms, text) => {
    expect(time(ms)).toBe(text);
  });

  it('give a time and its range in one unit, and say when it is beyond what can be said', () => {
    const band = (early: number | null, middle: number | null, late: number | null) =>
      timeBand({ early, middle, late }, HORIZON);
    expect(band(1.6 * DAY, 4.5 * DAY, 7.9 * DAY)).toBe('4.5 d (1.6–7.9 d)');
    expect(band(20 * MINUTE, 40 * MINUTE, 70 * MINUTE)).toBe('40 min (20–70 min)');
    expect(band(60 * DAY, 80 * DAY, null)).toBe('80 d (60–>90 d)');
    expect(band(60 * DAY, null, null)).toBe('>90 d (60–>90 d)');
  });

  it.each([
    [{ from: 0, to: 5 }, 'up to 5 s'],
    [{ from: 30, to: 45 }, '30–45 s'],
    [{ from: 90, to: 120 }, '90 s–2 min'],
    [{ from: 240, to: 300 }, '4–5 min'],
    [{ from: 86_400, to: null }, 'over 24 h'],
    [null, '–'],
  ])('of a round trip of %j are %s', (span, text) => {
    expect(roundTrip(span)).toBe(text);
  });
});

describe('when a mark is reached', () => {
  it.each([
    [{ kind: 'reached' }, 'reached'],
    [{ kind: 'unknown', why: 'no-snapshot' }, 'not counted yet'],
    [{ kind: 'unknown', why: 'stale' }, 'counts too old'],
    [{ kind: 'unknown', why: 'too-little-history' }, 'too few rows to say'],
    [{ kind: 'forecast', p10: null, p50: null, p90: null }, 'not within 90 days'],
    [{ kind: 'forecast', p10: NOW + DAY, p50: NOW + 3 * DAY, p90: NOW + 5 * DAY }, '3 d (1–5 d)'],
    [{ kind: 'forecast', p10: NOW - DAY, p50: NOW, p90: NOW + 5 * DAY }, '0 d (0–5 d)'],
  ] as const)('%j is said as "%s"', (reach, text) => {
    expect(reachText(reach, NOW)).toBe(text);
  });
});

/** Of credits the ledger keeps thousandths. */
const anyCredit = fc
  .oneof(fc.nat(1_000_000), fc.nat(Number.MAX_SAFE_INTEGER))
  .map((thousandths) => thousandths / 1_000);
const anyCount = fc.oneof(fc.nat(100), fc.nat(1_000_000_000));
const anyName = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }),
  fc.constant('__proto__'),
);
const anyResults = fc.record({ hit: anyCount, missed: anyCount, skipped: anyCount, failed: anyCount });
const anyWindow: fc.Arbitrary<RowsWindow> = fc
  .record({
    age: fc.integer({ min: 0, max: 288 }),
    submitted: anyCount,
    calledBack: anyCount,
    refused: anyCount,
    results: anyResults,
    failedByStatus: fc.dictionary(anyName, anyCount, { maxKeys: 4 }),
    byProvider: fc.dictionary(
      anyName,
      fc
        .tuple(anyResults, anyCredit, anyCount)
        .map(([results, spent, rateLimited]) => ({ ...results, credits: spent, rateLimited })),
      { maxKeys: 10 },
    ),
    byColumn: fc.dictionary(anyName, anyResults, { maxKeys: 3 }),
    crm: fc.record({ ok: anyCount, failed: anyCount }),
    credits: anyCredit,
    actions: anyCount,
    creditsOnMisses: anyCredit,
    roundTrips: fc.array(anyCount, { minLength: ROUND_TRIP_BINS.length, maxLength: ROUND_TRIP_BINS.length }),
  })
  .map(({ age, ...window }) => ({
    ...window,
    start: NOW - (NOW % (5 * MINUTE)) - age * 5 * MINUTE,
  }));

const anySnapshot: fc.Arbitrary<FeedSnapshot> = fc
  .record({
    asOf: fc.integer({ min: -2 * DAY, max: 2 * HOUR }).map((ago) => NOW + ago),
    windows: fc.array(anyWindow, { maxLength: 4 }),
    webhooks: fc.array(
      fc.record({
        webhook: fc.oneof(fc.constantFrom('leads-1', 'leads-2'), anyName),
        accepted: anyCount,
        unknown: anyCount,
        rebase: fc.option(
          fc.record({
            count: fc.nat(10_000_000),
            at: fc.constant(NOW - DAY),
            acceptedThen: anyCount,
            why: fc.constantFrom('operator' as const, 'limit-answer' as const),
          }),
          { nil: undefined },
        ),
      }),
      { maxLength: 3 },
    ),
    hourly: fc.array(fc.nat(3_000), { maxLength: 60 }),
    waiting: fc.array(anyCount, { minLength: 7, maxLength: 7 }),
    oldest: fc.option(fc.integer({ min: 0, max: 40 * DAY })),
    cohort: fc.record({ submitted: anyCount, cameBack: anyCount }),
    unannounced: anyCount,
    totals: anyResults,
  })
  .map(({ asOf, windows, webhooks, hourly, waiting, oldest, cohort, unannounced, totals }) => {
    const empty = emptySnapshot('leads', asOf);
    const current = asOf - (asOf % HOUR);
    return {
      ...empty,
      windows,
      webhooks: webhooks.map(({ rebase, ...counted }) => (rebase ? { ...counted, rebase } : counted)),
      hours: hourly.map((rows, index) => ({
        start: current - (hourly.length - 1 - index) * HOUR,
        submitted: { 'leads-1': rows },
        credits: rows,
      })),
      outstanding: {
        ages: empty.outstanding.ages.map((age, index) => ({ ...age, rows: waiting[index] ?? 0 })),
        total: waiting.reduce((sum, rows) => sum + rows, 0),
        oldestAt: oldest === null ? null : asOf - oldest,
      },
      cohort: { ...empty.cohort, ...cohort },
      totals: {
        ...empty.totals,
        submitted: totals.hit + totals.missed,
        calledBack: totals.hit,
        unannounced,
        results: totals,
      },
    };
  });

const anyCredits: fc.Arbitrary<CreditState> = fc
  .array(
    fc.record({
      step: fc.integer({ min: 1, max: 8 * HOUR }),
      credits: fc.oneof(fc.double({ min: -50, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 30_000 })),
      actions: fc.option(fc.nat(100_000)),
    }),
    { maxLength: 40 },
  )
  .map((samples) => {
    let at = NOW - samples.reduce((sum, { step }) => sum + step, 0);
    let state: CreditState = NO_CREDITS;
    for (const { step, credits: left, actions } of samples) {
      at += step;
      state = foldSample(state, { at, credits: left, actions, source: 'pushed' }, at);
    }
    return state;
  });

describe('the page', () => {
  it('fits its width, keeps to plain text and never shows a number that is none', () => {
    fc.assert(
      fc.property(
        anySnapshot,
        anyCredits,
        fc.integer({ min: 40, max: 80 }),
        fc.boolean(),
        (snapshot, state, width, isDescribed) => {
          const config = configOf({
            feeds: {
              leads: {
                ...(isDescribed && { description: `${'long '.repeat(80)}\u001b[31m` }),
                webhooks: [
                  { id: 'leads-1', url: 'env:LEADS_1', table: 'A table with a name that is rather long' },
                  { id: 'leads-2', url: 'env:LEADS_2', unlimited: true, warnAtShare: 0.7 },
                ],
                tables: { 'A table with a name that is rather long': {} },
              },
            },
          });
          const text = render([snapshot], state, { config, width });
          for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(width);
          expect(text).not.toMatch(/NaN|Infinity|undefined|\bnull\b|-0(?!\d)(?![.,])\b/);
          expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);

  it('shows colours when it is asked to, and then the same words', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
    const withoutColours = (text: string) => text.replace(/\u001b\[\d+m/g, '');
    const report = usageOf(CONFIG, { snapshots: [busySnapshot()], credits: busyCredits() }, NOW);
    const coloured = renderUsage(report, SOURCE, { style: pc.createColors(true), width: 80 });
    expect(coloured).toContain('\u001b[');
    expect(withoutColours(coloured)).toBe(renderUsage(report, SOURCE, page()));
  });

  it('says what comes next first, and everything that it knows of a busy feed', () => {
    const text = render([busySnapshot()], busyCredits());
    for (const said of [
      /Next: data credits run out in [\d.]+ [hd]; leads\/Leads \(table\) is full in/,
      /leads-1 +█+░*│░*│░* +~36,214 of 50,000 +72 %/,
      /leads-1: 16 rows sent without an answer, so the count lies between 36,214 and\s+36,230\./,
      'leads-1: its table Leads is full first',
      'Of late all rows go to leads-1.',
      /hit rate +\d+ % +\d+ %/,
      /Waiting: 68 rows \(11 for under 5 min, .*; the\s+oldest for 19 d\./s,
      /Lost: 3 of 1,688 rows .* with\s+95 % confidence between/s,
      /Clearbit +100 %/,
      /data credits: low; run out in .* almost\s+certainly before the refill of 2026-12-01/s,
      /actions: run out in .* The refill of\s+2026-12-01 comes first\./s,
      /Unexplained: .* went elsewhere/,
    ]) {
      expect(text).toMatch(said);
    }
  });

  it('helps where no feed is configured, and where no row was counted', () => {
    expect(render([], NO_CREDITS, { config: configOf({}) })).toContain('No feed is configured');
    const fresh = render([]);
    expect(fresh).toContain('Never counted.');
    expect(fresh).toContain('POST /v1/callbacks/leads');
    expect(fresh).toContain('not counted yet');
    expect(fresh).toContain('claywatch credits set');
    expect(render([emptySnapshot('leads')])).toContain('no rows yet');
  });

  it('says what is stale or too little', () => {
    const stale = render([busySnapshot(NOW, NOW - 3 * HOUR)], busyCredits(NOW - HOUR));
    expect(stale).toMatch(/Stale: counted 3 h ago; the watch has not run since\./);
    expect(stale).toContain('counts too old');
    expect(stale).toMatch(/data credits: unknown; [\d,]+ were left \d+ min ago, too long ago to say\./);

    const few = {
      ...emptySnapshot('leads'),
      totals: { ...emptySnapshot('leads').totals, submitted: 3 },
      webhooks: [{ webhook: 'leads-1', accepted: 3, unknown: 0 }],
      hours: [{ start: NOW - (NOW % HOUR), submitted: { 'leads-1': 3 }, credits: 0 }],
      windows: [
        {
          ...emptyWindow(NOW - (NOW % (5 * MINUTE))),
          submitted: 3,
          results: { hit: 1, missed: 0, skipped: 0, failed: 0 },
        },
      ],
    };
    expect(render([few])).toContain('too few rows to say');
    expect(render([few])).toMatch(/hit rate +too few to say/);
  });
});

describe('the JSON document', () => {
  const documentOf = (snapshots: readonly FeedSnapshot[], state: CreditState) =>
    JSON.parse(
      renderUsageJson(usageOf(CONFIG, { snapshots, credits: state }, NOW), SOURCE, { version: '1.2.3' }),
    );

  it('has times in ISO 8601 and every member that is documented', () => {
    const document = documentOf([busySnapshot()], busyCredits());
    expect(document).toMatchObject({
      version: 1,
      claywatch: '1.2.3',
      at: '2026-11-20T16:42:00Z',
      source: { store: { kind: 'local' } },
      feeds: [
        {
          feed: 'leads',
          counts: { kind: 'current', asOf: '2026-11-20T16:41:52Z' },
          webhooks: [
            {
              webhook: 'leads-1',
              count: { low: 36_214, high: 36_230 },
              warn: { rows: 40_000, reach: { kind: 'forecast', p50: expect.stringMatching(/^2026-11-2\d/) } },
              rebase: { why: 'operator' },
              standing: 'open',
              bindsFirst: 'table',
            },
            { webhook: 'leads-2' },
          ],
          rows: { recent: { minutes: 30 }, day: { minutes: 1_440 }, lost: { of: 1_688 } },
        },
      ],
      credits: {
        last: { source: 'api' },
        credits: { level: 'low', runOut: { beforeRefill: 'certain' } },
        comparison: { kind: 'elsewhere' },
      },
    });
    expect(document.ahead[0]).toMatchObject({ what: 'credits', feed: null });
  });

  it('never turns a number that is none into null by accident', () => {
    fc.assert(
      fc.property(anySnapshot, anyCredits, (snapshot, state) => {
        const report = usageOf(CONFIG, { snapshots: [snapshot], credits: state }, NOW);
        const notFinite: string[] = [];
        JSON.stringify(report, (key, value) => {
          if (typeof value === 'number' && !Number.isFinite(value)) notFinite.push(key);
          return value;
        });
        expect(notFinite).toEqual([]);
      }),
      { numRuns: 50 },
    );
  }, 60_000);
});
