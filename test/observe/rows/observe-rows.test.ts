import { describe, expect, it } from 'vitest';
import type { Config } from '../../../shared/config/schema.ts';
import { isSilent } from '../../../shared/observe/findings.ts';
import type { Observation } from '../../../shared/observe/observation.ts';
import { observeRows, rowsProbesOf } from '../../../shared/observe/rows/observe-rows.ts';
import type { FeedSnapshot, RowsWindow } from '../../../shared/rows/snapshot.ts';
import { configOf, MINUTE, NOW, roundTrips, snapshotOf, waiting, windowAt } from './snapshots.ts';

const CONFIG = configOf();

const seen = (snapshot: Partial<FeedSnapshot>, part: string, config: Config = CONFIG): Observation => {
  const found = observeRows(snapshotOf(snapshot), 'leads', config, NOW).find(
    ({ probe }) => probe === `rows:leads/${part}`,
  );
  if (!found) throw new Error(`nothing was said of ${part}`);
  return found;
};
const finding = (snapshot: Partial<FeedSnapshot>, part: string, config: Config = CONFIG): string =>
  seen(snapshot, part, config).finding;

/** The same window, from so many minutes ago to so many. */
const steady = (from: number, to: number, over: Partial<RowsWindow>): RowsWindow[] => {
  const windows: RowsWindow[] = [];
  for (let ago = from; ago >= to; ago -= 5) windows.push(windowAt(ago, over));
  return windows;
};
const at = (minutesAgo: number) => NOW - minutesAgo * MINUTE;

describe('what counts say of a feed', () => {
  it('is nothing for a feed whose rows nobody counts, and only what goes in where nobody calls back', () => {
    const uncounted = configOf({}, { callbacks: {} });
    expect(observeRows(snapshotOf(), 'leads', uncounted, NOW)).toEqual([]);
    expect(rowsProbesOf(uncounted)).toEqual([]);
    const reported = configOf({}, { callbacks: {}, submissions: { secret: 'env:SECRET' } });
    const surfaces = observeRows(snapshotOf(), 'leads', reported, NOW).map(({ surface }) => surface);
    expect(surfaces).toEqual(['rows-ledger', 'webhook-count', 'loops']);
  });

  it('is silent for a feed in which nothing happened', () => {
    const said = observeRows(snapshotOf(), 'leads', CONFIG, NOW);
    expect(said.filter((one) => one.outcome === 'failing')).toEqual([]);
    expect(said.filter((one) => one.outcome === 'unknown').every(isSilent)).toBe(true);
  });

  it('has the ids that are kept watched', () => {
    const config = configOf({}, { tables: { 'Leads (EU)': {} } });
    const window = windowAt(5, {
      calledBack: 1,
      crm: { ok: 1, failed: 0 },
      byProvider: { Apollo: { hit: 1, missed: 0, skipped: 0, failed: 0, credits: 1, rateLimited: 0 } },
    });
    const said = observeRows(snapshotOf({ windows: [window] }), 'leads', config, NOW).map(
      ({ probe }) => probe,
    );
    const kept = new Set(rowsProbesOf(config));
    expect(said.filter((probe) => !kept.has(probe))).toEqual(['rows:leads/provider/Apollo']);
    expect([...kept].filter((probe) => !said.includes(probe))).toEqual([]);
  });
});

