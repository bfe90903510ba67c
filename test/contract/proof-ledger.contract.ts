import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ProofLedger, type ProofRecord, undeliveredAge } from '../../shared/notify/proof.ts';

const AT = Date.UTC(2026, 10, 3, 12);
const MINUTE = 60_000;

/** The contract of `ProofLedger`. Real tables are not emptied between tests, so each uses incidents of its own. */
export const proofLedgerContract = (name: string, ledgerOf: () => ProofLedger): void => {
  describe(`proof ledger, ${name}`, () => {
    let ledger: ProofLedger;
    let incidentId: string;
    let tests = 0;
    beforeEach(() => {
      ledger = ledgerOf();
      tests += 1;
      incidentId = `inc-20261103-${String(tests).padStart(8, '0')}`;
    });

    const idOf = (version = 1, transition = 'triggered') => `${incidentId}:${version}:${transition}`;
    const owe = (channel = 'sns', owedAt = AT, version = 1) =>
      ledger.owe([
        { notificationId: idOf(version), incidentId, transition: 'triggered', channel, owedAt } as const,
      ]);
    const mine = async (before = AT + MINUTE, limit = 1_000) =>
      (await ledger.undelivered(before, limit)).filter((row) => row.incidentId === incidentId);
    const only = async () => {
      const [row, ...others] = await ledger.ofIncident(incidentId);
      expect(others).toEqual([]);
      return row;
    };

    it('holds nothing of an incident that never owed anything', async () => {
      expect(await ledger.ofIncident(incidentId)).toEqual([]);
      expect(await mine()).toEqual([]);
    });

    it('owes a row once, and gives it back whole', async () => {
      await owe();
      await owe('sns', AT + MINUTE);
      expect(await only()).toStrictEqual({
        notificationId: idOf(),
        incidentId,
        transition: 'triggered',
        channel: 'sns',
        status: 'owed',
        owedAt: AT,
        triedAt: null,
        attempts: 0,
        deliveredAt: null,
        receipt: null,
        lastError: null,
        fellBackTo: null,
      });
      await ledger.owe([]);
    });

    it('records each attempt, and the one that arrived', async () => {
      await owe();
      expect(
        await ledger.record(idOf(), 'sns', { status: 'owed', at: AT + 1, error: 'SNS answered 503' }),
      ).toBe('recorded');
      expect(await only()).toMatchObject({
        status: 'owed',
        attempts: 1,
        triedAt: AT + 1,
        lastError: 'SNS answered 503',
      });
      expect(
        await ledger.record(idOf(), 'sns', { status: 'delivered', at: AT + 2, receipt: 'message-1' }),
      ).toBe('recorded');
      expect(await only()).toStrictEqual({
        notificationId: idOf(),
        incidentId,
        transition: 'triggered',
        channel: 'sns',
        status: 'delivered',
        owedAt: AT,
        triedAt: AT + 2,
        attempts: 2,
        deliveredAt: AT + 2,
        receipt: 'message-1',
        lastError: 'SNS answered 503',
        fellBackTo: null,
      });
      expect(await mine()).toEqual([]);
    });

    it('keeps the first receipt: what is delivered stays as it is', async () => {
      await owe();
      await ledger.record(idOf(), 'sns', { status: 'delivered', at: AT + 1, receipt: 'first' });
      const before = await only();
      const later: readonly ProofRecord[] = [
        { status: 'delivered', at: AT + 2, receipt: 'second' },
        { status: 'owed', at: AT + 2, error: 'late' },
        { status: 'refused', at: AT + 2, error: 'late' },
        { status: 'fallen-back', at: AT + 2, to: 'sns' },
        { status: 'superseded', at: AT + 2 },
      ];
      for (const what of later) expect(await ledger.record(idOf(), 'sns', what)).toBe('already');
      await owe();
      expect(await only()).toStrictEqual(before);
    });

    it('lists what is owed since long, and what was refused and not made up for, oldest first', async () => {
      await owe('slack', AT, 1);
      await owe('pagerduty', AT + 2 * MINUTE, 2);
      await owe('bus', AT - MINUTE, 3);
      await ledger.record(idOf(2), 'pagerduty', { status: 'refused', at: AT + 3 * MINUTE, error: '400' });
      expect((await mine(AT + 1)).map(({ channel, status }) => [channel, status])).toEqual([
        ['bus', 'owed'],
        ['slack', 'owed'],
        ['pagerduty', 'refused'],
      ]);
      expect((await mine(AT)).map(({ channel }) => channel)).toEqual(['bus', 'pagerduty']);
      await ledger.record(idOf(2), 'pagerduty', { status: 'fallen-back', at: AT + 4 * MINUTE, to: 'sns' });
      await ledger.record(idOf(3), 'bus', { status: 'superseded', at: AT + 4 * MINUTE });
      expect((await mine(AT + 1)).map(({ channel }) => channel)).toEqual(['slack']);
      const rows = await ledger.ofIncident(incidentId);
      expect(rows.map(({ channel, fellBackTo }) => [channel, fellBackTo])).toEqual([
        ['bus', null],
        ['slack', null],
        ['pagerduty', 'sns'],
      ]);
      await ledger.record(idOf(1), 'slack', { status: 'superseded', at: AT });
    });

    it('gives at most as many as are asked for', async () => {
      const early = AT - 1_000 * MINUTE;
      for (let version = 1; version <= 3; version += 1) await owe('slack', early + version, version);
      expect((await ledger.undelivered(early + 1_000, 2)).map(({ owedAt }) => owedAt)).toEqual([
        early + 1,
        early + 2,
      ]);
      expect(await ledger.undelivered(early + 1_000, 0)).toEqual([]);
      for (let version = 1; version <= 3; version += 1)
        await ledger.record(idOf(version), 'slack', { status: 'superseded', at: AT });
    });

    it('says how old the oldest is', async () => {
      const early = AT - 2_000 * MINUTE;
      await owe('slack', early);
      expect(await undeliveredAge(ledger, early + 90_000)).toEqual({
        ageMs: 90_000,
        channel: 'slack',
        incidentId,
      });
      await ledger.record(idOf(), 'slack', { status: 'delivered', at: early + 1, receipt: 'r' });
      expect(await undeliveredAge(ledger, early + 90_000)).toMatchObject({ ageMs: null });
    });

    it('delivers late what fell back, was refused or superseded: it did arrive', async () => {
      const before: readonly ProofRecord[] = [
        { status: 'refused', at: AT, error: 'no' },
        { status: 'fallen-back', at: AT, to: 'sns' },
        { status: 'superseded', at: AT },
      ];
      for (const [index, what] of before.entries()) {
        await owe('slack', AT, index + 1);
        await ledger.record(idOf(index + 1), 'slack', what);
        expect(
          await ledger.record(idOf(index + 1), 'slack', { status: 'delivered', at: AT + 1, receipt: 'r' }),
        ).toBe('recorded');
      }
      expect((await ledger.ofIncident(incidentId)).map(({ status }) => status)).toEqual([
        'delivered',
        'delivered',
        'delivered',
      ]);
      expect(await mine()).toEqual([]);
    });

    it('makes a row that nobody owed, so that no proof is lost', async () => {
      expect(
        await ledger.record(idOf(7, 'resolved'), 'slack', { status: 'delivered', at: AT, receipt: 'r' }),
      ).toBe('recorded');
      expect(await only()).toMatchObject({
        incidentId,
        transition: 'resolved',
        channel: 'slack',
        status: 'delivered',
        owedAt: AT,
        attempts: 1,
      });
      await ledger.record(idOf(8), 'slack', { status: 'owed', at: AT, error: 'x' });
      expect(await mine()).toHaveLength(1);
      await ledger.record(idOf(8), 'slack', { status: 'superseded', at: AT });
      await expect(ledger.record('not an id', 'slack', { status: 'superseded', at: AT })).rejects.toThrow(
        RangeError,
      );
    });

    it('counts every attempt of several at once, and records one receipt of ten that race', async () => {
      await owe();
      await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          ledger.record(idOf(), 'sns', { status: 'owed', at: AT + index, error: 'x' }),
        ),
      );
      expect(await only()).toMatchObject({ attempts: 5 });
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          ledger.record(idOf(), 'sns', { status: 'delivered', at: AT + 10, receipt: `receipt-${index}` }),
        ),
      );
      expect(results.filter((result) => result === 'recorded')).toHaveLength(1);
      expect(await only()).toMatchObject({ receipt: `receipt-${results.indexOf('recorded')}` });
    });

    it('goes forward only, whatever is recorded in whatever order', async () => {
      const record: fc.Arbitrary<ProofRecord> = fc.oneof(
        fc.constant({ status: 'delivered', at: AT, receipt: 'r' } as const),
        fc.constant({ status: 'refused', at: AT, error: 'e' } as const),
        fc.constant({ status: 'owed', at: AT, error: 'e' } as const),
        fc.constant({ status: 'fallen-back', at: AT, to: 'sns' } as const),
        fc.constant({ status: 'superseded', at: AT } as const),
      );
      const order = ['owed', 'refused', 'fallen-back', 'superseded', 'delivered'];
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 6 }), async (records) => {
          run += 1;
          let last = 'owed';
          for (const what of records) {
            const outcome = await ledger.record(idOf(1_000 + run), 'slack', what);
            const row = (await ledger.ofIncident(incidentId)).find(
              ({ notificationId }) => notificationId === idOf(1_000 + run),
            );
            const status = row?.status ?? '';
            if (outcome === 'already') expect(status).toBe(last);
            else expect(status).toBe(what.status);
            expect(order.indexOf(status)).toBeGreaterThanOrEqual(order.indexOf(last));
            last = status;
          }
          await ledger.record(idOf(1_000 + run), 'slack', { status: 'superseded', at: AT });
        }),
        { numRuns: 20 },
      );
    });
  });
};
