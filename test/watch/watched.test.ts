import { describe, expect, it } from 'vitest';
import { configSchema } from '../../shared/config/schema.ts';
import { normalGapMs, type Watched, watchedAfter } from '../../shared/watch/watched.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const START = Date.UTC(2026, 10, 3, 12);
const NORMAL = 3 * MINUTE;

const watchedBy = (slots: readonly number[], before?: Watched) =>
  slots.reduce<Watched | undefined>((watched, slot) => watchedAfter(watched, slot, NORMAL), before);

describe('when the watch looked', () => {
  it('is known from its first run on', () => {
    expect(watchedBy([START])).toEqual({ since: START, lastRunAt: START, gaps: [] });
  });

  it('has no gap where runs were only late', () => {
    expect(watchedBy([START, START + MINUTE, START + 4 * MINUTE])?.gaps).toEqual([]);
  });

  it('has a gap where nothing ran', () => {
    expect(watchedBy([START, START + MINUTE, START + 10 * MINUTE, START + 11 * MINUTE])?.gaps).toEqual([
      { from: START + MINUTE, to: START + 10 * MINUTE },
    ]);
  });

  it('has none for a clock that was set back', () => {
    expect(watchedBy([START, START - DAY, START - DAY + MINUTE])?.gaps).toEqual([]);
  });

  it('forgets gaps that no history shows any more', () => {
    const early = watchedBy([START, START + DAY]);
    const late = Array.from({ length: 121 * 24 * 30 }, (_, index) => START + DAY + index * 2 * MINUTE);
    expect(watchedBy(late, early)?.gaps).toEqual([]);
  });

  it('of very many gaps knows the newest, and nothing from before them', () => {
    const slots = Array.from({ length: 300 }, (_, index) => START + index * 10 * MINUTE);
    const watched = watchedBy(slots);
    expect(watched?.gaps).toHaveLength(100);
    expect(watched?.since).toBe(watched?.gaps[0]?.from);
  });

  it('follows the rate of the watch', () => {
    const of = (everyMinutes: number) =>
      normalGapMs(configSchema.parse({ schedule: { everyMinutes, missedAfterMinutes: 3 } }));
    expect([of(1), of(10)]).toEqual([3 * MINUTE, 20 * MINUTE]);
  });
});