describe('flow', () => {
  const going = (from: number, to: number) => steady(from, to, { submitted: 10, calledBack: 10 });

  it('flows while rows come back', () => {
    expect(finding({ windows: going(30, 0), lastCallbackAt: at(1) }, 'flow')).toBe('flowing');
  });

  it('is stalled when none come back, and enough wait that were sent since', () => {
    const stopped = (rows: number): Partial<FeedSnapshot> => ({
      windows: [...going(60, 25), ...steady(20, 0, { submitted: 3 })],
      lastCallbackAt: at(21),
      outstanding: waiting({ 5: 4, 15: 4, 30: rows }),
    });
    expect(finding(stopped(4), 'flow')).toBe('idle');
    expect(finding(stopped(5), 'flow')).toBe('stalled');
    expect(seen(stopped(6), 'flow').summary).toBe(
      'Rows go in and no row came back for 21 min; 6 rows sent since then wait longer than 15 min.',
    );
  });

  it('is stalled soon, though the last callback came at the beginning of its window', () => {
    const soon = (from: number, rows: number): Partial<FeedSnapshot> => ({
      windows: steady(60, from, { submitted: 50 }),
      lastCallbackAt: at(19),
      outstanding: waiting({ 5: from === 0 ? 100 : 0, 15: from === 0 ? 100 : 0, 30: rows, 1440: 300 }),
    });
    // Some 40 came in the four minutes after the last callback that are longer ago than 15 minutes.
    expect(finding(soon(0, 33), 'flow')).toBe('stalled');
    expect(finding(soon(0, 20), 'flow')).toBe('idle');
    expect(finding(soon(20, 33), 'flow')).toBe('idle');
  });

  it('is not stalled by rows that were lost shortly before the last one of the day', () => {
    const evening = {
      windows: steady(60, 20, { submitted: 60, calledBack: 58 }),
      lastCallbackAt: at(17),
      outstanding: waiting({ 30: 8, 60: 8 }),
    };
    expect(finding(evening, 'flow')).toBe('idle');
  });

  it('is not stalled before its time', () => {
    const snapshot = {
      windows: [...going(60, 15), ...steady(10, 0, { submitted: 10 })],
      lastCallbackAt: at(14),
      outstanding: waiting({ 5: 10, 15: 20 }),
    };
    expect(finding(snapshot, 'flow')).not.toBe('stalled');
  });

  it('at night is idle, though rows of the day were lost before the last one that came back', () => {
    const night = { windows: going(600, 480), lastCallbackAt: at(476), outstanding: waiting({ 1440: 40 }) };
    expect(finding(night, 'flow')).toBe('idle');
  });

  it('in the morning is idle, until the first rows had their time', () => {
    const morning = {
      windows: [...going(600, 480), windowAt(10, { submitted: 50 })],
      lastCallbackAt: at(476),
      outstanding: waiting({ 15: 50, 1440: 40 }),
    };
    expect(finding(morning, 'flow')).toBe('idle');
  });

  it('is stalled where senders report counts only, of which no single row is known', () => {
    const counted = { windows: steady(60, 0, { submitted: 10 }), lastCallbackAt: at(58) };
    expect(finding(counted, 'flow')).toBe('stalled');
  });

  it('is stalled when no row has ever come back', () => {
    const never = {
      windows: steady(30, 0, { submitted: 5 }),
      outstanding: waiting({ 5: 5, 15: 10, 30: 15 }),
    };
    expect(seen(never, 'flow').summary).toMatch(/no row has ever come back/);
  });

  it('is not stalled when what comes back is refused: that is our endpoint', () => {
    const refused = {
      windows: steady(60, 0, { submitted: 10, refused: 10 }),
      lastCallbackAt: at(58),
      outstanding: waiting({ 15: 20, 60: 80 }),
    };
    expect(finding(refused, 'flow')).toBe('idle');
    expect(finding(refused, 'callbacks')).toBe('all-refused');
  });

  it('does not flow by a single straggler among rows that wait', () => {
    const straggler = {
      windows: [...steady(60, 5, { submitted: 10 }), windowAt(0, { submitted: 10, calledBack: 1 })],
      lastCallbackAt: at(1),
      outstanding: waiting({ 15: 20, 30: 30, 60: 60 }),
    };
    expect(finding(straggler, 'flow')).toBe('idle');
  });

  it('says whether a row came back just now, which is what proves that work has resumed', () => {
    const fresh = (minutesAgo: number) =>
      seen({ windows: going(30, 0), lastCallbackAt: at(minutesAgo) }, 'flow').facts.freshCallback;
    expect(fresh(2)).toBe(true);
    expect(fresh(5)).toBe(false);
  });
});

describe('losses', () => {
  /** Rows an hour to four hours old. */
  const sent = (rows: number, lost: number): Partial<FeedSnapshot> => ({
    windows: steady(240, 65, { submitted: rows / 36 }),
    outstanding: waiting({ 240: lost }),
    cohort: { submitted: rows, cameBack: rows - lost, from: at(1_440), matureBefore: at(60) },
  });

  it('are found at half a percent, with confidence and no sooner', () => {
    expect(finding(sent(3_600, 18), 'losses')).toBe('losing');
    expect(finding(sent(720, 3), 'losses')).toBe('too-few');
    expect(finding(sent(3_600, 4), 'losses')).toBe('none');
    expect(finding(sent(360, 360), 'losses')).toBe('too-few');
  });

  it('tell counts, share, bounds and how long the oldest waits', () => {
    expect(seen(sent(3_600, 18), 'losses')).toMatchObject({
      summary:
        'Of 3,600 rows sent longer than 60 min ago, 18 have not come back (0.5 %), while others have; the oldest waits for 60 min.',
      facts: { notBack: 18, sent: 3_600, share: 0.005, afterMinutes: 60 },
    });
  });

  it('are over when the rows of the last hours come back, though the day still misses some', () => {
    const over = {
      ...sent(3_600, 0),
      cohort: { submitted: 20_000, cameBack: 19_800, from: at(1_440), matureBefore: at(60) },
    };
    expect(finding(over, 'losses')).toBe('none');
  });
});

