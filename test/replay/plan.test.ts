import { describe, expect, it } from 'vitest';
import type { Config } from '../../shared/config/schema.ts';
import { foldSample } from '../../shared/credits/fold.ts';
import { type CreditState, NO_CREDITS } from '../../shared/credits/state.ts';
import { type FeedControl, type Hold, initialControl } from '../../shared/relay/control.ts';
import { type PlanData, planOf, planReplay } from '../../shared/replay/plan.ts';
import { searchFrom } from '../../shared/replay/search.ts';
import type { ReplayRequest, Survey } from '../../shared/replay/survey.ts';
import type { FeedSnapshot } from '../../shared/rows/snapshot.ts';
import { emptySnapshot, emptyWindow } from '../usage/sample.ts';
import { createReplayWorld, FEED, HOUR, relayConfig, START } from './replay-world.ts';

const MINUTE = 60_000;

const balance = (credits: number, actions: number | null = null, at = START - MINUTE): CreditState =>
  foldSample(NO_CREDITS, { at, credits, actions, source: 'api' }, at);

/** Callbacks that cost six credits and two actions each, and what webhooks took. */
const snapshot = (of: Partial<FeedSnapshot> = {}, accepted: Readonly<Record<string, number>> = {}) => ({
  ...emptySnapshot(FEED, START),
  totals: {
    ...emptySnapshot(FEED).totals,
    submitted: 1_000,
    calledBack: 1_000,
    credits: 6_000,
    actions: 2_000,
  },
  webhooks: Object.entries(accepted).map(([webhook, rows]) => ({ webhook, accepted: rows, unknown: 0 })),
  ...of,
});

const found = (of: Partial<Survey> = {}): Survey => ({
  rows: 1_000,
  oldestAt: START - 3 * HOUR,
  newestAt: START - 2 * HOUR,
  keptUntil: START + 100 * HOUR,
  expiring: 0,
  notKept: 0,
  young: 0,
  uncertain: 0,
  again: 0,
  unusable: 0,
  faults: { row: 0, ours: 0 },
  ...of,
});

interface Case {
  readonly config?: Config;
  readonly request?: Partial<ReplayRequest>;
  readonly survey?: Partial<Survey>;
  readonly control?: Partial<FeedControl>;
  readonly credits?: CreditState;
  readonly snapshot?: FeedSnapshot | null;
  readonly waiting?: number;
  readonly others?: PlanData['feeds'];
  readonly perSecond?: number;
}

const plan = (given: Case = {}) =>
  planOf(
    given.config ?? relayConfig(),
    { feed: FEED, source: 'uncalled', from: 0, to: START, ...given.request },
    {
      survey: found(given.survey),
      control: { ...initialControl(FEED), active: 'leads-1', ...given.control },
      credits: given.credits ?? balance(50_000, 50_000),
      feeds: [
        {
          feed: FEED,
          snapshot: given.snapshot === undefined ? snapshot() : given.snapshot,
          waiting: given.waiting ?? 0,
          isHeld: (given.control?.holds ?? []).length > 0,
        },
        ...(given.others ?? []),
      ],
      perSecond: given.perSecond ?? null,
    },
    START,
  );

const hold = (kind: Hold['kind']): Hold => ({ kind, since: START - HOUR, why: 'A word.', by: 'ada' });
const codes = (list: readonly { readonly code: string }[]) => list.map(({ code }) => code);
const full = (id: string) => ({ [id]: { standing: 'full' as const, since: START } });

