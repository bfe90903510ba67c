import { beforeEach, describe, expect, it } from 'vitest';
import { type DeadLetter, type DeadLetterStore, deadLetterId } from '../../shared/relay/keeping.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import { queuedRow } from './outbox.contract.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 3, 12);
const KEEP_DAYS = 30;

/** The contract of `DeadLetterStore`. */
export const deadLettersContract = (
  name: string,
  storeOf: (settings: { clock: VirtualClock; keepDays: number }) => DeadLetterStore,
): void => {
  describe(`dead letters, ${name}`, () => {
    let clock: VirtualClock;
    let store: DeadLetterStore;
    let feed: string;
    let tests = 0;
    beforeEach(() => {
      clock = createVirtualClock(START);
      store = storeOf({ clock, keepDays: KEEP_DAYS });
      tests += 1;
      feed = `feed-${tests}`;
    });

    const letters = (count: number, of: Partial<DeadLetter> = {}): readonly DeadLetter[] =>
      issueRowIds(count, clock).map((rowId) => ({
        id: deadLetterId(rowId),
        feed,
        at: clock.now(),
        fault: 'row',
        reason: 'bad-request',
        detail: 'Clay answered 400.',
        status: 400,
        webhook: 'leads-1',
        row: queuedRow(rowId, clock.now(), { feed }),
        ...of,
      }));

    it('holds nothing at first', async () => {
      expect(await store.list(feed, { limit: 10 })).toEqual({ letters: [], cursor: null });
      for (const id of ['dl-none', '', ' ', 'x'.repeat(3_000)]) expect(await store.byId(feed, id)).toBeNull();
      expect(await store.remove(feed, 'dl-none')).toBe('gone');
      expect(await store.count(feed)).toEqual({ row: 0, ours: 0 });
    });

    it('gives back exactly what was set aside', async () => {
      const [letter] = letters(1, { detail: 'Signs: ü € 😀 "quoted"' });
      const unreadable = {
        ...letter,
        id: 'dl-0000001-poison',
        row: null,
        body: 'not { a row',
        webhook: null,
        status: null,
        fault: 'ours',
        reason: 'unreadable',
      } as DeadLetter;
      await store.put([letter as DeadLetter, unreadable]);
      expect(await store.byId(feed, letter?.id ?? '')).toStrictEqual(letter);
      expect(await store.byId(feed, unreadable.id)).toStrictEqual(unreadable);
      expect((await store.list(feed, { limit: 10 })).letters).toStrictEqual([unreadable, letter]);
    });

    it('holds a letter once, as it was last said', async () => {
      const [letter] = letters(1) as [DeadLetter];
      const later = { ...letter, at: START + 1, fault: 'ours', reason: 'unknown-answer' } as const;
      await store.put([letter]);
      await store.put([later]);
      expect((await store.list(feed, { limit: 10 })).letters).toStrictEqual([later]);
      expect(await store.count(feed)).toEqual({ row: 0, ours: 1 });
    });

    it('lists page by page, oldest first, each once', async () => {
      const all: DeadLetter[] = [];
      for (let batch = 0; batch < 5; batch += 1) {
        all.push(...letters(5));
        await clock.advance(60_000);
      }
      await store.put(all.toReversed());
      const seen: DeadLetter[] = [];
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const page = await store.list(feed, { limit: 7, ...(cursor && { cursor }) });
        expect(page.letters.length).toBeLessThanOrEqual(7);
        seen.push(...page.letters);
        cursor = page.cursor;
      }
      expect(seen).toStrictEqual(all);
      expect(await store.list(feed, { limit: 25 })).toMatchObject({ cursor: null });
    });

    it('lists and counts by whose fault it is', async () => {
      const [rows, ours] = [letters(6), letters(9, { fault: 'ours', reason: 'undeliverable' })];
      await store.put([...rows, ...ours]);
      expect(await store.count(feed)).toEqual({ row: 6, ours: 9 });
      const page = await store.list(feed, { limit: 4, fault: 'row' });
      expect(page.letters).toStrictEqual(rows.slice(0, 4));
      const rest = await store.list(feed, { limit: 4, fault: 'row', cursor: page.cursor ?? '' });
      expect(rest).toEqual({ letters: rows.slice(4), cursor: null });
    });

    it('goes on listing when what was listed is removed', async () => {
      const all = letters(6);
      await store.put(all);
      const { cursor } = await store.list(feed, { limit: 3 });
      for (const { id } of all.slice(0, 3)) await store.remove(feed, id);
      const rest = await store.list(feed, { limit: 3, cursor: cursor ?? '' });
      expect(rest).toEqual({ letters: all.slice(3), cursor: null });
    });

    it('removes once', async () => {
      const [one, other] = letters(2) as [DeadLetter, DeadLetter];
      await store.put([one, other]);
      const outcomes = await Promise.all([store.remove(feed, one.id), store.remove(feed, one.id)]);
      expect(outcomes.toSorted()).toEqual(['gone', 'removed']);
      expect(await store.byId(feed, one.id)).toBeNull();
      expect((await store.list(feed, { limit: 10 })).letters).toStrictEqual([other]);
      expect(await store.count(feed)).toEqual({ row: 1, ours: 0 });
    });

    it('removes only the letter that was read, and not one that was set aside after it', async () => {
      const [letter] = letters(1) as [DeadLetter];
      await store.put([letter]);
      const again = { ...letter, at: START + 5_000 };
      await store.put([again]);
      expect(await store.remove(feed, letter.id, letter.at)).toBe('gone');
      expect(await store.byId(feed, letter.id)).toStrictEqual(again);
      expect(await store.remove(feed, letter.id, again.at)).toBe('removed');
    });

    it('keeps the feeds apart', async () => {
      await store.put(letters(2));
      expect(await store.count(`${feed}-2`)).toEqual({ row: 0, ours: 0 });
      expect((await store.list(`${feed}-2`, { limit: 10 })).letters).toEqual([]);
    });

    it('forgets a letter when its time is over', async () => {
      const [letter] = letters(1) as [DeadLetter];
      await store.put([letter]);
      await clock.advance(KEEP_DAYS * DAY - 1_000);
      expect(await store.count(feed)).toEqual({ row: 1, ours: 0 });
      expect(await store.byId(feed, letter.id)).not.toBeNull();
      await clock.advance(2_000);
      expect(await store.count(feed)).toEqual({ row: 0, ours: 0 });
      expect(await store.byId(feed, letter.id)).toBeNull();
      expect(await store.list(feed, { limit: 10 })).toEqual({ letters: [], cursor: null });
      expect(await store.remove(feed, letter.id)).toBe('gone');
    });

    it('keeps what is larger than an item of the store, and removes it whole', async () => {
      const noise = Array.from({ length: 25_000 }, () => crypto.randomUUID()).join('');
      const [letter] = letters(1, { row: null, body: noise }) as [DeadLetter];
      await store.put([letter]);
      expect(await store.byId(feed, letter.id)).toStrictEqual(letter);
      expect(await store.remove(feed, letter.id)).toBe('removed');
      expect(await store.byId(feed, letter.id)).toBeNull();
    });
  });
};