describe('the round trip', () => {
  const config = configOf({ rows: { slow: { p95Minutes: 2 } } });

  it('is late when more than one row in twenty is, in several windows', () => {
    const late = steady(25, 0, { roundTrips: roundTrips({ 20: 20, 300: 10 }) });
    expect(finding({ windows: late }, 'round-trip', config)).toBe('late');
    expect(seen({ windows: late }, 'round-trip', config).summary).toBe(
      '33 % of 180 rows that came back in the last 30 min took longer than 2 min; at most 5 % may.',
    );
  });

  it('is not late when what was stuck comes back all at once', () => {
    const drained = [
      ...steady(25, 10, { roundTrips: roundTrips({ 20: 20 }) }),
      windowAt(5, { roundTrips: roundTrips({ 20: 20, 1800: 400 }) }),
      windowAt(0, { roundTrips: roundTrips({ 20: 20 }) }),
    ];
    expect(finding({ windows: drained }, 'round-trip', config)).not.toBe('late');
  });

  it('counts a row as late only when its whole bin is', () => {
    const around = steady(25, 0, { roundTrips: roundTrips({ 120: 30 }) });
    expect(finding({ windows: around }, 'round-trip', config)).toBe('in-time');
  });
});

const counts = (hit: number, missed: number, over: object = {}) => ({
  hit,
  missed,
  skipped: 0,
  failed: 0,
  credits: 0,
  rateLimited: 0,
  ...over,
});

describe('the hit rate', () => {
  interface Rows {
    readonly first: readonly [hit: number, missed: number];
    readonly second: readonly [hit: number, missed: number];
    readonly skipped?: number;
    readonly lacking?: number;
  }
  /** A waterfall: the first provider is named where it knew, the second where it did, or where nobody did. */
  const hour = ({ first, second, skipped = 0, lacking = 0 }: Rows): Partial<RowsWindow> => ({
    results: { hit: first[0] + second[0], missed: first[1] + second[1], skipped, failed: lacking },
    failedByStatus: lacking > 0 ? { 'missing-input': lacking } : {},
    byProvider: { alpha: counts(...first), beta: counts(...second) },
  });
  const before = steady(600, 35, hour({ first: [12, 0], second: [2, 6] }));
  const since = (rows: Rows): Partial<FeedSnapshot> => ({
    windows: [...before, ...steady(30, 0, hour(rows))],
  });

  it('is fine where two in three are found', () => {
    expect(
      finding({ windows: before.map((one, index) => ({ ...one, start: at(index * 5) })) }, 'hit-rate'),
    ).toBe('fine');
  });

  it('is low by a provider that knows less, while the other knows as much as before', () => {
    const low = since({ first: [0, 0], second: [5, 15] });
    expect(finding(low, 'hit-rate')).toBe('low-provider');
    expect(seen(low, 'hit-rate').summary).toContain('alpha knows less (60 % before, 0 % now)');
  });

  it('is low by the rows when all providers know less at once', () => {
    expect(finding(since({ first: [3, 0], second: [1, 16] }), 'hit-rate')).toBe('low-input');
  });

  it('is all empty when several providers that knew rows know none at all any more', () => {
    const empty = since({ first: [0, 0], second: [0, 20] });
    expect(finding(empty, 'hit-rate')).toBe('all-empty');
    expect(seen(empty, 'hit-rate').summary).toContain('all 2 providers come back empty at once');
  });

  it('is not all empty while anything is found, nor where only one provider is asked', () => {
    expect(finding(since({ first: [1, 0], second: [0, 19] }), 'hit-rate')).toBe('low-input');
    const alone = steady(600, 35, {
      results: { hit: 12, missed: 8, skipped: 0, failed: 0 },
      byProvider: { alpha: counts(12, 8) },
    });
    const none = steady(30, 0, {
      results: { hit: 0, missed: 20, skipped: 0, failed: 0 },
      byProvider: { alpha: counts(0, 20) },
    });
    expect(finding({ windows: [...alone, ...none] }, 'hit-rate')).not.toBe('all-empty');
  });

  it('is low by the rows when they lack what is needed', () => {
    const low = since({ first: [3, 0], second: [1, 2], lacking: 14 });
    expect(finding(low, 'hit-rate')).toBe('low-input');
    expect(seen(low, 'hit-rate').summary).toContain('lack what is needed (0 % before, 70 % now)');
  });

  it('is just low when too little is known of the time before', () => {
    const { windows = [] } = since({ first: [0, 0], second: [5, 15] });
    expect(finding({ windows: windows.slice(-9) }, 'hit-rate')).toBe('low');
  });

  it('is just low where one provider is all that there is', () => {
    const single = (hit: number, missed: number): Partial<RowsWindow> => ({
      results: { hit, missed, skipped: 0, failed: 0 },
      byProvider: { alpha: counts(hit, missed) },
    });
    const windows = [...steady(600, 35, single(14, 6)), ...steady(30, 0, single(4, 16))];
    expect(finding({ windows }, 'hit-rate')).toBe('low');
  });

  it('does not count rows that failed or were skipped as not found', () => {
    const failing = steady(30, 0, { results: { hit: 10, missed: 2, skipped: 30, failed: 60 } });
    expect(finding({ windows: failing }, 'hit-rate')).toBe('fine');
  });
});