describe('the verdict of a plan', () => {
  const cases: readonly [string, Case, ReturnType<typeof plan>['verdict'], readonly string[], number][] = [
    ['is ok where everything fits', {}, 'ok', [], 1_000],
    ['is that there is nothing', { survey: { rows: 0 } }, 'nothing', [], 0],
    ['refuses what is not paid for', { credits: balance(5_999, 9_000) }, 'refuse', ['credits'], 1_000],
    ['allows what is just paid for', { credits: balance(6_000, 9_000) }, 'ok', [], 1_000],
    [
      'keeps the reserve',
      { config: relayConfig({ relay: { balanceReserve: 1 } }), credits: balance(6_000, 9_000) },
      'refuse',
      ['credits'],
      1_000,
    ],
    ['pays for waiting rows first', { credits: balance(6_000), waiting: 1 }, 'refuse', ['credits'], 1_000],
    [
      'pays for waiting rows of other feeds first',
      {
        credits: balance(6_000),
        others: [{ feed: 'accounts', snapshot: snapshot(), waiting: 1, isHeld: true }],
      },
      'refuse',
      ['credits'],
      1_000,
    ],
    ['refuses without actions', { credits: balance(90_000, 1_999) }, 'refuse', ['actions'], 1_000],
    ['asks no actions of a legacy workspace', { credits: balance(90_000, null) }, 'ok', [], 1_000],
    [
      'refuses when nothing is left, though nobody knows what a row costs',
      { credits: balance(0), snapshot: emptySnapshot(FEED, START) },
      'refuse',
      ['credits'],
      1_000,
    ],
    [
      'allows what cannot be priced, while something is left',
      { credits: balance(1), snapshot: emptySnapshot(FEED, START) },
      'ok',
      [],
      1_000,
    ],
    ['allows what cannot be paid for by an unread balance', { credits: NO_CREDITS }, 'ok', [], 1_000],
    [
      "splits to the room of the table, which its webhooks share, at the count's high end",
      {
        snapshot: snapshot({
          webhooks: [
            { webhook: 'leads-1', accepted: 40_000, unknown: 100 },
            { webhook: 'leads-2', accepted: 39_000, unknown: 0 },
          ],
        }),
      },
      'split',
      ['room'],
      900,
    ],
    [
      'splits to the room of the last usable webhook',
      { snapshot: snapshot({}, { 'leads-2': 49_400 }), control: { webhooks: full('leads-1') } },
      'split',
      ['room'],
      600,
    ],
    [
      'leaves room for rows that wait already',
      { snapshot: snapshot({}, { 'leads-1': 50_000, 'leads-2': 29_000 }), waiting: 400 },
      'split',
      ['room'],
      600,
    ],
    [
      'refuses where nothing fits',
      { control: { webhooks: { ...full('leads-1'), ...full('leads-2') } } },
      'refuse',
      ['no-room'],
      0,
    ],
    ['takes what was asked for only', { request: { limit: 10 }, credits: balance(60, 20) }, 'ok', [], 10],
    [
      'is ok on a feed on hold, for rows then wait',
      { control: { holds: [hold('operator')] } },
      'ok',
      [],
      1_000,
    ],
    [
      'lets held rows go',
      { request: { source: 'held' }, control: { holds: [hold('breaker')] } },
      'ok',
      [],
      1_000,
    ],
    ['lets go nothing that nothing holds', { request: { source: 'held' } }, 'refuse', ['not-held'], 1_000],
    [
      'leaves the holds of incidents alone',
      { request: { source: 'held' }, control: { holds: [hold('operator'), hold('cause')] } },
      'refuse',
      ['held-for-cause'],
      1_000,
    ],
    [
      'lets go as many held rows as fit',
      {
        request: { source: 'held' },
        control: { holds: [hold('operator')] },
        snapshot: snapshot({}, { 'leads-1': 50_000, 'leads-2': 29_990 }),
        waiting: 1_000,
      },
      'split',
      ['room'],
      10,
    ],
  ];

  it.each(cases)('%s', (_, given, verdict, reasons, rows) => {
    const made = plan(given);
    expect({ verdict: made.verdict, reasons: codes(made.reasons), rows: made.rows }).toEqual({
      verdict,
      reasons,
      rows,
    });
  });

  it('says how many rows are left out, and how many are paid for', () => {
    const split = plan({ snapshot: snapshot({}, { 'leads-1': 50_000, 'leads-2': 29_400 }) });
    expect(split).toMatchObject({ rows: 600, leftOut: 400, reasons: [{ code: 'room', leftOut: 400 }] });
    const refused = plan({ credits: balance(600, 9_000) });
    expect(refused.reasons).toEqual([{ code: 'credits', fits: 100 }]);
  });
});

