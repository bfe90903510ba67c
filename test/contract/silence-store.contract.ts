import { beforeEach, describe, expect, it } from 'vitest';
import type { Silence, SilenceStore } from '../../shared/silence/silence.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The contract of `SilenceStore`. Real tables are not emptied between tests, so each has a week of its own. */
export const silenceStoreContract = (name: string, storeOf: () => SilenceStore): void => {
  describe(`silence store, ${name}`, () => {
    let store: SilenceStore;
    let at = Date.UTC(2026, 0, 5, 12);
    let made = 0;
    beforeEach(() => {
      store = storeOf();
      at += 7 * 24 * HOUR;
    });

    const silence = (over: Partial<Silence> = {}): Silence => {
      made += 1;
      return {
        id: `sil-${String(made).padStart(8, '0')}`,
        kind: 'silence',
        from: at,
        to: at + 2 * HOUR,
        reason: 'Known: the webhook is being replaced — ü "quoted"',
        by: 'Ada',
        createdAt: at,
        endedAt: null,
        match: { causes: ['webhook.gone'], subject: 'leads/leads-1', feed: 'leads', atMost: 'P2' },
        ...over,
      };
    };
    const create = async (over: Partial<Silence> = {}): Promise<Silence> => {
      const one = silence(over);
      expect(await store.create(one)).toBe('written');
      return one;
    };
    const current = async (now: number) =>
      (await store.current(now)).filter(({ createdAt }) => createdAt >= at).map(({ id }) => id);

    it('gives back exactly what was made', async () => {
      const one = await create();
      const everything = await create({ match: {}, kind: 'maintenance' });
      expect((await store.current(at)).filter(({ createdAt }) => createdAt >= at)).toStrictEqual([
        one,
        everything,
      ]);
      expect(await store.list({ since: at, limit: 10 })).toStrictEqual([one, everything]);
    });

    it('refuses an id that is taken, and keeps what is there', async () => {
      const one = await create();
      expect(await store.create({ ...one, reason: 'another' })).toBe('conflict');
      expect(await store.list({ since: at, limit: 10 })).toStrictEqual([one]);
    });

    it('has those that are in force or will be, soonest first, and none that is over', async () => {
      const later = await create({ from: at + HOUR, to: at + 3 * HOUR });
      const now = await create({ from: at - HOUR, to: at + MINUTE });
      expect(await current(at)).toEqual([now.id, later.id]);
      expect(await current(at + MINUTE - 1)).toEqual([now.id, later.id]);
      expect(await current(at + MINUTE)).toEqual([later.id]);
      expect(await current(at + 3 * HOUR)).toEqual([]);
    });

    it('ends one before its time, once', async () => {
      const one = await create();
      expect(await store.end(one.id, at + MINUTE)).toBe('ended');
      expect(await store.end(one.id, at + 2 * MINUTE)).toBe('gone');
      expect(await current(at + MINUTE)).toEqual([]);
      // It was in force until then: whoever looks back sees it.
      expect(await current(at)).toEqual([one.id]);
      expect(await store.list({ since: at, limit: 10 })).toStrictEqual([{ ...one, endedAt: at + MINUTE }]);
    });

    it('calls off one that has not begun', async () => {
      const one = await create({ from: at + HOUR });
      expect(await store.end(one.id, at)).toBe('ended');
      expect(await current(at)).toEqual([]);
    });

    it('cannot end what is over, or was never there', async () => {
      const one = await create();
      expect(await store.end(one.id, one.to)).toBe('gone');
      expect(await store.end('sil-ffffffff', at)).toBe('gone');
      expect(await store.list({ since: at, limit: 10 })).toStrictEqual([one]);
    });

    it('lists newest first, from `since` on, at most `limit`', async () => {
      const first = await create({ createdAt: at });
      const second = await create({ createdAt: at + MINUTE });
      const third = await create({ createdAt: at + 2 * MINUTE });
      const ids = async (since: number, limit: number) =>
        (await store.list({ since, limit })).map(({ id }) => id);
      expect(await ids(at, 10)).toEqual([third.id, second.id, first.id]);
      expect(await ids(at + MINUTE, 10)).toEqual([third.id, second.id]);
      expect(await ids(at, 2)).toEqual([third.id, second.id]);
      expect(await ids(at, 0)).toEqual([]);
    });

    it('ends once when several end it at the same time', async () => {
      const one = await create();
      const results = await Promise.all(Array.from({ length: 5 }, () => store.end(one.id, at + 1)));
      expect(results.filter((result) => result === 'ended')).toHaveLength(1);
    });
  });
};
