import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bounds, type Share, shareOf } from '../../../shared/observe/rows/confidence.ts';
import { judgeRate, type Rate } from '../../../shared/observe/rows/window.ts';
import { NOW, windowAt } from './snapshots.ts';

describe("Wilson's bounds", () => {
  it.each([
    // Newcombe 1998, table I, method 3.
    [{ part: 81, of: 263 }, 0.2553, 0.3662],
    [{ part: 15, of: 148 }, 0.0624, 0.1605],
    [{ part: 0, of: 20 }, 0, 0.1611],
    [{ part: 1, of: 29 }, 0.0061, 0.1718],
  ])('of %j are those of the literature', (share, low, high) => {
    expect(bounds(share).low).toBeCloseTo(low, 4);
    expect(bounds(share).high).toBeCloseTo(high, 4);
  });

  it('of nothing say nothing', () => {
    expect(bounds({ part: 0, of: 0 })).toEqual({ low: 0, high: 1 });
  });

  const share = fc
    .tuple(fc.nat(5_000), fc.nat(5_000))
    .map(([one, other]): Share => ({ part: Math.min(one, other), of: Math.max(one, other) }));

  it('lie around the share, within 0 and 1, and rise with every further bad row', () => {
    fc.assert(
      fc.property(share, ({ part, of }) => {
        const { low, high } = bounds({ part, of });
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        if (of > 0) {
          expect(low).toBeLessThanOrEqual(shareOf({ part, of }));
          expect(high).toBeGreaterThanOrEqual(shareOf({ part, of }));
        }
        const worse = bounds({ part: part + 1, of: of + 1 });
        expect(worse.low).toBeGreaterThanOrEqual(low);
        expect(worse.high).toBeGreaterThanOrEqual(high - 1e-12);
      }),
    );
  });
});

describe('a rate', () => {
  /** Windows from the oldest to the newest: bad rows of how many. */
  const judged = (windows: readonly (readonly [bad: number, of: number])[], minRows = 20): Rate =>
    judgeRate({
      windows: windows.map(([bad, of], index) =>
        windowAt((windows.length - 1 - index) * 5, { refused: bad, calledBack: of }),
      ),
      now: NOW,
      windowMinutes: 15,
      minRows,
      above: 0.1,
      shareIn: ({ refused, calledBack }) => ({ part: refused, of: calledBack }),
    });
  const standing = (...windows: readonly (readonly [number, number])[]) => judged(windows).standing;

  it('is too high when that is beyond doubt', () => {
    expect(standing([0, 60], [0, 60], [40, 60])).toBe('above');
    expect(standing([3, 20], [3, 20], [3, 20])).toBe('unclear');
    expect(standing([0, 60], [0, 60], [5, 60])).toBe('within');
  });

  it('says nothing by too few rows', () => {
    expect(standing([0, 0], [0, 0], [19, 19])).toBe('unclear');
    expect(standing([0, 0], [0, 0], [20, 20])).toBe('above');
    expect(standing()).toBe('unclear');
  });

  it('is no longer too high as soon as the newest rows prove it, though the window is still full of bad ones', () => {
    expect(standing([60, 60], [60, 60], [0, 20])).not.toBe('within');
    expect(standing([60, 60], [60, 60], [0, 40])).toBe('within');
  });

  it('is not too high now when it only has been', () => {
    expect(standing([60, 60], [0, 0], [0, 0], [0, 0])).not.toBe('above');
  });

  it('looks neither at what is older than its window nor at what a wrong clock wrote into the future', () => {
    const rate = judgeRate({
      windows: [
        windowAt(60, { refused: 50, calledBack: 50 }),
        windowAt(-10, { refused: 50, calledBack: 50 }),
      ],
      now: NOW,
      windowMinutes: 15,
      minRows: 1,
      above: 0.1,
      shareIn: ({ refused, calledBack }) => ({ part: refused, of: calledBack }),
    });
    expect(rate).toEqual({ standing: 'unclear', share: { part: 0, of: 0 } });
  });

  const counts = fc
    .tuple(fc.nat(200), fc.nat(200))
    .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);
  const windows = fc.array(counts, { minLength: 1, maxLength: 4 });

  it('that is too high stays so with every further bad row, and below the minimum is never too high', () => {
    fc.assert(
      fc.property(windows, fc.integer({ min: 1, max: 400 }), (all, minRows) => {
        const before = judged(all, minRows);
        const worse = all.map(([bad, of], index) =>
          index === all.length - 1 ? ([bad + 1, of + 1] as const) : ([bad, of] as const),
        );
        if (before.standing === 'above') expect(judged(worse, minRows).standing).toBe('above');
        const rows = all.reduce((sum, [, of]) => sum + of, 0);
        if (rows < minRows) expect(before.standing).not.toBe('above');
      }),
      { numRuns: 2_000 },
    );
  });

  it('that turns one good row into a bad one is never better', () => {
    const ORDER = { within: 0, unclear: 1, above: 2 } as const;
    fc.assert(
      fc.property(windows, fc.nat(3), (all, place) => {
        const at = place % all.length;
        const [bad, of] = all[at] ?? [0, 0];
        fc.pre(bad < of);
        const worse = all.map((one, index) => (index === at ? ([bad + 1, of] as const) : one));
        expect(ORDER[judged(worse).standing]).toBeGreaterThanOrEqual(ORDER[judged(all).standing]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('at one third of the limit raises no alarm in a year of windows', () => {
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 4_294_967_296;
    };
    const draw = (): readonly [number, number] => {
      const of = 20 + Math.floor(random() * 20);
      return [Array.from({ length: of }, random).filter((one) => one < 0.033).length, of];
    };
    const year = (365 * 1_440) / 15;
    let alarms = 0;
    for (let window = 0; window < year; window += 1)
      if (judged([draw(), draw(), draw()]).standing === 'above') alarms += 1;
    expect(alarms).toBe(0);
  });
});
