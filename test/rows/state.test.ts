import { describe, expect, it } from 'vitest';
import { dayOf, sliceOf, youngSlices } from '../../shared/rows/bucket.ts';
import type { Row } from '../../shared/rows/row.ts';
import { snapshotOf } from '../../shared/rows/snapshot-of.ts';
import {
  applyFold,
  emptyState,
  type FoldReading,
  type LedgerState,
  planFold,
  withRebase,
} from '../../shared/rows/state.ts';
import { DAY, HOUR, laterSum, MINUTE, sumOfRows, sumOfSums } from '../../shared/rows/sum.ts';

const NOON = Date.UTC(2026, 10, 3, 12);
const TODAY = dayOf(NOON);
const RETAIN = 2;

const row = (at: number): Row => ({ unknown: [], submitted: { at, webhook: 'main' } });
const sum = (rows: number, at = NOON, revision = 0) =>
  sumOfRows(
    Array.from({ length: rows }, () => row(at)),
    { now: at, rebases: {}, revision },
  );
const reading = (now: number, over: Partial<FoldReading> = {}): FoldReading => ({
  now,
  days: new Map(),
  settledBefore: youngSlices(now).first,
  isComplete: true,
  refused: {},
  repeats: [],
  ...over,
});
const submitted = (state: LedgerState) =>
  snapshotOf('leads', state, { retainDays: RETAIN, matureAfterMinutes: 60 }).totals.submitted;

describe('the slices that a fold reads', () => {
  const all = (state: Pick<LedgerState, 'settledBefore'>, now: number) =>
    planFold(state, now).slices.toSorted((one, other) => one - other);

  it('are those of the last 70 minutes, the next, and one of the day before in turn', () => {
    const { first } = youngSlices(NOON);
    const [patrolled = 0, ...young] = all({ settledBefore: first }, NOON);
    expect(young).toEqual([-7, -6, -5, -4, -3, -2, -1, 0, 1].map((by) => sliceOf(NOON) + by));
    expect(patrolled).toBeLessThan(first);
    const inTurn = Array.from(
      { length: 149 },
      (_, minute) => all({ settledBefore: 1e9 }, NOON + minute * MINUTE)[0],
    );
    expect(
      new Set(inTurn.map((slice, minute) => youngSlices(NOON + minute * MINUTE).first - (slice ?? 0))).size,
    ).toBe(149);
  });

  it('are also all since the last fold, a day of them at a time, oldest first', () => {
    const { first } = youngSlices(NOON);
    const once = planFold({ settledBefore: first - 200 }, NOON);
    expect(once.slices).toContain(first - 200);
    expect(once.settledBefore).toBe(first - 56);
    const twice = planFold(once, NOON);
    expect(twice.slices).toContain(first - 56);
    expect(twice.settledBefore).toBe(first);
  });

  it('reach back to where the first writer began', () => {
    const beginning = sliceOf(NOON - 5 * HOUR);
    expect(emptyState(NOON, beginning).settledBefore).toBeLessThan(beginning);
    expect(emptyState(NOON).settledBefore).toBeLessThanOrEqual(youngSlices(NOON).first);
  });
});

