import { type DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Item } from '../../../../shared/aws/dynamodb/document.ts';
import { bucketKey, slicePartition } from '../../../../shared/aws/dynamodb/rows/keys.ts';
import { createDynamoRowsLedger } from '../../../../shared/aws/dynamodb/rows/ledger.ts';
import type { Consumed } from '../../../../shared/aws/dynamodb/rows/table-calls.ts';
import type { SendClaim, SendResult } from '../../../../shared/relay/sends.ts';
import { bucketOf } from '../../../../shared/rows/bucket.ts';
import { issueRowIds, placeInId } from '../../../../shared/rows/row-id.ts';
import { snapshotOf } from '../../../../shared/rows/snapshot-of.ts';
import { applyFold, emptyState } from '../../../../shared/rows/state.ts';
import { type LocalTable, startDynalite } from '../../../contract/local-table.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 3, 12);

let table: LocalTable;
beforeAll(async () => {
  table = await startDynalite('claywatch-test');
});
afterAll(() => table.close());

let now = NOON;
const clock = { now: () => now };
let tests = 0;
let feed = '';
beforeEach(() => {
  now = NOON;
  tests += 1;
  feed = `sends-${tests}`;
});

/** The table's client with something between, and a ledger on it. */
const ledgerThrough = (between: (command: unknown, send: () => Promise<unknown>) => Promise<unknown>) => {
  const send = (command: never) =>
    between(command, () => table.client.send(command) as unknown as Promise<unknown>);
  const client = { send } as unknown as DynamoDBClient;
  return createDynamoRowsLedger({ client, tableName: table.tableName, clock, retainDays: 35 });
};
const metered = () => {
  const used: Consumed[] = [];
  const ledger = createDynamoRowsLedger({
    ...table,
    clock,
    retainDays: 35,
    onConsumed: (each) => used.push(each),
  });
  const during = async (work: () => Promise<unknown>) => {
    used.length = 0;
    await work();
    return used.map(({ operation, writeUnits, readUnits }) => [operation, writeUnits + readUnits]);
  };
  return { ledger, during };
};
const ledger = () => createDynamoRowsLedger({ ...table, clock, retainDays: 35 });
const claimOf = (rowId: string, attempt = 1, over: Partial<SendClaim> = {}): SendClaim => ({
  rowId,
  webhook: 'leads-1',
  at: now,
  attempt,
  ...over,
});
const resultOf = (rowId: string, attempt = 1, over: Partial<SendResult> = {}): SendResult => ({
  rowId,
  webhook: 'leads-1',
  attempt,
  at: now,
  outcome: 'accepted',
  ...over,
});
const accept = (ids: readonly string[], attempt = 1) =>
  ledger().settle(
    feed,
    ids.map((id) => resultOf(id, attempt)),
  );
const claim = (ids: readonly string[], attempt = 1) =>
  ledger().claim(
    feed,
    ids.map((id) => claimOf(id, attempt)),
  );

const bucketsOf = async (rowId: string): Promise<readonly Item[]> => {
  const place = placeInId(rowId);
  if (!place) return [];
  const { slice, shard } = bucketOf(place);
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: 'pk = :slice',
      ExpressionAttributeValues: { ':slice': { S: slicePartition(feed, slice, shard) } },
    }),
  );
  return Items;
};
const sizeOf = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, { S, N }]) => sum + name.length + (S?.length ?? 0) + (N ? Math.ceil(N.length / 2) + 1 : 0),
    0,
  );

describe('what sending a row costs', () => {
  it('is one write to claim and one to settle, for all rows of a bucket', async () => {
    const { ledger: forwarder, during } = metered();
    await forwarder.claim(
      feed,
      issueRowIds(1, clock).map((id) => claimOf(id)),
    );
    for (const rows of [1, 10, 20]) {
      const ids = issueRowIds(rows, clock);
      expect(await during(() => forwarder.sends(feed, ids))).toEqual([['get', 1]]);
      expect(
        await during(() =>
          forwarder.claim(
            feed,
            ids.map((id) => claimOf(id)),
          ),
        ),
      ).toEqual([['update', 1]]);
      now += SECOND;
      expect(
        await during(() =>
          forwarder.settle(
            feed,
            ids.map((id) => resultOf(id)),
          ),
        ),
      ).toEqual([['update', 1]]);
    }
  });

  it('is no more when rows of a bucket are sent one by one', async () => {
    const { ledger: forwarder, during } = metered();
    const ids = issueRowIds(20, clock);
    await forwarder.claim(feed, [claimOf(ids[0] ?? '')]);
    for (const id of ids.slice(1)) {
      await forwarder.sends(feed, [id]);
      expect(await during(() => forwarder.claim(feed, [claimOf(id)]))).toEqual([['update', 1]]);
      expect(await during(() => forwarder.settle(feed, [resultOf(id)]))).toEqual([['update', 1]]);
    }
  });

  it('is a read more when another process settles', async () => {
    const ids = issueRowIds(20, clock);
    await claim(ids);
    const { ledger: other, during } = metered();
    await other.claim(
      feed,
      issueRowIds(1, clock).map((id) => claimOf(id)),
    );
    expect(
      await during(() =>
        other.settle(
          feed,
          ids.map((id) => resultOf(id)),
        ),
      ),
    ).toEqual([
      ['get', 1],
      ['update', 1],
    ]);
  });
});

