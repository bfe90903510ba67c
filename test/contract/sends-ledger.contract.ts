import { beforeEach, describe, expect, it } from 'vitest';
import {
  NEVER_SENT,
  type OutstandingRow,
  type SendClaim,
  type SendResult,
  type SendsLedger,
} from '../../shared/relay/sends.ts';
import type { CallbackRecord, RowsLedger, SubmissionRecord } from '../../shared/rows/ledger.ts';
import { issueRowIds } from '../../shared/rows/row-id.ts';
import type { FeedSnapshot } from '../../shared/rows/snapshot.ts';
import type { LedgerSettings } from './rows-ledger.contract.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 3, 12);

/** The contract of `SendsLedger`, and of what the rows ledger counts of it. Every test has a feed of its own. */
export const sendsLedgerContract = (
  name: string,
  ledgerOf: (settings: LedgerSettings) => RowsLedger & SendsLedger,
): void => {
  describe(`sends ledger, ${name}`, () => {
    let now = NOON;
    const clock = { now: () => now };
    let ledger: RowsLedger & SendsLedger;
    let feed: string;
    let tests = 0;
    let row: string;

    const another = () => ledgerOf({ clock, retainDays: 35 });
    beforeEach(() => {
      now = NOON;
      tests += 1;
      feed = `sends-${tests}`;
      ledger = another();
      row = issueRowIds(1, clock)[0] ?? '';
    });

    const claimOf = (rowId: string, attempt = 1, over: Partial<SendClaim> = {}): SendClaim => ({
      rowId,
      webhook: 'main',
      at: now,
      attempt,
      ...over,
    });
    const resultOf = (rowId: string, attempt = 1, over: Partial<SendResult> = {}): SendResult => ({
      rowId,
      webhook: 'main',
      attempt,
      at: now,
      outcome: 'accepted',
      ...over,
    });
    const claim = (attempt = 1, over: Partial<SendClaim> = {}) =>
      ledger.claim(feed, [claimOf(row, attempt, over)]);
    const settle = (attempt = 1, over: Partial<SendResult> = {}) =>
      ledger.settle(feed, [resultOf(row, attempt, over)]);
    const refuse = (attempt = 1, over: Partial<SendResult> = {}) =>
      settle(attempt, { outcome: 'refused', ...over });
    const state = async () => (await ledger.sends(feed, [row]))[0];
    const submit = (rowId: string, over: Partial<SubmissionRecord> = {}) =>
      ledger.recordSubmissions(feed, [{ rowId, webhook: 'main', at: now, outcome: 'accepted', ...over }]);
    const callBack = (rowId = row, over: Partial<CallbackRecord> = {}) =>
      ledger.recordCallbacks(feed, [{ rowId, at: now, result: 'hit', status: 'SUCCESS', ...over }]);
    const fold = (): Promise<FeedSnapshot> => ledger.fold(feed, now);
    const counted = async (id = 'main') => {
      const snapshot = await fold();
      const found = snapshot.webhooks.find(({ webhook }) => webhook === id);
      return {
        accepted: found?.accepted ?? 0,
        unknown: found?.unknown ?? 0,
        rows: snapshot.totals.submitted,
        ...snapshot.resent,
      };
    };
    const allOutstanding = async (
      from: number,
      to: number,
      limit = 2,
    ): Promise<readonly OutstandingRow[]> => {
      const rows: OutstandingRow[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < 1_000; page += 1) {
        const found = await ledger.outstanding(feed, { from, to, limit, ...(cursor && { cursor }) });
        expect(found.rows.length).toBeLessThanOrEqual(limit);
        rows.push(...found.rows);
        if (found.cursor === null) return rows;
        cursor = found.cursor;
      }
      throw new Error('no end of pages');
    };

    it('knows nothing of a row that was never sent, and takes nothing for nothing', async () => {
      expect(await ledger.sends(feed, [row, 'row-1'])).toEqual([NEVER_SENT, NEVER_SENT]);
      expect(await ledger.sends(feed, [])).toEqual([]);
      expect(await ledger.claim(feed, [])).toEqual([]);
      await ledger.settle(feed, []);
      expect(await ledger.outstanding(feed, { from: NOON, to: now + 1, limit: 10 })).toEqual({
        rows: [],
        cursor: null,
      });
    });

    it('counts an attempt as unknown until it is settled, then once as accepted', async () => {
      expect(await claim()).toEqual(['claimed']);
      expect(await state()).toEqual({
        attempts: 1,
        accepted: 0,
        open: { attempt: 1, webhook: 'main', at: NOON },
        calledBack: false,
      });
      expect(await counted()).toEqual({ accepted: 0, unknown: 1, rows: 0, acceptedAgain: 0, uncertain: 1 });
      now += SECOND;
      await settle();
      await settle();
      expect(await state()).toEqual({ attempts: 1, accepted: 1, open: null, calledBack: false });
      expect(await counted()).toEqual({ accepted: 1, unknown: 0, rows: 1, acceptedAgain: 0, uncertain: 0 });
      const { outstanding, lastSubmissionAt, windows } = await fold();
      expect(outstanding).toMatchObject({ total: 1, oldestAt: NOON });
      expect(lastSubmissionAt).toBe(NOON);
      expect(windows).toMatchObject([{ submitted: 1 }]);
      await callBack();
      expect(await state()).toMatchObject({ accepted: 1, calledBack: true });
      expect((await fold()).outstanding.total).toBe(0);
    });

    it('counts nothing of an attempt that was refused, and gives its number out again', async () => {
      await claim();
      now += SECOND;
      await refuse();
      await refuse();
      expect(await state()).toEqual(NEVER_SENT);
      expect(await counted()).toEqual({ accepted: 0, unknown: 0, rows: 0, acceptedAgain: 0, uncertain: 0 });
      expect(await claim(1, { webhook: 'second' })).toEqual(['claimed']);
      await settle(1, { webhook: 'second' });
      expect(await counted('second')).toMatchObject({ accepted: 1, unknown: 0, rows: 1 });
      expect(await counted('main')).toMatchObject({ accepted: 0, unknown: 0 });
    });

    it('does not take a refusal that is repeated late for one of a later claim', async () => {
      await claim();
      const refusal = resultOf(row, 1, { outcome: 'refused', at: now + SECOND });
      await ledger.settle(feed, [refusal]);
      now += 5 * SECOND;
      await claim();
      await ledger.settle(feed, [refusal]);
      expect((await state())?.open?.attempt).toBe(1);
      await settle();
      await refuse();
      expect(await state()).toMatchObject({ attempts: 1, accepted: 1, open: null });
      await claim(2, { webhook: 'second' });
      await refuse(2);
      expect((await state())?.open?.attempt).toBe(2);
    });

    it('gives an attempt to one of many who claim it at once', async () => {
      const ids = issueRowIds(24, clock);
      const forwarders = Array.from({ length: 8 }, another);
      const outcomes = await Promise.all(
        forwarders.map((each, index) =>
          each.claim(
            feed,
            ids.map((id) => claimOf(id, 1, { webhook: `webhook-${index}` })),
          ),
        ),
      );
      const states = await ledger.sends(feed, ids);
      for (const [at, { open, attempts }] of states.entries()) {
        const winners = outcomes.flatMap((each, index) =>
          each[at] === 'claimed' ? [`webhook-${index}`] : [],
        );
        expect(winners).toEqual([open?.webhook]);
        expect(attempts).toBe(1);
      }
      expect((await fold()).resent).toEqual({ acceptedAgain: 0, uncertain: 24 });
    });

    it('refuses a claim of any attempt but the next', async () => {
      expect(await claim(2)).toEqual(['stale']);
      expect(await claim(1)).toEqual(['claimed']);
      expect(await claim(1)).toEqual(['stale']);
      expect(await claim(3)).toEqual(['stale']);
      expect(await ledger.claim(feed, [claimOf(row, 2), claimOf(row, 2), claimOf(row, 3)])).toEqual([
        'claimed',
        'stale',
        'claimed',
      ]);
      expect(await state()).toMatchObject({ attempts: 3, open: { attempt: 3 } });
      expect(await counted()).toMatchObject({ accepted: 0, unknown: 3, uncertain: 3 });
    });

    it('answers a claim that is repeated with its token as before, until somebody has gone on', async () => {
      const mine = { token: 'forwarder-a/17' };
      expect(await claim(1, mine)).toEqual(['claimed']);
      expect(await another().claim(feed, [claimOf(row, 1, mine)])).toEqual(['claimed']);
      expect(await claim(1, { token: 'forwarder-b/17' })).toEqual(['stale']);
      expect(await counted()).toMatchObject({ unknown: 1 });
      expect(await claim(2)).toEqual(['claimed']);
      expect(await claim(1, mine)).toEqual(['stale']);
      await settle(2);
      expect(await claim(2, mine)).toEqual(['stale']);
    });

    it('keeps an attempt that another took over uncertain, for its own webhook', async () => {
      await claim(1);
      now += 2 * MINUTE;
      await claim(2, { webhook: 'second' });
      await settle(2, { webhook: 'second' });
      expect(await state()).toEqual({
        attempts: 2,
        accepted: 2,
        open: { attempt: 1, webhook: 'main', at: NOON },
        calledBack: false,
      });
      expect(await counted()).toEqual({ accepted: 0, unknown: 1, rows: 1, acceptedAgain: 0, uncertain: 1 });
      expect(await counted('second')).toMatchObject({ accepted: 1, unknown: 0 });
      await callBack();
      expect(await counted()).toMatchObject({ accepted: 0, unknown: 1, rows: 1 });
    });

    it('turns an uncertain attempt into an accepted one when its answer comes late', async () => {
      await claim(1);
      now += 2 * MINUTE;
      await claim(2);
      expect(await counted()).toMatchObject({ accepted: 0, unknown: 2 });
      await settle(1);
      expect(await state()).toMatchObject({ attempts: 2, accepted: 1, open: { attempt: 2 } });
      expect(await counted()).toEqual({ accepted: 1, unknown: 1, rows: 1, acceptedAgain: 0, uncertain: 1 });
      await settle(2);
      expect(await counted()).toEqual({ accepted: 2, unknown: 0, rows: 1, acceptedAgain: 1, uncertain: 0 });
      expect((await fold()).windows).toMatchObject([{ start: NOON, submitted: 1 }]);
    });

    it('takes an uncertain attempt away when it turns out refused', async () => {
      await claim(1);
      await claim(2);
      await refuse(1);
      expect(await state()).toMatchObject({ attempts: 2, open: { attempt: 2 } });
      expect(await counted()).toMatchObject({ unknown: 1 });
      await refuse(2);
      expect(await state()).toEqual(NEVER_SENT);
      await claim(1);
      await claim(2);
      await refuse(2);
      expect(await state()).toMatchObject({ attempts: 1, open: { attempt: 1 } });
    });

    it('counts a row that is sent again at each webhook, and once as a row', async () => {
      await claim(1);
      await settle(1);
      now += 3 * HOUR;
      await claim(2, { webhook: 'second' });
      await settle(2, { webhook: 'second' });
      await claim(3, { webhook: 'second' });
      await settle(3, { webhook: 'second' });
      expect(await counted('main')).toMatchObject({ accepted: 1, rows: 1, acceptedAgain: 2 });
      expect(await counted('second')).toMatchObject({ accepted: 2, unknown: 0 });
      const snapshot = await fold();
      expect(snapshot.windows).toMatchObject([{ start: NOON, submitted: 1 }]);
      expect(snapshot.hours).toEqual([{ start: NOON, submitted: { main: 1 }, credits: 0 }]);
      expect(snapshot.outstanding).toMatchObject({ total: 1, oldestAt: NOON });
      expect(snapshot.cohort).toMatchObject({ submitted: 1, cameBack: 0 });
      expect(snapshot.lastSubmissionAt).toBe(NOON);
      now += 8 * SECOND;
      await callBack();
      const [, window] = (await fold()).windows;
      // Measured from the last time that it was sent.
      expect(window?.roundTrips.indexOf(1)).toBe(1);
    });

    it('holds a callback to prove the first of several open attempts', async () => {
      await claim(1, { webhook: 'first' });
      now += 2 * MINUTE;
      await claim(2, { webhook: 'second' });
      now += MINUTE;
      await callBack();
      expect(await counted('first')).toEqual({
        accepted: 1,
        unknown: 0,
        rows: 1,
        acceptedAgain: 0,
        uncertain: 1,
      });
      expect(await counted('second')).toMatchObject({ accepted: 0, unknown: 1 });
      expect((await fold()).totals).toMatchObject({ calledBack: 1, unannounced: 0 });
      expect(await state()).toMatchObject({ attempts: 2, accepted: 0, calledBack: true });
      await settle(2, { webhook: 'second' });
      expect(await counted('second')).toMatchObject({ accepted: 1, unknown: 0, rows: 1 });
      expect(await counted('first')).toMatchObject({ accepted: 0, unknown: 1 });
    });

    it('believes an acceptance even if it never heard of the attempt', async () => {
      await settle(3);
      expect(await state()).toEqual({ attempts: 3, accepted: 3, open: null, calledBack: false });
      await refuse(2);
      await settle(2);
      expect(await claim(3)).toEqual(['stale']);
      expect(await claim(4)).toEqual(['claimed']);
      expect(await counted()).toEqual({ accepted: 2, unknown: 1, rows: 1, acceptedAgain: 1, uncertain: 1 });
    });

    it('covers by a true count what was claimed before it, whenever that is settled', async () => {
      const [early = '', open = '', late = ''] = issueRowIds(3, clock);
      await ledger.claim(feed, [claimOf(early), claimOf(open)]);
      now += SECOND;
      await ledger.rebase(feed, 'main', { count: 50_000, at: now, why: 'limit-answer' });
      now += SECOND;
      await ledger.settle(feed, [resultOf(early)]);
      await ledger.claim(feed, [claimOf(late)]);
      const band = async () => {
        const [found] = (await fold()).webhooks;
        const { accepted = 0, unknown = 0, rebase } = found ?? {};
        const low = (rebase?.count ?? 0) + accepted - (rebase?.acceptedThen ?? 0);
        return [low, low + unknown];
      };
      expect(await band()).toEqual([50_000, 50_001]);
      await ledger.settle(feed, [resultOf(late)]);
      expect(await band()).toEqual([50_001, 50_001]);
      await ledger.claim(feed, [claimOf(early, 2)]);
      await ledger.settle(feed, [resultOf(early, 2)]);
      expect(await band()).toEqual([50_002, 50_002]);
      expect((await fold()).resent).toEqual({ acceptedAgain: 1, uncertain: 1 });
    });

    it('counts what was reported from outside only while no forwarder saw the row accepted', async () => {
      const [reported = '', sent = '', unknown = ''] = issueRowIds(3, clock);
      await submit(reported);
      await ledger.claim(feed, [claimOf(reported)]);
      expect(await counted()).toMatchObject({ accepted: 1, unknown: 1, rows: 1, acceptedAgain: 0 });
      await ledger.settle(feed, [resultOf(reported)]);
      expect(await counted()).toMatchObject({ accepted: 1, unknown: 0, rows: 1, acceptedAgain: 0 });
      expect(await submit(reported)).toEqual(['duplicate']);
      await ledger.claim(feed, [claimOf(sent)]);
      await ledger.settle(feed, [resultOf(sent)]);
      expect(await submit(sent, { webhook: 'second' })).toEqual(['duplicate']);
      expect(await submit(sent, { webhook: 'second', outcome: 'unknown' })).toEqual(['duplicate']);
      expect(await submit(unknown, { webhook: 'second', outcome: 'unknown' })).toEqual(['recorded']);
      expect(await counted('second')).toMatchObject({ accepted: 0, unknown: 1, rows: 2 });
      await ledger.claim(feed, [claimOf(unknown)]);
      await ledger.settle(feed, [resultOf(unknown)]);
      expect(await counted('second')).toMatchObject({ accepted: 0, unknown: 0, rows: 3 });
      expect(await ledger.sends(feed, [reported, unknown])).toMatchObject([{ accepted: 1 }, { accepted: 1 }]);
    });

    it('takes rows by any id, and says of many at once how each was sent, in their order', async () => {
      const ids = [...issueRowIds(45, clock), 'row-1', 'row-2', 'a b"c\\{}'];
      const claimed = ids.filter((_, index) => index % 3 !== 0);
      expect(
        await ledger.claim(
          feed,
          claimed.map((id) => claimOf(id)),
        ),
      ).toEqual(claimed.map(() => 'claimed'));
      const accepted = claimed.filter((_, index) => index % 2 === 0);
      await ledger.settle(
        feed,
        accepted.map((id) => resultOf(id)),
      );
      const reader = another();
      const read = await reader.sends(feed, [...ids, ...ids.toReversed()]);
      expect(read).toHaveLength(2 * ids.length);
      for (const [index, id] of [...ids, ...ids.toReversed()].entries())
        expect([read[index]?.attempts, read[index]?.accepted]).toEqual([
          claimed.includes(id) ? 1 : 0,
          accepted.includes(id) ? 1 : 0,
        ]);
      expect(await counted()).toMatchObject({
        accepted: accepted.length,
        unknown: claimed.length - accepted.length,
        rows: accepted.length,
      });
    });

    it('settles what another process claimed', async () => {
      const ids = issueRowIds(30, clock);
      await ledger.claim(
        feed,
        ids.map((id) => claimOf(id)),
      );
      now += SECOND;
      await another().settle(
        feed,
        ids.map((id, index) => resultOf(id, 1, { outcome: index % 2 === 0 ? 'accepted' : 'refused' })),
      );
      expect(await counted()).toEqual({ accepted: 15, unknown: 0, rows: 15, acceptedAgain: 0, uncertain: 0 });
      // This process has not heard of it.
      const odd = ids.filter((_, index) => index % 2 === 1);
      expect(
        await ledger.claim(
          feed,
          odd.map((id) => claimOf(id)),
        ),
      ).toEqual(odd.map(() => 'claimed'));
      expect(await counted()).toMatchObject({ accepted: 15, unknown: 15 });
    });

    it('counts attempts at rows of days ago, and what becomes of them', async () => {
      await claim(1);
      await settle(1);
      await fold();
      now += 3 * DAY;
      await fold();
      await fold();
      await claim(2);
      expect(await counted()).toEqual({ accepted: 1, unknown: 1, rows: 1, acceptedAgain: 0, uncertain: 1 });
      now += MINUTE;
      await refuse(2);
      expect(await counted()).toEqual({ accepted: 1, unknown: 0, rows: 1, acceptedAgain: 0, uncertain: 0 });
      now += HOUR;
      await claim(2, { webhook: 'second' });
      await fold();
      now += HOUR;
      await settle(2, { webhook: 'second' });
      expect(await counted('second')).toMatchObject({ accepted: 1, unknown: 0, rows: 1, acceptedAgain: 1 });
    });

    it('keeps what was counted after rows are forgotten, and lets them be sent no more', async () => {
      ledger = ledgerOf({ clock, retainDays: 2 });
      const [again = '', open = ''] = issueRowIds(2, clock);
      for (const attempt of [1, 2]) {
        await ledger.claim(feed, [claimOf(again, attempt)]);
        await ledger.settle(feed, [resultOf(again, attempt)]);
      }
      await ledger.claim(feed, [claimOf(open)]);
      for (let day = 0; day < 6; day += 1) {
        await fold();
        now += DAY;
      }
      await fold();
      now += MINUTE;
      expect(await counted()).toEqual({ accepted: 2, unknown: 1, rows: 1, acceptedAgain: 1, uncertain: 1 });
      expect(await ledger.sends(feed, [again])).toEqual([NEVER_SENT]);
      expect(await ledger.claim(feed, [claimOf(again)])).toEqual(['stale']);
      await ledger.settle(feed, [resultOf(open)]);
      expect(await counted()).toMatchObject({ accepted: 2, unknown: 1 });
      expect(await allOutstanding(NOON - HOUR, NOON + HOUR)).toEqual([]);
    });

    it('lists accepted rows that did not come back, oldest first, page by page', async () => {
      const batches: (readonly string[])[] = [];
      for (let batch = 0; batch < 4; batch += 1) {
        const ids = issueRowIds(7, clock);
        batches.push(ids);
        await ledger.claim(
          feed,
          ids.map((id) => claimOf(id)),
        );
        await ledger.settle(
          feed,
          ids.slice(0, 6).map((id) => resultOf(id, 1, { outcome: id === ids[5] ? 'refused' : 'accepted' })),
        );
        await callBack(ids[0]);
        now += 25 * MINUTE;
      }
      const [first = '', second = ''] = batches[1]?.slice(1) ?? [];
      await ledger.claim(feed, [claimOf(first, 2, { webhook: 'second' }), claimOf(second, 2)]);
      await ledger.settle(feed, [resultOf(first, 2, { webhook: 'second' })]);
      await submit('row-1');
      await ledger.claim(feed, [claimOf('row-2')]);
      await ledger.settle(feed, [resultOf('row-2')]);
      const expected = batches.flatMap((ids, batch) =>
        ids.slice(1, 5).map((rowId): OutstandingRow => {
          const at = NOON + batch * 25 * MINUTE;
          if (rowId === first)
            return { rowId, webhook: 'second', acceptedAt: now, accepted: 2, uncertain: false };
          return { rowId, webhook: 'main', acceptedAt: at, accepted: 1, uncertain: rowId === second };
        }),
      );
      expect(await allOutstanding(NOON, now, 3)).toEqual(expected);
      expect(await allOutstanding(NOON - DAY, Number.POSITIVE_INFINITY, 100)).toEqual(expected);
      expect(await allOutstanding(NOON + 25 * MINUTE, NOON + 50 * MINUTE)).toEqual(expected.slice(4, 8));
      expect(await allOutstanding(NOON + 1, NOON + 25 * MINUTE)).toEqual([]);
    });

    it('says how often the same entities were sent within the hour', async () => {
      const ids = issueRowIds(6, clock);
      const entered = ['a', 'b', 'a', 'c', 'a', 'b'];
      await ledger.claim(
        feed,
        ids.map((id, index) => claimOf(id, 1, { entity: `hash-of-${entered[index]}` })),
      );
      await ledger.settle(
        feed,
        ids.slice(3).map((id) => resultOf(id)),
      );
      expect((await fold()).repeats).toEqual([3, 2, 1]);
    });

    it('keeps feeds apart', async () => {
      await claim();
      await settle();
      const other = `${feed}-other`;
      expect(await ledger.sends(other, [row])).toEqual([NEVER_SENT]);
      expect((await ledger.fold(other, now)).webhooks).toEqual([]);
      expect((await ledger.outstanding(other, { from: NOON, to: now + 1, limit: 5 })).rows).toEqual([]);
    });
  });
};