describe('what a plan says beforehand', () => {
  const cases: readonly [string, Case, readonly string[]][] = [
    ['that Clay has had these rows already', {}, ['sent-again']],
    ['that rows would pile up', { control: { holds: [hold('cause')] } }, ['held', 'sent-again']],
    [
      'what is not certain, too young, gone or going',
      { survey: { uncertain: 1, again: 2, young: 3, notKept: 4, expiring: 5 } },
      ['sent-again', 'uncertain', 'again', 'young', 'not-kept', 'expiring'],
    ],
    [
      "which dead letters are the rows' own fault, and which hold no row",
      { request: { source: 'dead-letters' }, survey: { unusable: 1, faults: { row: 7, ours: 3 } } },
      ['unusable', 'fault-of-row'],
    ],
    [
      "nothing of the rows' fault where only ours are asked for",
      { request: { source: 'dead-letters', fault: 'ours' }, survey: { faults: { row: 7, ours: 3 } } },
      [],
    ],
    [
      'what is not known of the costs',
      { request: { source: 'dead-letters' }, snapshot: emptySnapshot(FEED, START) },
      ['credits-unknown', 'actions-unknown'],
    ],
    [
      'that the balance was never read',
      { request: { source: 'dead-letters' }, credits: NO_CREDITS },
      ['credits-unknown'],
    ],
    [
      'that the balance is old',
      { request: { source: 'dead-letters' }, credits: balance(50_000, 50_000, START - HOUR) },
      ['credits-stale'],
    ],
    [
      'that nothing was ever counted',
      { request: { source: 'dead-letters' }, snapshot: null },
      ['credits-unknown', 'actions-unknown', 'counts-missing'],
    ],
    [
      'that counts are old',
      { request: { source: 'dead-letters' }, snapshot: { ...snapshot(), asOf: START - 2 * HOUR } },
      ['counts-stale'],
    ],
    ['what a limit leaves out', { request: { source: 'dead-letters', limit: 900 } }, ['beyond-limit']],
  ];
  it.each(cases)('%s', (_, given, expected) => {
    expect(codes(plan(given).cautions)).toEqual(expected);
  });

  it('reads costs from the last day where it has enough of them, and never takes silence for free', () => {
    const day = { ...emptyWindow(START - HOUR), calledBack: 50, credits: 1_000, actions: 50 };
    expect(plan({ snapshot: snapshot({ windows: [day] }) }).credits).toMatchObject({
      perRow: 20,
      needed: 20_000,
    });
    const few = { ...day, calledBack: 5 };
    expect(plan({ snapshot: snapshot({ windows: [few] }) }).credits).toMatchObject({ perRow: 6 });
    const silent = snapshot({ totals: { ...snapshot().totals, credits: 0 } });
    expect(plan({ snapshot: silent }).credits).toMatchObject({ perRow: null, needed: null });
  });
});

describe('the time of a plan', () => {
  const minutes = (given: Case) => plan(given).pace.ms / MINUTE;
  const window = (feed: string, submitted: number) => ({
    ...emptySnapshot(feed, START),
    windows: [0, 1, 2, 3, 4, 5].map((back) => ({
      ...emptyWindow(START - (back + 1) * 5 * MINUTE),
      submitted,
    })),
  });

  it('is that of the whole pace where nothing else is sent', () => {
    expect(minutes({ survey: { rows: 6_000 }, credits: balance(1e6, 1e6) })).toBe(10);
  });
  it('follows what the pacer allows now', () => {
    expect(minutes({ survey: { rows: 6_000 }, credits: balance(1e6, 1e6), perSecond: 5 })).toBe(20);
  });
  it('comes after rows that wait', () => {
    expect(minutes({ survey: { rows: 6_000 }, credits: balance(1e6, 1e6), waiting: 6_000 })).toBe(20);
  });
  it('is longer by what comes in anyway', () => {
    // 2 rows a second over half an hour.
    expect(
      minutes({
        survey: { rows: 4_800 },
        credits: balance(1e6, 1e6),
        others: [{ feed: 'accounts', snapshot: window('accounts', 600), waiting: 0, isHeld: false }],
      }),
    ).toBe(10);
  });
  it('shares the pace with other feeds that have a backlog, unless they are on hold', () => {
    const others = (isHeld: boolean) => ({
      survey: { rows: 6_000 },
      credits: balance(1e6, 1e6),
      others: [{ feed: 'accounts', snapshot: null, waiting: 5, isHeld }],
    });
    expect(minutes(others(false))).toBe(20);
    expect(minutes(others(true))).toBe(10);
  });
  it('begins with a trickle after a hold', () => {
    const held = { request: { source: 'held' as const }, control: { holds: [hold('operator')] } };
    expect(plan({ ...held, survey: { rows: 110 } }).pace.ms).toBe(10_000 + 10_000);
  });
});