describe('the state after a fold', () => {
  it('is the same however often the fold is repeated', () => {
    const days = new Map([[TODAY, sum(3)]]);
    const once = applyFold(emptyState(NOON), reading(NOON, { days }), RETAIN);
    const twice = applyFold(once, reading(NOON, { days }), RETAIN);
    expect({ ...twice, version: 1 }).toEqual(once);
    expect(submitted(twice)).toBe(3);
  });

  it('does not lose what another fold saw and this one did not', () => {
    const more = applyFold(emptyState(NOON), reading(NOON, { days: new Map([[TODAY, sum(5)]]) }), RETAIN);
    expect(submitted(applyFold(more, reading(NOON, { days: new Map([[TODAY, sum(3)]]) }), RETAIN))).toBe(5);
    expect(submitted(applyFold(more, reading(NOON), RETAIN))).toBe(5);
  });

  const lived = (until: number, over: (now: number) => Partial<FoldReading> = () => ({})) => {
    let state = applyFold(emptyState(NOON), reading(NOON, { days: new Map([[TODAY, sum(3)]]) }), RETAIN);
    for (let now = NOON + HOUR; now <= until; now += HOUR)
      state = applyFold(state, reading(now, over(now)), RETAIN);
    return state;
  };

  it('holds a day until its rows are forgotten, and its sum for ever', () => {
    const last = (TODAY + RETAIN + 2) * DAY;
    expect(Object.keys(lived(last - HOUR).days)).toEqual([String(TODAY)]);
    const closed = lived(last + HOUR);
    expect(closed.days).toEqual({});
    expect(closed.throughDay).toBe(TODAY);
    expect(submitted(closed)).toBe(3);
    expect(submitted(lived(last + 90 * DAY))).toBe(3);
  });

  it('never counts a closed day again', () => {
    const closed = lived((TODAY + RETAIN + 2) * DAY + HOUR);
    const days = new Map([[TODAY, sum(3)]]);
    expect(submitted(applyFold(closed, reading(closed.asOf + MINUTE, { days }), RETAIN))).toBe(3);
  });

  it.each([
    ['slices of it have not been read yet', { settledBefore: sliceOf(NOON) - 9 }],
    ['writers named more than one run reads', { isComplete: false }],
  ])('keeps a day open while %s', (_, over) => {
    const state = lived((TODAY + 9) * DAY, () => over);
    expect(Object.keys(state.days)).toEqual([String(TODAY)]);
  });

  it('closes no day for one run whose clock is far ahead', () => {
    const before = lived(NOON + 2 * HOUR);
    const ahead = applyFold(before, reading(NOON + 400 * DAY), RETAIN);
    expect(Object.keys(ahead.days)).toEqual([String(TODAY)]);
    const back = applyFold(ahead, reading(NOON + 3 * HOUR), RETAIN);
    expect(Object.keys(back.days)).toEqual([String(TODAY)]);
    expect(submitted(back)).toBe(3);
  });

  it('keeps windows for a day and hours for 35', () => {
    const state = lived(NOON + 40 * DAY);
    expect(state.base.windows).toEqual({});
    expect(state.base.hours).toEqual({});
    const young = lived(NOON + 30 * DAY);
    expect(Object.values(young.base.hours)).toEqual([{ 's\nmain': 3 }]);
  });
});

describe('a true count that is learned', () => {
  const known = emptyState(NOON);
  const learn = (
    state: LedgerState,
    count: number,
    at: number,
    why: 'limit-answer' | 'operator' = 'operator',
  ) => withRebase(state, 'main', { count, at, why });

  it('replaces an older one, never a newer, and is learned once', () => {
    const first = learn(known, 100, NOON) as LedgerState;
    expect(learn(first, 100, NOON)).toBeNull();
    expect(learn(first, 90, NOON - 1)).toBeNull();
    expect(learn(first, 110, NOON + 1)?.rebases).toEqual({
      main: { count: 110, at: NOON + 1, why: 'operator' },
    });
  });

  it('is not learned again from every row that a full webhook refuses', () => {
    const first = learn(known, 50_000, NOON, 'limit-answer') as LedgerState;
    expect(learn(first, 50_000, NOON + 59_000, 'limit-answer')).toBeNull();
    expect(learn(first, 50_000, NOON + 61_000, 'limit-answer')).not.toBeNull();
    expect(learn(first, 50_000, NOON + 1, 'operator')).not.toBeNull();
  });

  it('has what was sent since then read again', () => {
    const at = NOON - 5 * HOUR;
    const next = learn({ ...known, settledBefore: sliceOf(NOON) }, 10, at) as LedgerState;
    expect(planFold(next, NOON).slices).toContain(sliceOf(at));
  });

  it('is found by the name of any webhook, whatever objects have by nature', () => {
    const webhook = 'constructor';
    const sums = sumOfRows([{ unknown: [], submitted: { at: NOON, webhook } }], {
      now: NOON,
      rebases: {},
      revision: 0,
    });
    const state = applyFold(known, reading(NOON, { days: new Map([[TODAY, sums]]) }), RETAIN);
    const frame = { retainDays: RETAIN, matureAfterMinutes: 60 };
    expect(snapshotOf('leads', state, frame).webhooks).toEqual([{ webhook, accepted: 1, unknown: 0 }]);
  });
});

describe('sums', () => {
  it('of the same rows give way to the one with more marks, then to the later', () => {
    const [few, many, later] = [sum(2, NOON, 9), sum(3, NOON, 1), sum(3, NOON, 2)];
    expect(laterSum(few, many)).toBe(many);
    expect(laterSum(many, few)).toBe(many);
    expect(laterSum(many, later)).toBe(later);
    expect(laterSum(later, many)).toBe(later);
  });

  it('of parts are the sum of the whole', () => {
    const rows = Array.from({ length: 40 }, (_, index) => row(NOON - index * 17 * MINUTE));
    const frame = { now: NOON, rebases: {}, revision: 0 };
    const parts = [rows.slice(0, 7), rows.slice(7, 8), rows.slice(8)].map((part) => sumOfRows(part, frame));
    expect(sumOfSums(parts)).toEqual(sumOfRows(rows, frame));
  });
});