describe('a bucket whose rows are sent', () => {
  it('holds no claim that was settled', async () => {
    const ids = issueRowIds(20, clock);
    await claim(ids);
    const [claimed = {}] = await bucketsOf(ids[0] ?? '');
    expect(Object.keys(claimed).filter((name) => /^a.$/.test(name))).toHaveLength(20);
    expect(sizeOf(claimed)).toBeLessThanOrEqual(1_024);
    await ledger().settle(
      feed,
      ids.map((id, index) => resultOf(id, 1, { outcome: index < 12 ? 'accepted' : 'refused' })),
    );
    const [settled = {}] = await bucketsOf(ids[0] ?? '');
    expect(Object.keys(settled).filter((name) => /^[ar].$/.test(name))).toEqual([]);
    expect(Object.keys(settled).filter((name) => /^s[0-9a-j]$/.test(name))).toHaveLength(12);
  });

  it('stays within one write unit when full: queued for an hour, sent, some again, and called back', async () => {
    const ids = issueRowIds(20, clock);
    now += HOUR;
    await ledger().claim(
      feed,
      ids.map((id, index) => claimOf(id, 1, { entity: `${index}`.padStart(24, 'f0e1d2') })),
    );
    await accept(ids.slice(2));
    now += 7 * MINUTE;
    await claim(ids.slice(0, 2), 2);
    await accept(ids.slice(0, 2), 2);
    for (const [index, rowId] of ids.entries())
      await ledger().recordCallbacks(feed, [
        {
          rowId,
          at: now,
          result: 'hit',
          status: ['SUCCESS', 'SUCCESS_NO_DATA', 'rate-limited'][index % 3] ?? '',
          provider: ['clearbit', 'apollo', 'hunter'][index % 3] ?? '',
          column: ['Work e-mail', 'Mobile number'][index % 2] ?? '',
          crm: 'ok',
          credits: 14.5,
          actions: 1,
        },
      ]);
    const [bucket = {}] = await bucketsOf(ids[0] ?? '');
    expect(sizeOf(bucket)).toBeLessThanOrEqual(1_024);
  });

  it('keeps every attempt of a row that is sent again and again', async () => {
    const [id = ''] = issueRowIds(1, clock);
    for (let attempt = 1; attempt <= 60; attempt += 1) {
      await ledger().claim(feed, [claimOf(id, attempt, { webhook: `leads-${attempt % 3}` })]);
      if (attempt % 2 === 0)
        await ledger().settle(feed, [resultOf(id, attempt, { webhook: `leads-${attempt % 3}` })]);
    }
    const { webhooks, totals, resent } = await ledger().fold(feed, now);
    expect(webhooks.map(({ accepted, unknown }) => accepted + unknown)).toEqual([20, 20, 20]);
    expect(totals.submitted).toBe(1);
    expect(resent).toEqual({ acceptedAgain: 29, uncertain: 30 });
  });
});

describe('a claim whose answer gets lost', () => {
  it('is repeated by the SDK, and is still the claim of who made it', async () => {
    const twice = ledgerThrough(async (command, send) => {
      if (command instanceof UpdateItemCommand && command.input.ConditionExpression?.includes('#n'))
        await send();
      return send();
    });
    const ids = issueRowIds(5, clock);
    const claims = ids.map((id) => claimOf(id));
    expect(await twice.claim(feed, claims)).toEqual(ids.map(() => 'claimed'));
    expect(await twice.claim(feed, claims)).toEqual(ids.map(() => 'stale'));
    await twice.settle(
      feed,
      ids.map((id) => resultOf(id)),
    );
    expect((await ledger().fold(feed, now)).webhooks).toEqual([
      { webhook: 'leads-1', accepted: 5, unknown: 0 },
    ]);
  });
});

