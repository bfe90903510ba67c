import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lateAfterMs, type PaceRules } from '../../shared/relay/pace.ts';
import type { Pacer } from '../../shared/relay/pacer.ts';
import { createMemoryPacer, type MemoryPace } from '../support/memory-pacer.ts';

const START = Date.UTC(2026, 10, 3, 12);

interface World {
  readonly rules: PaceRules;
  readonly pacers: readonly Pacer[];
  now: number;
  /** When a request went out, ms. */
  readonly sent: number[];
  readonly slots: number[];
}

const worldOf = (
  rules: PaceRules,
  forwarders: number,
  network: () => Promise<void>,
  offsets: readonly number[] = [],
): World => {
  const pace: MemoryPace = { state: null };
  const world: World = { rules, now: START, sent: [], slots: [], pacers: [] };
  const pacers = Array.from({ length: forwarders }, (_, index) =>
    createMemoryPacer({ rules, pace, network, clock: { now: () => world.now + (offsets[index] ?? 0) } }),
  );
  return Object.assign(world, { pacers });
};

/** What a forwarder makes of slots: each is used at its time, and given up when it came too late. */
const use = async (world: World, pacer: Pacer, count: number): Promise<void> => {
  const askedAt = world.now;
  const { slots } = await pacer.reserve(count);
  for (const slot of slots) {
    world.slots.push(slot);
    const due = Math.max(slot, askedAt);
    if (world.now - due <= lateAfterMs(world.rules)) world.sent.push(Math.max(slot, world.now));
  }
};

/** The most by which any window holds more than the rate allows. */
const mostOverRate = (times: readonly number[], perSecond: number): number => {
  const ascending = times.toSorted((one, other) => one - other);
  // Each time weighed by the rate: the excess of [i, j] is (j - i + 1) less rate times its length.
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  ascending.forEach((at, index) => {
    const weight = index - (at / 1_000) * perSecond;
    least = Math.min(least, weight);
    most = Math.max(most, weight - least + 1);
  });
  return most;
};

const rulesArbitrary = fc
  .record({ rowsPerSecond: fc.constantFrom(0.5, 1, 10, 33, 100), seconds: fc.constantFrom(1, 2, 4) })
  .map(({ rowsPerSecond, seconds }) => ({ rowsPerSecond, burst: Math.max(4, rowsPerSecond * seconds) }));

const steps = fc.array(
  fc.record({
    forwarder: fc.nat({ max: 9 }),
    count: fc.integer({ min: 1, max: 30 }),
    pauseMs: fc.constantFrom(0, 0, 5, 40, 130, 700, 5_000),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('pace', () => {
  it('keeps every window within rate and burst, and gives no slot twice, whatever the interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        rulesArbitrary,
        fc.integer({ min: 1, max: 10 }),
        steps,
        async (scheduler, rules, forwarders, plan) => {
          const world = worldOf(rules, forwarders, () => scheduler.schedule(Promise.resolve()));
          const under: Promise<void>[] = [];
          for (const { forwarder, count, pauseMs } of plan) {
            const pacer = world.pacers[forwarder % forwarders];
            if (pacer) under.push(use(world, pacer, count));
            if (pauseMs > 0) {
              world.now += pauseMs;
              if (scheduler.count() > 0) await scheduler.waitOne();
            }
          }
          await scheduler.waitFor(Promise.all(under));
          expect(new Set(world.slots).size).toBe(world.slots.length);
          expect(mostOverRate(world.slots, rules.rowsPerSecond)).toBeLessThanOrEqual(1.001);
          expect(mostOverRate(world.sent, rules.rowsPerSecond)).toBeLessThanOrEqual(rules.burst);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('never gives more after a pause than half of the burst at once, however long the pause was', async () => {
    await fc.assert(
      fc.asyncProperty(rulesArbitrary, fc.integer({ min: 0, max: 100_000_000 }), async (rules, idleMs) => {
        const world = worldOf(rules, 2, () => Promise.resolve());
        for (const pacer of world.pacers) await use(world, pacer, 1_000);
        world.now += idleMs;
        const before = world.sent.length;
        for (const pacer of world.pacers) await use(world, pacer, 1_000);
        const atOnce = world.sent.slice(before).filter((at) => at <= world.now);
        expect(atOnce.length).toBeLessThanOrEqual(Math.max(1, rules.burst / 2));
      }),
      { numRuns: 100 },
    );
  });

  it.each([1, 2, 10])('lets %i forwarders use 98 percent of the rate', async (forwarders) => {
    const rules = { rowsPerSecond: 10, burst: 20 };
    const world = worldOf(rules, forwarders, () => Promise.resolve());
    const seconds = 600;
    for (let step = 0; step < seconds * 10; step += 1) {
      const pacer = world.pacers[step % forwarders];
      if (pacer) await use(world, pacer, 8);
      world.now += 100;
    }
    expect(world.sent.length).toBeGreaterThanOrEqual(seconds * 10 * 0.98);
    expect(mostOverRate(world.sent, 10)).toBeLessThanOrEqual(20);
  });

  it('bears with clocks that are a second apart without leaving the burst', async () => {
    const rules = { rowsPerSecond: 10, burst: 20 };
    const world = worldOf(rules, 3, () => Promise.resolve(), [-500, 0, 500]);
    for (let step = 0; step < 3_000; step += 1) {
      const index = step % 3;
      const pacer = world.pacers[index];
      const offset = [-500, 0, 500][index] ?? 0;
      if (pacer) {
        const { slots } = await pacer.reserve(4);
        world.sent.push(...slots.map((slot) => Math.max(slot - offset, world.now)));
      }
      world.now += 50;
    }
    expect(mostOverRate(world.sent, 10)).toBeLessThanOrEqual(21);
    expect(world.sent.length).toBeGreaterThan(150 * 10 * 0.97);
  });
});
