import { beforeEach, describe, expect, it } from 'vitest';
import type { SeenStore } from '../../shared/relay/intake/ports.ts';

const AT = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;

/** The contract of `SeenStore`. */
export const seenContract = (name: string, storeOf: () => SeenStore): void => {
  describe(`store of seen entities, ${name}`, () => {
    let store: SeenStore;
    let serial = 0;
    const hashes = (count: number) => Array.from({ length: count }, (_, index) => `h${serial}-${index}`);
    beforeEach(() => {
      store = storeOf();
      serial += 1;
    });

    it('has seen nothing of what was never taken', async () => {
      expect(await store.lastTaken('leads', hashes(3))).toEqual([null, null, null]);
      expect(await store.lastTaken('leads', [])).toEqual([]);
    });

    it('says when each was last taken, in the order of the question, 500 at once', async () => {
      const all = hashes(500);
      const some = all.filter((_, index) => index % 3 === 0);
      await store.taken('leads', some, AT, HOUR);
      expect(await store.lastTaken('leads', all)).toEqual(
        all.map((_, index) => (index % 3 === 0 ? AT : null)),
      );
    });

    it('is asked and told of the same one several times in one call', async () => {
      const [one = ''] = hashes(1);
      await store.taken('leads', [one, one], AT, HOUR);
      expect(await store.lastTaken('leads', [one, one])).toEqual([AT, AT]);
    });

    it('keeps feeds apart, and the last time', async () => {
      const [one = ''] = hashes(1);
      await store.taken('leads', [one], AT, HOUR);
      await store.taken('leads', [one], AT + 5, HOUR);
      expect(await store.lastTaken('leads', [one])).toEqual([AT + 5]);
      expect(await store.lastTaken('accounts', [one])).toEqual([null]);
    });

    it('takes it that nothing was taken', async () => {
      await store.taken('leads', [], AT, HOUR);
    });
  });
};