describe('what a process believes of a bucket', () => {
  it('is found out to be old, whatever it is about to say', async () => {
    const [mine = '', theirs = ''] = issueRowIds(2, clock);
    const old = ledger();
    await old.claim(feed, [claimOf(mine), claimOf(theirs)]);
    const other = ledger();
    await other.settle(feed, [resultOf(theirs, 1, { outcome: 'refused' })]);
    await other.claim(feed, [claimOf(theirs, 1, { webhook: 'leads-2' })]);
    await old.settle(feed, [resultOf(mine), resultOf(theirs, 1, { webhook: 'leads-2', outcome: 'refused' })]);
    expect(await ledger().sends(feed, [mine, theirs])).toMatchObject([
      { attempts: 1, accepted: 1 },
      { attempts: 0, open: null },
    ]);
    expect(await old.claim(feed, [claimOf(theirs)])).toEqual(['claimed']);
  });
});

describe('a fold that is overtaken', () => {
  it.each([
    ['the hour', (pk = '') => pk.startsWith(`rows#${feed}#d`)],
    ['the state', (_: string | undefined, sk = '') => sk === 'state'],
  ])('before it writes %s leaves no attempt that was refused meanwhile', async (_, isIn) => {
    const ids = issueRowIds(3, clock);
    await claim(ids);
    await ledger().recordCallbacks(feed, [{ rowId: 'row-1', at: now, result: 'hit', status: 'SUCCESS' }]);
    const none = { acceptedAgain: 0, uncertain: 0 };
    let isOvertaken = false;
    const slow = ledgerThrough(async (command, send) => {
      const { pk, sk } = (command instanceof UpdateItemCommand && command.input.Key) || {};
      if (isIn(pk?.S, sk?.S) && !isOvertaken) {
        isOvertaken = true;
        now += SECOND;
        await ledger().settle(
          feed,
          ids.map((id) => resultOf(id, 1, { outcome: 'refused' })),
        );
        expect((await ledger().fold(feed, now)).resent).toEqual(none);
      }
      return send();
    });
    await slow.fold(feed, now);
    expect(isOvertaken).toBe(true);
    expect((await ledger().snapshot(feed))?.resent).toEqual(none);
  });
});

describe('attempts at rows that are no longer young', () => {
  it('are named to the fold before they are written', async () => {
    const ids = issueRowIds(3, clock);
    await claim(ids);
    await accept(ids);
    await ledger().fold(feed, now);
    now += 5 * HOUR;
    await ledger().fold(feed, now);
    const order: string[] = [];
    const watched = ledgerThrough(async (command, send) => {
      if (command instanceof UpdateItemCommand)
        order.push(command.input.Key?.pk?.S === `rows#${feed}#touched` ? 'name' : 'write');
      return send();
    });
    await watched.claim(feed, [claimOf(ids[0] ?? '', 2)]);
    await watched.settle(feed, [resultOf(ids[0] ?? '', 2)]);
    expect(order).toEqual(['name', 'write', 'write']);
    expect((await ledger().fold(feed, now)).resent).toEqual({ acceptedAgain: 1, uncertain: 0 });
  });
});

describe('a state that an earlier version stored', () => {
  it('is read as one in which nothing was sent again', () => {
    const state = applyFold(
      emptyState(NOON),
      {
        now: NOON,
        days: new Map(),
        settledBefore: 0,
        isComplete: true,
        refused: {},
        repeats: [],
      },
      35,
    );
    expect(snapshotOf('leads', state, { retainDays: 35, matureAfterMinutes: 60 }).resent).toEqual({
      acceptedAgain: 0,
      uncertain: 0,
    });
  });

  it('has rows whose submissions are reports, which go on to count', async () => {
    const [id = ''] = issueRowIds(1, clock);
    const place = placeInId(id);
    if (!place) throw new Error('not issued');
    await table.client.send(
      new UpdateItemCommand({
        TableName: table.tableName,
        Key: bucketKey(feed, bucketOf(place)),
        UpdateExpression: 'SET s0 = :s, dAB = :w',
        ExpressionAttributeValues: { ':s': { S: 'AB2s' }, ':w': { S: 'leads-1' } },
      }),
    );
    expect((await ledger().fold(feed, now)).webhooks).toEqual([
      { webhook: 'leads-1', accepted: 1, unknown: 0 },
    ]);
    expect(await ledger().sends(feed, [id])).toMatchObject([{ attempts: 0, accepted: 0 }]);
    expect((await ledger().outstanding(feed, { from: NOON - DAY, to: now + 1, limit: 9 })).rows).toEqual([]);
  });
});