describe('a provider', () => {
  const rows = (failed: number, rateLimited: number, over: Partial<RowsWindow> = {}) =>
    steady(15, 0, { byProvider: { 'Apollo.io': counts(10, 5, { failed, rateLimited }) }, ...over });
  const ofProvider = (windows: readonly RowsWindow[]) => finding({ windows }, 'provider/Apollo.io');

  it('is fine, failing, or limited, by what is most of it', () => {
    expect(ofProvider(rows(0, 0))).toBe('fine');
    expect(ofProvider(rows(10, 0))).toBe('failing');
    expect(ofProvider(rows(10, 9))).toBe('throttled');
  });

  it('is not blamed for rows that lack what it needs', () => {
    const lacking = { failedByStatus: { 'missing-input': 10 } };
    expect(ofProvider(rows(10, 0, lacking))).toBe('fine');
  });

  it('has a subject that is plain, whatever its name is', () => {
    const windows = steady(15, 0, { byProvider: { 'Clay / GPT #4': counts(10, 5) } });
    expect(seen({ windows }, 'provider/Clay-GPT-4').subject).toBe('leads/Clay-GPT-4');
  });

  it('is one of twenty at most, those with the most rows', () => {
    const byProvider = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`p${index}`, counts(index + 1, 0)]),
    );
    const said = observeRows(snapshotOf({ windows: [windowAt(5, { byProvider })] }), 'leads', CONFIG, NOW);
    const providers = said.filter(({ surface }) => surface === 'provider-rows');
    expect(providers).toHaveLength(20);
    expect(providers[0]?.subject).toBe('leads/p49');
  });
});

describe('the CRM column', () => {
  it('is not spoken of where no row ever did', () => {
    const said = observeRows(snapshotOf({ windows: steady(15, 0, { calledBack: 9 }) }), 'leads', CONFIG, NOW);
    expect(said.some(({ surface }) => surface === 'crm-rows')).toBe(false);
  });

  it('fails by the rows that say so', () => {
    expect(finding({ windows: steady(15, 0, { crm: { ok: 1, failed: 19 } }) }, 'crm')).toBe('failing');
    expect(finding({ windows: steady(15, 0, { crm: { ok: 40, failed: 1 } }) }, 'crm')).toBe('fine');
  });
});

