import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/clock.ts';
import type { CallbackRecord, RowsLedger } from '../../shared/rows/ledger.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import type { FeedSnapshot } from '../../shared/rows/snapshot.ts';
import { rowRecords } from '../support/row-records.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 3, 12);

export interface LedgerSettings {
  readonly clock: Pick<Clock, 'now'>;
  readonly retainDays: number;
}

/** The contract of `RowsLedger`. Every test has a feed of its own, since real tables are not emptied between tests. */
export const rowsLedgerContract = (
  name: string,
  ledgerOf: (settings: LedgerSettings) => RowsLedger,
): void => {
  describe(`rows ledger, ${name}`, () => {
    let now = NOON;
    const clock = { now: () => now };
    let ledger: RowsLedger;
    let feed: string;
    let tests = 0;

    beforeEach(() => {
      now = NOON;
      tests += 1;
      feed = `leads-${tests}`;
      ledger = ledgerOf({ clock, retainDays: 35 });
    });

    const { submission, callback } = rowRecords(clock);
    const fold = (): Promise<FeedSnapshot> => ledger.fold(feed, now);
    const webhook = (snapshot: FeedSnapshot, id = 'main') => {
      const found = snapshot.webhooks.find((each) => each.webhook === id);
      return found && { accepted: found.accepted, unknown: found.unknown };
    };

    it('knows nothing before the first fold, and an empty feed after it', async () => {
      expect(await ledger.snapshot(feed)).toBeNull();
      const empty = await fold();
      expect(empty).toMatchObject({
        feed,
        asOf: NOON,
        webhooks: [],
        totals: { submitted: 0, calledBack: 0, unannounced: 0, credits: 0, actions: 0 },
        windows: [],
        hours: [],
        outstanding: { total: 0, oldestAt: null },
        lastSubmissionAt: null,
        lastCallbackAt: null,
        repeats: [],
      });
      expect(await ledger.snapshot(feed)).toEqual(empty);
    });

    it('takes nothing for nothing', async () => {
      expect(await ledger.recordSubmissions(feed, [])).toEqual([]);
      expect(await ledger.recordCallbacks(feed, [])).toEqual([]);
    });

    it.each([
      ['issued by us', () => issueRowIds(3, clock)],
      ['plain', () => ['row-1', 'row-2', 'row-10']],
      ['odd', () => ['~', 'a b"c\\{}', 'x'.repeat(128)]],
      ['of a kind with time in it', () => [1, 2, 3].map((n) => `0192f1c0-1111-7aaa-8bbb-00000000000${n}`)],
    ])('counts a row and its return once, with ids %s', async (_, idsOf) => {
      const ids = idsOf();
      expect(
        await ledger.recordSubmissions(
          feed,
          ids.map((id) => submission(id)),
        ),
      ).toEqual(ids.map(() => 'recorded'));
      expect(
        await ledger.recordSubmissions(
          feed,
          ids.map((id) => submission(id)),
        ),
      ).toEqual(ids.map(() => 'duplicate'));
      now += 70_000;
      expect(
        await ledger.recordCallbacks(
          feed,
          ids.map((id) => callback(id)),
        ),
      ).toEqual(ids.map(() => 'recorded'));
      now += MINUTE;
      expect(
        await ledger.recordCallbacks(
          feed,
          ids.map((id) => callback(id)),
        ),
      ).toEqual(ids.map(() => 'duplicate'));
      const snapshot = await fold();
      expect(webhook(snapshot)).toEqual({ accepted: 3, unknown: 0 });
      expect(snapshot.totals).toMatchObject({ submitted: 3, calledBack: 3, unannounced: 0 });
      expect(snapshot.lastSubmissionAt).toBe(NOON);
      expect(snapshot.lastCallbackAt).toBe(NOON + 70_000);
    });

    it('sees duplicates within one call', async () => {
      const [id = ''] = issueRowIds(1, clock);
      expect(
        await ledger.recordCallbacks(feed, [
          callback('row-1'),
          callback(id),
          callback('row-1'),
          callback('row-2'),
          callback(id),
        ]),
      ).toEqual(['recorded', 'recorded', 'duplicate', 'recorded', 'duplicate']);
      expect((await fold()).totals.calledBack).toBe(3);
    });

    it('records what is new of a batch of which some is known', async () => {
      const ids = [...issueRowIds(20, clock), 'row-7', 'row-8', 'other'];
      const some = ids.filter((_, index) => index % 3 === 0);
      await ledger.recordCallbacks(
        feed,
        some.map((id) => callback(id, { status: 'FIRST' })),
      );
      const outcomes = await ledger.recordCallbacks(
        feed,
        ids.map((id) => callback(id)),
      );
      expect(outcomes).toEqual(ids.map((id) => (some.includes(id) ? 'duplicate' : 'recorded')));
      expect((await fold()).totals.calledBack).toBe(ids.length);
    });

    it('counts a callback that comes before its submission, which is announced then', async () => {
      await ledger.recordCallbacks(feed, [callback('early')]);
      expect((await fold()).totals).toMatchObject({ submitted: 0, calledBack: 1, unannounced: 1 });
      now += MINUTE;
      await ledger.recordSubmissions(feed, [submission('early', { at: NOON - 30_000 })]);
      const snapshot = await fold();
      expect(snapshot.totals).toMatchObject({ submitted: 1, calledBack: 1, unannounced: 0 });
      expect(snapshot.outstanding.total).toBe(0);
      expect(snapshot.windows.flatMap(({ roundTrips }) => roundTrips.indexOf(1))).toContain(4);
    });

    const unknown = () => ledger.recordSubmissions(feed, [submission('r', { outcome: 'unknown' })]);
    const accepted = () => ledger.recordSubmissions(feed, [submission('r')]);
    const back = () => ledger.recordCallbacks(feed, [callback('r')]);
    it.each([
      ['unknown, accepted, back', [unknown, accepted, back]],
      ['unknown, back, accepted', [unknown, back, accepted]],
      ['accepted, unknown, back', [accepted, unknown, back]],
      ['accepted, back, unknown', [accepted, back, unknown]],
      ['back, unknown, accepted', [back, unknown, accepted]],
      ['back, accepted, unknown', [back, accepted, unknown]],
    ])('comes to the same in the order %s', async (_, steps) => {
      for (const step of steps) {
        await step();
        await step();
      }
      const snapshot = await fold();
      expect(webhook(snapshot)).toEqual({ accepted: 1, unknown: 0 });
      expect(snapshot.totals).toMatchObject({ submitted: 1, calledBack: 1, unannounced: 0 });
    });

    it('keeps a submission without an answer apart until the row is confirmed', async () => {
      expect(await unknown()).toEqual(['recorded']);
      expect(await unknown()).toEqual(['duplicate']);
      const before = await fold();
      expect(webhook(before)).toEqual({ accepted: 0, unknown: 1 });
      expect(before.outstanding.total).toBe(0);
      await back();
      const after = await fold();
      expect(webhook(after)).toEqual({ accepted: 1, unknown: 0 });
      expect(after.totals).toMatchObject({ submitted: 1, unannounced: 0 });
      expect(await unknown()).toEqual(['duplicate']);
    });

    it('does not take an acceptance elsewhere for an answer of the webhook that gave none', async () => {
      const rows = [
        submission('r', { webhook: 'first', outcome: 'unknown' }),
        submission('r', { webhook: 'second' }),
      ];
      for (const row of [...rows, ...rows]) await ledger.recordSubmissions(feed, [row]);
      await back();
      const snapshot = await fold();
      expect(webhook(snapshot, 'first')).toEqual({ accepted: 0, unknown: 1 });
      expect(webhook(snapshot, 'second')).toEqual({ accepted: 1, unknown: 0 });
      expect(snapshot.totals.submitted).toBe(1);
    });

    it('counts a number of rows once by its key, and expects none of them back', async () => {
      const batch = { idempotencyKey: 'row-1', webhook: 'main', count: 250, at: now };
      expect(await ledger.recordSubmissionCount(feed, batch)).toBe('recorded');
      expect(await ledger.recordSubmissionCount(feed, batch)).toBe('duplicate');
      expect(await ledger.recordSubmissions(feed, [submission('row-1')])).toEqual(['recorded']);
      const snapshot = await fold();
      expect(webhook(snapshot)).toEqual({ accepted: 251, unknown: 0 });
      expect(snapshot.windows).toMatchObject([{ submitted: 251 }]);
      expect(snapshot.hours).toEqual([{ start: NOON, submitted: { main: 251 }, credits: 0 }]);
      expect(snapshot.outstanding.total).toBe(1);
    });

    it('counts what came back by result, status, provider, column, CRM, credits and round trip', async () => {
      const ids = issueRowIds(5, clock);
      await ledger.recordSubmissions(
        feed,
        ids.map((id) => submission(id)),
      );
      now += 40_000;
      const told: readonly Partial<CallbackRecord>[] = [
        { provider: 'alpha', column: 'Email', crm: 'ok', credits: 14.25, actions: 2 },
        { result: 'missed', status: 'SUCCESS_NO_DATA', provider: 'alpha', column: 'Email', credits: 0.1 },
        { result: 'failed', status: 'RATE_LIMITED', provider: 'beta', column: 'Email' },
        { result: 'failed', status: 'ERROR', provider: '__proto__', crm: 'failed' },
        { result: 'skipped', status: 'constructor' },
      ];
      await ledger.recordCallbacks(
        feed,
        ids.map((id, index) => callback(id, told[index])),
      );
      await ledger.recordRefused(feed, now, 2);
      await ledger.recordRefused(feed, now, 1);
      const [window, ...rest] = (await fold()).windows;
      expect(rest).toEqual([]);
      const no = { hit: 0, missed: 0, skipped: 0, failed: 0 };
      expect(window).toEqual({
        start: NOON,
        submitted: 5,
        calledBack: 5,
        refused: 3,
        results: { hit: 1, missed: 1, skipped: 1, failed: 2 },
        failedByStatus: { ERROR: 1, RATE_LIMITED: 1 },
        byProvider: Object.fromEntries([
          ['__proto__', { ...no, failed: 1, credits: 0, rateLimited: 0 }],
          ['alpha', { ...no, hit: 1, missed: 1, credits: 14.35, rateLimited: 0 }],
          ['beta', { ...no, failed: 1, credits: 0, rateLimited: 1 }],
        ]),
        byColumn: { Email: { ...no, hit: 1, missed: 1, failed: 1 } },
        crm: { ok: 1, failed: 1 },
        credits: 14.35,
        actions: 2,
        creditsOnMisses: 0.1,
        roundTrips: [0, 0, 0, 0, 0, 5, ...Array(19).fill(0)],
      });
    });

    it('says what waits and for how long, and forgets to wait for nobody', async () => {
      const ids = issueRowIds(6, clock);
      const ages = [1, 10, 20, 45, 120, 600];
      await ledger.recordSubmissions(
        feed,
        ids.map((id, index) => submission(id, { at: now - (ages[index] ?? 0) * MINUTE })),
      );
      await ledger.recordSubmissions(feed, [submission('back', { at: now - 130 * MINUTE })]);
      await ledger.recordCallbacks(feed, [callback('back')]);
      const { outstanding, cohort } = await fold();
      expect(outstanding).toEqual({
        ages: [5, 15, 30, 60, 240, 1_440, null].map((upToMinutes, index) => ({
          upToMinutes,
          rows: index < 6 ? 1 : 0,
        })),
        total: 6,
        oldestAt: now - 600 * MINUTE,
      });
      expect(cohort).toEqual({ submitted: 3, cameBack: 1, from: NOON - DAY, matureBefore: NOON - HOUR });
      now += 25 * HOUR;
      const later = (await fold()).outstanding;
      expect(later.total).toBe(6);
      expect(later.ages.at(-1)?.rows).toBe(6);
    });

    it('counts on from the true count, once that is learned', async () => {
      await ledger.recordSubmissions(feed, [submission('a'), submission('b', { outcome: 'unknown' })]);
      await fold();
      now += MINUTE;
      const learned = { count: 50_000, at: now, why: 'limit-answer' } as const;
      await ledger.rebase(feed, 'main', learned);
      await ledger.rebase(feed, 'main', learned);
      now += MINUTE;
      await ledger.recordSubmissions(
        feed,
        ['c', 'd', 'e'].map((id) => submission(id)),
      );
      // Sent before: the true count holds it already, whenever it is confirmed.
      await ledger.recordCallbacks(feed, [callback('b')]);
      const [count] = (await fold()).webhooks;
      expect(count).toEqual({
        webhook: 'main',
        accepted: 5,
        unknown: 0,
        rebase: { ...learned, acceptedThen: 2 },
      });
    });

    it('lets the latest of several true counts prevail, in whatever order they come', async () => {
      const counts = [3, 1, 2, 5, 4].map((n) => ({
        count: 1_000 * n,
        at: NOON + n * HOUR,
        why: 'operator' as const,
      }));
      now += 5 * HOUR;
      await Promise.all(counts.map((to) => ledger.rebase(feed, 'main', to)));
      await ledger.recordSubmissions(feed, [submission('after', { at: now + 1 })]);
      const [count] = (await fold()).webhooks;
      expect(count?.rebase).toEqual({ count: 5_000, at: NOON + 5 * HOUR, why: 'operator', acceptedThen: 0 });
      expect(count?.accepted).toBe(1);
    });

    it('counts once what twenty processes record at the same time', async () => {
      const processes = Array.from({ length: 20 }, () => ledgerOf({ clock, retainDays: 35 }));
      const ids = [...issueRowIds(24, clock), ...Array.from({ length: 12 }, (_, index) => `row-${index}`)];
      const outcomes = await Promise.all(
        processes.map((each, index) => {
          const mine = [...ids.slice(index), ...ids.slice(0, index)].slice(0, 24);
          return Promise.all([
            each.recordSubmissions(
              feed,
              mine.map((id) => submission(id)),
            ),
            each.recordCallbacks(
              feed,
              mine.map((id) => callback(id, { provider: `p${index % 3}` })),
            ),
          ]);
        }),
      );
      const recorded = (which: 0 | 1) =>
        outcomes.flatMap((each) => each[which]).filter((outcome) => outcome === 'recorded').length;
      expect([recorded(0), recorded(1)]).toEqual([ids.length, ids.length]);
      const snapshots = await Promise.all(processes.slice(0, 4).map((each) => each.fold(feed, now)));
      for (const { totals } of snapshots)
        expect(totals).toMatchObject({ submitted: ids.length, calledBack: ids.length, unannounced: 0 });
    });

    it('counts rows that come back hours and days later', async () => {
      const [issued = ''] = issueRowIds(1, clock);
      await ledger.recordSubmissions(feed, [submission(issued), submission('row-1'), submission('row-2')]);
      await fold();
      now += 5 * HOUR;
      await fold();
      await ledger.recordCallbacks(feed, [callback(issued)]);
      expect((await fold()).totals.calledBack).toBe(1);
      now += 3 * DAY;
      await fold();
      await fold();
      await ledger.recordCallbacks(feed, [callback('row-1'), callback(issued)]);
      const snapshot = await fold();
      expect(snapshot.totals).toMatchObject({ submitted: 3, calledBack: 2 });
      expect(snapshot.outstanding.total).toBe(1);
      expect(snapshot.windows).toMatchObject([{ calledBack: 1, submitted: 0 }]);
      expect(snapshot.hours.map(({ start }) => start)).toEqual([NOON]);
    });

    it('finds what was recorded while no fold ran', async () => {
      await ledger.recordSubmissions(feed, [submission('row-1')]);
      now += 7 * HOUR;
      await ledger.recordSubmissions(feed, [submission('row-2')]);
      now += 9 * HOUR;
      expect((await fold()).totals.submitted).toBe(2);
    });

    it('keeps totals, and waits for nothing, after rows are forgotten', async () => {
      ledger = ledgerOf({ clock, retainDays: 2 });
      const [issued = ''] = issueRowIds(1, clock);
      await ledger.recordSubmissions(feed, [submission(issued), submission('row-1'), submission('row-2')]);
      await ledger.recordCallbacks(feed, [callback(issued, { credits: 3 })]);
      for (let day = 0; day < 6; day += 1) {
        await fold();
        now += DAY;
      }
      await fold();
      now += MINUTE;
      const snapshot = await fold();
      expect(snapshot.totals).toMatchObject({ submitted: 3, calledBack: 1, credits: 3 });
      expect(webhook(snapshot)).toEqual({ accepted: 3, unknown: 0 });
      expect(snapshot.outstanding).toMatchObject({ total: 0, oldestAt: null });
      expect(snapshot.hours).toEqual([{ start: NOON, submitted: { main: 3 }, credits: 3 }]);
      // Nothing can be known of it any more: it may have been counted.
      expect(await ledger.recordCallbacks(feed, [callback(issued)])).toEqual(['duplicate']);
      expect((await fold()).totals.calledBack).toBe(1);
    });

    it('says how often the same entities entered within the hour', async () => {
      const entered = ['a', 'b', 'a', 'c', 'a', 'b'];
      await ledger.recordSubmissions(
        feed,
        entered.map((entity, index) => submission(`row-${index}`, { entity: `hash-of-${entity}` })),
      );
      expect((await fold()).repeats).toEqual([3, 2, 1]);
      now += HOUR;
      expect((await fold()).repeats).toEqual([]);
    });

    it('is not led astray by times that nobody can have measured', async () => {
      await ledger.recordSubmissions(feed, [
        submission('past', { at: 0 }),
        submission('future', { at: now + 400 * DAY }),
      ]);
      const snapshot = await fold();
      expect(snapshot.totals.submitted).toBe(2);
      expect(snapshot.lastSubmissionAt).toBe(now + 10 * MINUTE);
      expect(snapshot.hours.map(({ start }) => start)).toEqual([NOON - 35 * DAY, NOON]);
    });

    it('keeps feeds apart', async () => {
      const other = `${feed}-other`;
      await ledger.recordSubmissions(feed, [submission('row-1')]);
      await ledger.recordSubmissions(other, [submission('row-1'), submission('row-2')]);
      expect((await fold()).totals.submitted).toBe(1);
      expect((await ledger.fold(other, now)).totals.submitted).toBe(2);
    });
  });
};
