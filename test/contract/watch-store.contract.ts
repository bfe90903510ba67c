import { beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../shared/config/schema.ts';
import { stepHealth } from '../../shared/observe/health.ts';
import type { WatchState, WatchStore } from '../../shared/watch/store.ts';

const MINUTE = 60_000;
const LEASE = 55_000;
const SLOT = Date.UTC(2026, 10, 3, 12);

/** The contract of `WatchStore`. `storeOf` gives an empty store each time. */
export const watchStoreContract = (name: string, storeOf: () => Promise<WatchStore> | WatchStore): void => {
  describe(`watch store, ${name}`, () => {
    let store: WatchStore;
    beforeEach(async () => {
      store = await storeOf();
    });

    const state = (version: number, lastSlot: number): WatchState => ({ version, lastSlot, health: {} });
    const finish = async (version: number, slot: number) => {
      expect(await store.claim(slot, slot, LEASE)).toBe('claimed');
      expect(await store.save(state(version, slot))).toBe('written');
    };

    it('starts with nothing known, and a claim alone changes that not', async () => {
      expect(await store.load()).toStrictEqual({ lastSlot: 0, health: {}, version: 0 });
      expect(await store.claim(SLOT, SLOT, LEASE)).toBe('claimed');
      expect(await store.load()).toStrictEqual({ lastSlot: 0, health: {}, version: 0 });
    });

    it('gives back exactly what was saved', async () => {
      const observation = {
        probe: 'clay.web',
        surface: 'clay-web',
        subject: 'clay',
        finding: 'up',
        outcome: 'ok',
        at: SLOT,
        durationMs: 0.5,
        attempts: 1,
        confirmed: true,
        summary: 'GET answered 200 — "fine" 😀',
        facts: { status: 200, empty: '' },
      } as const;
      const health = stepHealth(undefined, observation, configSchema.parse({}).observe);
      const saved: WatchState = { version: 1, lastSlot: SLOT, health: { 'clay.web': health } };
      expect(await store.save(saved)).toBe('written');
      expect(await store.load()).toStrictEqual(saved);
    });

    it('lets one run have a slot: the others are told that it is busy, then that it is done', async () => {
      expect(await store.claim(SLOT, SLOT, LEASE)).toBe('claimed');
      expect(await store.claim(SLOT, SLOT + 1_000, LEASE)).toBe('busy');
      expect(await store.save(state(1, SLOT))).toBe('written');
      expect(await store.claim(SLOT, SLOT + 2_000, LEASE)).toBe('done');
      expect(await store.claim(SLOT - MINUTE, SLOT + 2_000, LEASE)).toBe('done');
    });

    it('is busy on every slot while a claim is held', async () => {
      expect(await store.claim(SLOT, SLOT, LEASE)).toBe('claimed');
      expect(await store.claim(SLOT + MINUTE, SLOT + LEASE - 1, LEASE)).toBe('busy');
    });

    it('gives the claim back on saving, so that the next slot need not wait for the lease', async () => {
      await finish(1, SLOT);
      expect(await store.claim(SLOT + MINUTE, SLOT + 1, LEASE)).toBe('claimed');
    });

    it('lets a claim lapse, so that a crash does not lose the slot', async () => {
      expect(await store.claim(SLOT, SLOT, LEASE)).toBe('claimed');
      expect(await store.claim(SLOT, SLOT + LEASE, LEASE)).toBe('claimed');
    });

    it('saves only the version that follows', async () => {
      await finish(1, SLOT);
      expect(await store.save(state(1, SLOT + MINUTE))).toBe('conflict');
      expect(await store.save(state(3, SLOT + MINUTE))).toBe('conflict');
      expect(await store.load()).toStrictEqual(state(1, SLOT));
      expect(await store.save(state(2, SLOT + MINUTE))).toBe('written');
    });

    it('saves no version but the first where none is', async () => {
      expect(await store.save(state(2, SLOT))).toBe('conflict');
      expect(await store.load()).toStrictEqual({ lastSlot: 0, health: {}, version: 0 });
    });

    it('lets a slow run whose claim lapsed and its successor save once between them', async () => {
      await finish(1, SLOT);
      expect(await store.claim(SLOT + MINUTE, SLOT + MINUTE, LEASE)).toBe('claimed');
      expect(await store.claim(SLOT + 2 * MINUTE, SLOT + 2 * MINUTE, LEASE)).toBe('claimed');
      const results = await Promise.all([
        store.save(state(2, SLOT + MINUTE)),
        store.save(state(2, SLOT + 2 * MINUTE)),
      ]);
      expect(results.toSorted()).toEqual(['conflict', 'written']);
    });

    it('gives a slot to one of twenty that race for it', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.claim(SLOT, SLOT + index, LEASE)),
      );
      expect(results.toSorted()).toEqual([...Array(19).fill('busy'), 'claimed']);
    });

    it('keeps one of twenty that race to save', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.save(state(1, SLOT + index))),
      );
      expect(results.filter((result) => result === 'written')).toHaveLength(1);
      expect(await store.load()).toStrictEqual(state(1, SLOT + results.indexOf('written')));
    });

    it('is not blinded by a claim from a clock that was far ahead', async () => {
      expect(await store.claim(SLOT, SLOT + 24 * 60 * MINUTE, LEASE)).toBe('claimed');
      expect(await store.claim(SLOT, SLOT, LEASE)).toBe('claimed');
    });

    it('is not blinded by a finished slot from a clock that was far ahead', async () => {
      await finish(1, SLOT + 24 * 60 * MINUTE);
      expect(await store.claim(SLOT, SLOT, LEASE)).toBe('claimed');
      expect(await store.save(state(2, SLOT))).toBe('written');
      expect(await store.claim(SLOT, SLOT + 1, LEASE)).toBe('done');
    });

    it('holds a claim against a clock that is a little behind', async () => {
      expect(await store.claim(SLOT, SLOT, LEASE)).toBe('claimed');
      expect(await store.claim(SLOT, SLOT - 10_000, LEASE)).toBe('busy');
    });
  });
};
