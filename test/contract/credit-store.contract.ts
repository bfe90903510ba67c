import { beforeEach, describe, expect, it } from 'vitest';
import { foldSample } from '../../shared/credits/fold.ts';
import { recordBalance } from '../../shared/credits/record.ts';
import { type CreditState, NO_CREDITS } from '../../shared/credits/state.ts';
import type { CreditStore } from '../../shared/credits/store.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 3, 12);

const history = (samples: number): CreditState =>
  Array.from({ length: samples }, (_, index) => ({
    at: START + index * HOUR,
    credits: 50_000 - index * 13.25,
    actions: 9_000 - index,
    source: 'api' as const,
  })).reduce((state, sample) => foldSample(state, sample, sample.at), NO_CREDITS);

/** The contract of `CreditStore`. `storeOf` gives an empty store each time. */
export const creditStoreContract = (
  name: string,
  storeOf: () => Promise<CreditStore> | CreditStore,
): void => {
  describe(`credit store, ${name}`, () => {
    let store: CreditStore;
    beforeEach(async () => {
      store = await storeOf();
    });

    it('starts empty', async () => {
      expect(await store.load()).toStrictEqual(NO_CREDITS);
    });

    it('gives back exactly what was saved, five weeks of it too', async () => {
      const saved = { ...history(35 * 24), version: 1 };
      expect(await store.save(saved)).toBe('written');
      expect(await store.load()).toStrictEqual(saved);
    });

    it('saves only the version that follows', async () => {
      expect(await store.save({ ...history(1), version: 2 })).toBe('conflict');
      expect(await store.load()).toStrictEqual(NO_CREDITS);
      expect(await store.save({ ...history(1), version: 1 })).toBe('written');
      expect(await store.save({ ...history(2), version: 1 })).toBe('conflict');
      expect(await store.save({ ...history(2), version: 3 })).toBe('conflict');
      expect(await store.save({ ...history(2), version: 2 })).toBe('written');
      expect(await store.load()).toStrictEqual({ ...history(2), version: 2 });
    });

    it('keeps one of ten that race to save', async () => {
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) => store.save({ ...history(index + 1), version: 1 })),
      );
      expect(results.filter((result) => result === 'written')).toHaveLength(1);
      expect(await store.load()).toStrictEqual({ ...history(results.indexOf('written') + 1), version: 1 });
    });

    it('loses no burn when several record at once', async () => {
      await recordBalance({ at: START, credits: 1_000, actions: 100, source: 'api' }, { store });
      await Promise.all(
        [1, 2, 3, 4].map((index) =>
          recordBalance(
            { at: START + index * HOUR, credits: 1_000 - index * 10, actions: 100 - index, source: 'pushed' },
            { store, now: START + 5 * HOUR },
          ),
        ),
      );
      const { credits, actions, last } = await store.load();
      expect(last).toStrictEqual({ at: START + 4 * HOUR, source: 'pushed' });
      expect(credits?.totals).toMatchObject({ burnt: 40, refilled: 0 });
      expect(actions?.totals).toMatchObject({ burnt: 4, refilled: 0 });
    });
  });
};
