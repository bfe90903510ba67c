import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/clock.ts';
import type { PaceRules } from '../../shared/relay/pace.ts';
import type { Pacer } from '../../shared/relay/pacer.ts';

const START = Date.UTC(2026, 10, 3, 12);
const RULES: PaceRules = { rowsPerSecond: 10, burst: 20 };

/** Pacers of several processes on one state that is empty at first, each with the clock that it is given. */
export type MakePacers = (rules: PaceRules) => Promise<(clock: Pick<Clock, 'now'>) => Pacer>;

/** The contract of `Pacer`, for one that several processes share. */
export const pacerContract = (name: string, makePacers: MakePacers): void => {
  describe(`pacer, ${name}`, () => {
    let now: number;
    let process: (aheadMs?: number) => Pacer;
    beforeEach(async () => {
      now = START;
      const pacerWith = await makePacers(RULES);
      process = (aheadMs = 0) => pacerWith({ now: () => now + aheadMs });
    });

    const drain = async (pacer: Pacer): Promise<number[]> => {
      const slots: number[] = [];
      for (;;) {
        const reserved = await pacer.reserve(25);
        if (reserved.slots.length === 0) return slots;
        slots.push(...reserved.slots);
      }
    };

    it('gives half of the burst at once, then one slot after another, at most a second ahead', async () => {
      const slots = await drain(process());
      expect(slots.filter((slot) => slot <= now)).toHaveLength(10);
      expect(slots.length).toBeGreaterThanOrEqual(19);
      expect(slots.length).toBeLessThanOrEqual(20);
      expect(Math.max(...slots)).toBeLessThanOrEqual(now + 1_000);
      expect(slots).toEqual(slots.toSorted((one, other) => one - other));
    });

    it('says when to ask again, and then has slots', async () => {
      const pacer = process();
      await drain(pacer);
      const { slots, waitMs } = await pacer.reserve(5);
      expect(slots).toEqual([]);
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(700);
      now += waitMs;
      expect((await pacer.reserve(5)).slots.length).toBeGreaterThanOrEqual(4);
    });

    it('gives nothing for nothing', async () => {
      expect((await process().reserve(0)).slots).toEqual([]);
    });

    it('gives no slot twice, however many ask at once', async () => {
      const pacers = Array.from({ length: 10 }, () => process());
      const given: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const reserved = await Promise.all(pacers.map((pacer) => pacer.reserve(3)));
        given.push(...reserved.flatMap(({ slots }) => slots));
        now += 400;
      }
      expect(given.length).toBeGreaterThanOrEqual(26);
      const ascending = given.toSorted((one, other) => one - other);
      const gaps = ascending.slice(1).map((slot, index) => slot - (ascending[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
    });

    it('does not hoard what nobody used', async () => {
      await drain(process());
      now += 3_600_000;
      const slots = await drain(process());
      expect(slots.filter((slot) => slot <= now)).toHaveLength(10);
    });

    it('after a 429 gives nobody a slot before the time, and then fewer', async () => {
      const [one, other] = [process(), process()];
      await drain(one);
      await other.reserve(1);
      await one.slowDown(3_000);
      now += 2_500;
      const slots = [...(await drain(other)), ...(await drain(one))];
      expect(Math.min(...slots)).toBeGreaterThanOrEqual(START + 3_000);
      const gaps = slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThan(150);
      const state = await other.state();
      expect(state.perSecond).toBeCloseTo(9.95 / 1.5, 1);
      expect(state).toMatchObject({ slowedSince: START, pausedUntil: START + 3_000 });
    });

    it('takes several 429 at once for one, and one after the other for worse and worse', async () => {
      const pacers = [process(), process(), process()];
      await Promise.all(pacers.map((pacer) => pacer.slowDown(1_000)));
      const { perSecond } = await process().state();
      expect(perSecond).toBeCloseTo(9.95 / 1.5, 1);
      for (let again = 0; again < 10; again += 1) {
        now += 3_000;
        await process().slowDown(1_000);
      }
      expect((await process().state()).perSecond).toBeCloseTo(9.95 / 8, 1);
    });

    it('goes gently back to full pace', async () => {
      const pacer = process();
      await pacer.slowDown(1_000);
      const paces: number[] = [];
      for (let step = 0; step < 7; step += 1) {
        paces.push((await pacer.state()).perSecond);
        now += 10_000;
      }
      expect(paces.slice(1).every((pace, index) => pace >= (paces[index] ?? 0))).toBe(true);
      expect(paces[1]).toBeLessThan(9);
      expect(paces.at(-1)).toBeGreaterThan(9.8);
      expect(await pacer.state()).toMatchObject({ slowedSince: null, pausedUntil: null });
    });

    it('believes no pause of hours', async () => {
      await process().slowDown(86_400_000);
      now += 301_000;
      expect((await process().reserve(1)).slots).toHaveLength(1);
      await process().slowDown(Number.NaN);
      expect((await process().state()).pausedUntil).toBe(now + 1_000);
    });

    it('bears with clocks that differ by seconds', async () => {
      const [early, late] = [process(3_000), process()];
      const first = await drain(early);
      expect((await late.reserve(5)).slots).toEqual([]);
      now += 3_500;
      const second = await drain(late);
      expect(second.length).toBeGreaterThan(0);
      expect(Math.min(...second)).toBeGreaterThan(Math.max(...first));
    });

    it('disregards a time that a wrong clock wrote, without giving a burst for it', async () => {
      await drain(process(3_600_000));
      const slots = await drain(process());
      expect(slots.filter((slot) => slot <= now)).toHaveLength(1);
      const inAnHour = process(3_600_000);
      await inAnHour.slowDown(5_000);
      expect((await drain(process())).length).toBeLessThanOrEqual(11);
      now += 1_000;
      expect((await process().reserve(1)).slots).toHaveLength(1);
      expect((await process().state()).perSecond).toBeGreaterThan(9.8);
    });

    it('is no faster in one process than the pace, whatever others write', async () => {
      const [right, wrong] = [process(), process(60_000)];
      const given: number[] = [];
      for (let step = 0; step < 30; step += 1) {
        given.push(...(await right.reserve(5)).slots);
        await wrong.reserve(5);
        now += 100;
      }
      expect(given.length).toBeLessThanOrEqual(3 * 10 + 20);
    });
  });
};
