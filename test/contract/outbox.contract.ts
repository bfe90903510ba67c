import { beforeEach, describe, expect, it } from 'vitest';
import type { Outbox } from '../../shared/relay/keeping.ts';
import type { QueuedRow } from '../../shared/relay/queue.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 3, 12);
const KEEP_HOURS = 48;

export const queuedRow = (id: string, takenAt: number, of: Partial<QueuedRow> = {}): QueuedRow => ({
  feed: 'leads',
  id,
  json: JSON.stringify({ email: 'ada@example.com', name: 'Ada', _claywatch_row_id: id }),
  takenAt,
  after: 0,
  tries: 0,
  origin: 'sender',
  ...of,
});

const sorted = (rows: readonly QueuedRow[]): readonly QueuedRow[] =>
  rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));

/** The contract of `Outbox`. `outboxOf` may give the same store each time: every test has a feed of its own. */
export const outboxContract = (
  name: string,
  outboxOf: (settings: { clock: VirtualClock; keepHours: number }) => Outbox,
): void => {
  describe(`outbox, ${name}`, () => {
    let clock: VirtualClock;
    let outbox: Outbox;
    let feed: string;
    let tests = 0;
    beforeEach(() => {
      clock = createVirtualClock(START);
      outbox = outboxOf({ clock, keepHours: KEEP_HOURS });
      tests += 1;
      feed = `feed-${tests}`;
    });

    const issue = (count: number, of: Partial<QueuedRow> = {}): readonly QueuedRow[] =>
      issueRowIds(count, clock).map((id) => queuedRow(id, clock.now(), { feed, ...of }));
    const find = async (rows: readonly QueuedRow[]) =>
      sorted(
        await outbox.find(
          feed,
          rows.map(({ id }) => id),
        ),
      );

    it('finds nothing where nothing was kept', async () => {
      expect(await find(issue(3))).toEqual([]);
      expect(await outbox.find(feed, [])).toEqual([]);
    });

    it('gives back exactly what was kept, of those that are asked for', async () => {
      const rows = issue(25, { entity: 'abc', tries: 3, after: 1 });
      await outbox.keep(feed, rows);
      expect(await find(rows)).toStrictEqual(sorted(rows));
      expect(await find(rows.slice(3, 5))).toStrictEqual(sorted(rows.slice(3, 5)));
      expect(await find([...rows.slice(0, 1), ...issue(2)])).toStrictEqual(rows.slice(0, 1));
    });

    it('keeps text of any kind', async () => {
      const rows = issue(1, { json: '{"name":"ü € 😀 \\u2028 \\"quoted\\" \\\\ back"}' });
      await outbox.keep(feed, rows);
      expect(await find(rows)).toStrictEqual(rows);
    });

    it('finds a row once, however often and in whatever company it was kept', async () => {
      const rows = issue(4);
      await outbox.keep(feed, rows);
      await outbox.keep(feed, rows);
      await outbox.keep(feed, rows.slice(1, 3));
      await outbox.keep(feed, rows.toReversed());
      expect(await find([...rows, ...rows])).toStrictEqual(sorted(rows));
    });

    it('finds rows of many hours that were kept in one call', async () => {
      const rows: QueuedRow[] = [];
      for (let hour = 0; hour < 5; hour += 1) {
        rows.push(...issue(2));
        await clock.advance(HOUR);
      }
      await outbox.keep(feed, rows);
      expect(await find(rows)).toStrictEqual(sorted(rows));
    });

    it('finds rows whose ids were not issued by us', async () => {
      const rows = ['one', 'two/2'].map((id) => queuedRow(id, START, { feed }));
      await outbox.keep(feed, rows);
      expect(await find(rows)).toStrictEqual(sorted(rows));
    });

    it('keeps the feeds apart', async () => {
      const rows = issue(2);
      await outbox.keep(feed, rows);
      expect(
        await outbox.find(
          `${feed}-2`,
          rows.map(({ id }) => id),
        ),
      ).toEqual([]);
    });

    it('finds a row until it expires, and not a moment longer', async () => {
      const rows = issue(2);
      await outbox.keep(feed, rows);
      await clock.advance(KEEP_HOURS * HOUR - 1_000);
      expect(await find(rows)).toHaveLength(2);
      await clock.advance(2_000);
      expect(await find(rows)).toEqual([]);
    });

    it('counts the time anew when a row is kept again', async () => {
      const rows = issue(1);
      await outbox.keep(feed, rows);
      await clock.advance(KEEP_HOURS * HOUR - HOUR);
      await outbox.keep(feed, rows);
      await clock.advance(2 * HOUR);
      expect(await find(rows)).toHaveLength(1);
    });

    it('says which rows are kept, and until when, to the second', async () => {
      const [early, late] = [issue(2), issue(2)];
      const ids = [...early, ...late].map(({ id }) => id);
      await outbox.keep(feed, early);
      await clock.advance(HOUR);
      await outbox.keep(feed, late.slice(1));
      await outbox.keep(feed, early.slice(1));
      const kept = new Map((await outbox.kept(feed, ids)).map(({ rowId, until }) => [rowId, until]));
      const end = START + KEEP_HOURS * HOUR;
      expect([...kept.keys()].toSorted()).toEqual([ids[0], ids[1], ids[3]].toSorted());
      expect(Math.abs((kept.get(ids[0] ?? '') ?? 0) - end)).toBeLessThanOrEqual(1_000);
      for (const id of [ids[1], ids[3]])
        expect(Math.abs((kept.get(id ?? '') ?? 0) - end - HOUR)).toBeLessThanOrEqual(1_000);
      await clock.advance(KEEP_HOURS * HOUR - HOUR + 2_000);
      expect((await outbox.kept(feed, ids)).map(({ rowId }) => rowId).toSorted()).toEqual(
        [ids[1], ids[3]].toSorted(),
      );
    });

    it("keeps rows of Clay's largest size, more of them than fit into one item", async () => {
      // Not to be compressed: random text.
      const noise = Array.from({ length: 1_600 }, () => crypto.randomUUID()).join('');
      const rows = issue(12, { json: JSON.stringify({ noise }) });
      await outbox.keep(feed, rows);
      expect(await find(rows)).toStrictEqual(sorted(rows));
    });

    it('keeps a row larger than an item of the store', async () => {
      const noise = Array.from({ length: 29_000 }, () => crypto.randomUUID()).join('');
      const rows = issue(2, { json: JSON.stringify({ noise }) });
      await outbox.keep(feed, rows);
      expect(await find(rows)).toStrictEqual(sorted(rows));
    });
  });
};
