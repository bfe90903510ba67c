import { beforeEach, describe, expect, it } from 'vitest';
import { changeThrottle, NOTHING_SENT, type ThrottleStore, withSent } from '../../shared/notify/throttle.ts';

const AT = Date.UTC(2026, 10, 3, 12);

/** The contract of `ThrottleStore`. `storeOf` gives an empty store each time. */
export const throttleStoreContract = (
  name: string,
  storeOf: () => Promise<ThrottleStore> | ThrottleStore,
): void => {
  describe(`throttle store, ${name}`, () => {
    let store: ThrottleStore;
    beforeEach(async () => {
      store = await storeOf();
    });

    it('starts with nothing sent, and gives back exactly what was saved', async () => {
      expect(await store.load()).toStrictEqual(NOTHING_SENT);
      const sent = [{ minute: AT, audience: 'P1.P4', kind: 'page', count: 3 }];
      const state = { sent, lastSummaryAt: AT, version: 1 };
      expect(await store.save(state)).toBe('written');
      expect(await store.load()).toStrictEqual(state);
    });

    it('saves only the version that follows', async () => {
      expect(await store.save({ ...NOTHING_SENT, version: 2 })).toBe('conflict');
      expect(await store.save({ ...NOTHING_SENT, version: 1 })).toBe('written');
      expect(await store.save({ ...NOTHING_SENT, version: 1 })).toBe('conflict');
      expect(await store.save({ ...NOTHING_SENT, version: 2 })).toBe('written');
    });

    it('loses no count when two sweeps end at once', async () => {
      const add = () =>
        changeThrottle(store, (state) => withSent(state, [{ audience: 'P2', kind: 'notice' }], AT));
      await Promise.all([add(), add(), add()]);
      expect((await store.load()).sent).toEqual([{ minute: AT, audience: 'P2', kind: 'notice', count: 3 }]);
    });
  });
};