describe('a plan that is read', () => {
  it('counts what is there, and changes nothing', async () => {
    const world = createReplayWorld();
    const back = await world.accepted(30);
    await world.callBack(back, 6);
    const lost = await world.accepted(7);
    await world.clock.advance(2 * HOUR);
    await world.accepted(3);
    await world.clock.advance(1_000);
    await world.ports.rows.fold(FEED, world.clock.now());
    await world.ports.queue.send(FEED, world.makeRows(4));
    await world.setAside(world.makeRows(2), { fault: 'row', reason: 'bad-request' });
    await world.setAside(world.makeRows(1));
    await world.clock.advance(1_000);
    const before = JSON.stringify([await world.ports.jobs.list(10), world.ports.queue.rows(FEED)]);
    const request = { feed: FEED, from: 0, to: world.clock.now() };

    const uncalled = await planReplay(world.config, { ...request, source: 'uncalled' }, world.ports);
    expect(uncalled).toMatchObject({
      verdict: 'ok',
      rows: lost.length,
      batches: 1,
      survey: { rows: 7, young: 3, oldestAt: START, expiring: 0 },
      credits: { perRow: 6, needed: 42, left: null },
      room: { committed: 4, rows: 80_000 - 40 - 4 },
    });
    const letters = await planReplay(world.config, { ...request, source: 'dead-letters' }, world.ports);
    expect(letters).toMatchObject({ rows: 3, survey: { faults: { row: 2, ours: 1 } } });
    const ours = { ...request, source: 'dead-letters', fault: 'ours' } as const;
    expect(await planReplay(world.config, ours, world.ports)).toMatchObject({ rows: 1 });
    const held = await planReplay(world.config, { ...request, source: 'held' }, world.ports);
    expect(held).toMatchObject({ rows: 4, verdict: 'refuse', reasons: [{ code: 'not-held' }] });
    expect(JSON.stringify([await world.ports.jobs.list(10), world.ports.queue.rows(FEED)])).toBe(before);
  });

  it('knows copies that go within a day', async () => {
    const world = createReplayWorld();
    await world.accepted(4);
    await world.ports.rows.fold(FEED, world.clock.now());
    await world.clock.advance(150 * HOUR);
    const request = { feed: FEED, source: 'uncalled', from: 0, to: world.clock.now() } as const;
    expect(await planReplay(world.config, request, world.ports)).toMatchObject({
      rows: 4,
      survey: { expiring: 4, keptUntil: START + 168 * HOUR },
    });
    await world.clock.advance(20 * HOUR);
    expect(await planReplay(world.config, request, world.ports)).toMatchObject({
      verdict: 'nothing',
      survey: { rows: 0, notKept: 4 },
    });
  });

  it('is refused for feeds that there are not, or that take no rows', async () => {
    const world = createReplayWorld();
    const config = relayConfig({ feeds: { leads: {} } });
    const request = { source: 'uncalled', from: 0, to: START } as const;
    await expect(planReplay(config, { ...request, feed: 'nope' }, world.ports)).rejects.toMatchObject({
      code: 'relay.not-found',
    });
    await expect(planReplay(config, { ...request, feed: 'leads' }, world.ports)).rejects.toMatchObject({
      code: 'relay.not-configured',
    });
  });
});

describe('where rows that never came back are looked for', () => {
  const DAY = 24 * HOUR;
  const config = relayConfig();
  const outstanding = (oldestAt: number | null) => ({
    ...emptySnapshot(FEED, START),
    outstanding: { ages: [], total: oldestAt === null ? 0 : 1, oldestAt },
  });
  const fromOf = (seen: FeedSnapshot | null, control: Partial<FeedControl> = {}, asked = 0) =>
    (START - searchFrom(config, seen, { ...initialControl(FEED), ...control }, asked, START)) / DAY;
  const change = (kind: 'hold' | 'release' | 'rotate', daysAgo: number) => ({
    at: START - daysAgo * DAY,
    kind,
    text: 'A change.',
    by: 'ada',
  });
  const held = (from: number, to: number) => ({ history: [change('release', to), change('hold', from)] });
  const cut = (daysAgo: number) => ({
    history: Array.from({ length: 50 }, () => change('rotate', daysAgo)),
  });

  it.each([
    ['in the last day, where nothing was counted', null, {}, 1],
    ['a day before the oldest was accepted', outstanding(START - 2 * DAY), {}, 3],
    ['a day before the last count, where none was outstanding', outstanding(null), {}, 1],
    ['before a hold that rows waited behind', outstanding(START - DAY), held(20, 1), 21],
    ['before a hold that still lasts', outstanding(START - DAY), { holds: [hold('operator')] }, 2],
    ['not before a hold that was over by then', outstanding(START - DAY), held(20, 3), 2],
    ['far back, where older holds may be forgotten', outstanding(START - DAY), cut(1), 16],
    ['no further where they cannot be', outstanding(START - DAY), cut(3), 2],
    ['no further than copies reach', outstanding(START - 30 * DAY), {}, 8],
  ])('%s', (_, seen, control, days) => {
    expect(fromOf(seen, control)).toBeCloseTo(days, 1);
  });

  it('before the first of holds that overlap', () => {
    const history = [change('release', 1), change('release', 2), change('hold', 4), change('hold', 9)];
    expect(fromOf(outstanding(START - 1.5 * DAY), { history })).toBeCloseTo(10, 1);
  });

  it('never before the time that was asked for, nor in vain', () => {
    expect(fromOf(null, {}, START - 3 * DAY)).toBeCloseTo(3, 1);
    expect(fromOf(null, {}, 1)).toBeCloseTo(21, 1);
    expect(fromOf(outstanding(START - 5 * DAY), {}, START - 3 * DAY)).toBeCloseTo(3, 1);
    expect(fromOf(outstanding(START - DAY), {}, START - 3 * DAY)).toBeCloseTo(2, 1);
  });
});