describe('limits', () => {
  const standby = { id: 'leads-2', url: 'env:URL_2' };
  const webhooks = (...more: object[]) =>
    configOf({}, { webhooks: [{ id: 'leads-1', url: 'env:URL', table: 'leads' }, ...more] });
  const taken = (accepted: number, over: Partial<FeedSnapshot> = {}): Partial<FeedSnapshot> => ({
    webhooks: [{ webhook: 'leads-1', accepted, unknown: 0 }],
    hours: [{ start: at(60), submitted: { 'leads-1': 10 }, credits: 0 }],
    ...over,
  });
  const alone = (accepted: number) => finding(taken(accepted), 'webhook/leads-1', webhooks());
  const backed = (accepted: number, over?: Partial<FeedSnapshot>) =>
    finding(taken(accepted, over), 'webhook/leads-1', webhooks(standby));

  it('of a webhook come near, nearer without a standby, and are reached', () => {
    expect([39_999, 40_000, 45_000, 49_999, 50_000].map(alone)).toEqual([
      'room',
      'near',
      'standby-missing',
      'standby-missing',
      'reached',
    ]);
    expect([45_000, 50_000].map((rows) => backed(rows))).toEqual(['near', 'reached-standby-ready']);
  });

  it('of a webhook are not reached when Clay takes more rows than that', () => {
    expect(alone(50_010)).toBe('near');
    expect(seen(taken(50_010), 'webhook/leads-1', webhooks()).summary).toContain(
      'count or the limit is not right',
    );
  });

  it('of a webhook that nobody uses any more, while its standby takes the rows, are nothing to tell', () => {
    const hours = [{ start: at(60), submitted: { 'leads-2': 10 }, credits: 0 }];
    expect(backed(50_000, { hours })).toBe('retired');
    expect(backed(50_000, { hours: [] })).toBe('reached-standby-ready');
  });

  it('of a webhook follow the count that was learned, and what is not known counts as taken for the warning', () => {
    const rebased = (unknown: number) => ({
      webhooks: [
        {
          webhook: 'leads-1',
          accepted: 100,
          unknown,
          rebase: { count: 39_900, at: at(600), acceptedThen: 50, why: 'operator' as const },
        },
      ],
    });
    expect(finding(rebased(0), 'webhook/leads-1', webhooks())).toBe('room');
    expect(finding(rebased(60), 'webhook/leads-1', webhooks())).toBe('near');
  });

  it('of an unlimited webhook are none', () => {
    const config = configOf({}, { webhooks: [{ id: 'leads-1', url: 'env:URL', unlimited: true }] });
    const said = observeRows(snapshotOf(taken(90_000)), 'leads', config, NOW);
    expect(said.some(({ surface }) => surface === 'webhook-count')).toBe(false);
  });

  const table = configOf({}, { tables: { leads: {} } });
  const inTable = (accepted: number, waits: number, submitted = 10) =>
    finding(
      taken(accepted, {
        windows: steady(60, 0, { submitted }),
        outstanding: waiting({ 15: waits / 2, 30: waits / 2 }),
      }),
      'table/leads',
      table,
    );

  it('of a table come near by count, and are reached when the rows beyond do not come back', () => {
    expect(inTable(44_999, 0)).toBe('room');
    expect(inTable(45_000, 0)).toBe('near');
    expect(inTable(50_100, 100)).toBe('full');
  });

  it('of a table are not reached when the rows beyond come back: somebody deletes rows', () => {
    expect(inTable(50_100, 4)).toBe('room');
    expect(inTable(90_000, 4)).toBe('room');
  });

  it('of a table are not known while too few were sent beyond', () => {
    expect(inTable(50_010, 10)).toBe('too-few');
    expect(inTable(90_000, 0, 0)).toBe('too-few');
  });

  it('of a table are reached by count where nobody calls back', () => {
    const reported = configOf({}, { tables: { leads: {} }, callbacks: {}, submissions: { secret: 'env:S' } });
    expect(finding(taken(50_000), 'table/leads', reported)).toBe('full');
  });
});

describe('loops', () => {
  it('are several records that enter again and again; one busy record is none', () => {
    expect(finding({ repeats: [30, 12, 9, 1] }, 'loops')).toBe('looping');
    expect(finding({ repeats: [300, 5, 5, 5] }, 'loops')).toBe('none');
    expect(finding({ repeats: [] }, 'loops')).toBe('too-few');
  });
});

describe('what is told', () => {
  it('holds counts and names, never an id of a row', () => {
    const text = JSON.stringify(
      observeRows(
        snapshotOf({ windows: steady(60, 0, { submitted: 10, calledBack: 9 }), lastCallbackAt: at(1) }),
        'leads',
        CONFIG,
        NOW,
      ),
    );
    expect(text).not.toMatch(/row-\d|@/);
  });
});
