import {
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type ScanCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromDocument, type Item } from '../../../../shared/aws/dynamodb/document.ts';
import { EMPTY_BUCKET, marksFor } from '../../../../shared/aws/dynamodb/rows/bucket-item.ts';
import { fromStoredState } from '../../../../shared/aws/dynamodb/rows/columns.ts';
import { createDynamoRowsLedger } from '../../../../shared/aws/dynamodb/rows/ledger.ts';
import { packState } from '../../../../shared/aws/dynamodb/rows/state-item.ts';
import type { Consumed } from '../../../../shared/aws/dynamodb/rows/table-calls.ts';
import { dayOf } from '../../../../shared/rows/bucket.ts';
import { LedgerThrottled } from '../../../../shared/rows/ledger.ts';
import type { Row } from '../../../../shared/rows/row.ts';
import { createPlaces, issueRowIds, rowIdAt } from '../../../../shared/rows/row-id.ts';
import type { RowsWindow } from '../../../../shared/rows/snapshot.ts';
import { snapshotOf } from '../../../../shared/rows/snapshot-of.ts';
import { emptyState } from '../../../../shared/rows/state.ts';
import { sumOfRows } from '../../../../shared/rows/sum.ts';
import { type LocalTable, startDynalite } from '../../../contract/local-table.ts';
import { rowRecords } from '../../../support/row-records.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 3, 12);

let table: LocalTable;
beforeAll(async () => {
  table = await startDynalite('claywatch-test');
});
afterAll(() => table.close());

type Command = { readonly constructor: { readonly name: string }; readonly input: Record<string, unknown> };
type Send = (command: Command) => Promise<unknown>;

/** The same client with something between: what a network does. */
const through = (between: (command: Command, send: Send) => Promise<unknown>): DynamoDBClient => {
  const send: Send = (command) => table.client.send(command as never) as Promise<unknown>;
  return { send: (command: Command) => between(command, send) } as unknown as DynamoDBClient;
};

let now = NOON;
const clock = { now: () => now };
let tests = 0;
let feed = '';
beforeEach(() => {
  now = NOON;
  tests += 1;
  feed = `seam-${tests}`;
});

const ledgerOn = (client: DynamoDBClient = table.client, over: { readonly retainDays?: number } = {}) =>
  createDynamoRowsLedger({ client, tableName: table.tableName, clock, retainDays: 35, ...over });
const { submission, callback } = rowRecords(clock);

const itemsUnder = async (prefix: string): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page: ScanCommandOutput = await table.client.send(
      new ScanCommand({ TableName: table.tableName, ...(start && { ExclusiveStartKey: start }) }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items.filter(({ pk }) => pk?.S?.startsWith(`rows#${feed}${prefix}`));
};
const sizeOf = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, { S, N, B }]) =>
      sum + name.length + (S?.length ?? 0) + (N ? Math.ceil(N.length / 2) + 1 : 0) + (B?.length ?? 0),
    0,
  );
const remove = async (items: readonly Item[]) => {
  for (const { pk, sk } of items)
    if (pk && sk)
      await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: { pk, sk } }));
};
const isWriteTo = (command: Command, prefix: string): boolean => {
  const key = command.input.Key as { pk: { S: string } } | undefined;
  return command instanceof UpdateItemCommand && (key?.pk.S.startsWith(`rows#${feed}${prefix}`) ?? false);
};

describe('buckets in DynamoDB', () => {
  it('stay within one write unit when full, with as many different words as a busy table has', async () => {
    const ids = issueRowIds(20, clock);
    const entity = (index: number) => `${index}`.padStart(24, 'f0e1d2');
    await ledgerOn().recordSubmissions(
      feed,
      ids.map((id, index) => submission(id, { entity: entity(index) })),
    );
    now += 7 * MINUTE;
    const providers = ['clearbit', 'apollo', 'people-data-labs', 'hunter'];
    const statuses = ['SUCCESS', 'SUCCESS_NO_DATA', 'rate-limited', 'timeout'];
    for (const [index, id] of ids.entries())
      await ledgerOn().recordCallbacks(feed, [
        callback(id, {
          status: statuses[index % 4] ?? '',
          provider: providers[index % 3] ?? '',
          column: ['Work e-mail', 'Mobile number', 'Company domain'][index % 3] ?? '',
          crm: 'ok',
          credits: 14.5,
          actions: 1,
        }),
      ]);
    const buckets = await itemsUnder('#s');
    expect(buckets).toHaveLength(1);
    expect(sizeOf(buckets[0] ?? {})).toBeLessThanOrEqual(1_024);
  });

  /** Three statuses that are stored under the same code when each comes alone. */
  const sharingACode = (): readonly string[] => {
    const byCode = new Map<string, string[]>();
    for (let index = 0; index < 20_000; index += 1) {
      const status = `E${index}`;
      const fact = {
        at: 0,
        result: 'failed',
        crm: '',
        provider: '',
        column: '',
        credits: 0,
        actions: 0,
      } as const;
      const said = { kind: 'back', fact: { ...fact, status } } as const;
      const [code = ''] = marksFor([{ slot: 0, said }], 0, EMPTY_BUCKET).words.keys();
      const known = byCode.get(code) ?? [];
      known.push(status);
      byCode.set(code, known);
      if (known.length === 3) return known;
    }
    return [];
  };

  it.each([
    [
      'one after the other',
      async (calls: readonly (() => Promise<unknown>)[]) => {
        for (const call of calls) await call();
      },
    ],
    ['at once', (calls: readonly (() => Promise<unknown>)[]) => Promise.all(calls.map((call) => call()))],
  ])('tell words apart whose codes are the same, written %s', async (_, inTurn) => {
    const statuses = sharingACode();
    expect(statuses).toHaveLength(3);
    const ids = issueRowIds(6, clock);
    await inTurn(
      ids.map((id, index) => () => {
        const status = statuses[index % 3] ?? '';
        return ledgerOn().recordCallbacks(feed, [callback(id, { result: 'failed', status })]);
      }),
    );
    const [window] = (await ledgerOn().fold(feed, now)).windows;
    expect(window?.failedByStatus).toEqual(Object.fromEntries(statuses.map((status) => [status, 2])));
  });

  it('take whatever one call says of one row, within the limits of an expression', async () => {
    const [id = ''] = issueRowIds(1, clock);
    const told = Array.from({ length: 300 }, (_, index) =>
      submission(id, { outcome: 'unknown', webhook: `webhook-${index}-${'x'.repeat(30)}`, entity: 'e' }),
    );
    const outcomes = await ledgerOn().recordSubmissions(feed, told);
    expect(new Set(outcomes)).toEqual(new Set(['recorded']));
    const { webhooks } = await ledgerOn().fold(feed, now);
    expect(webhooks).toHaveLength(300);
    expect(webhooks.every(({ accepted, unknown }) => accepted === 0 && unknown === 1)).toBe(true);
  });

  it('hold no more than safe words, though anything is sent', async () => {
    const garbage = `#a:b.c\n\u0000"'\\${'ü'.repeat(100)}`;
    const ids = ['plain', ...issueRowIds(2, clock)];
    await ledgerOn().recordSubmissions(
      feed,
      ids.map((id) => submission(id, { webhook: garbage, entity: garbage })),
    );
    await ledgerOn().recordCallbacks(
      feed,
      ids.map((id) =>
        callback(id, { result: 'failed', status: garbage, provider: garbage, column: garbage }),
      ),
    );
    const { windows, webhooks } = await ledgerOn().fold(feed, now);
    const [word = ''] = Object.keys(windows[0]?.byProvider ?? {});
    expect(word).toMatch(/^[\x20-\x7e]{64}$/);
    expect(windows[0]?.byColumn[word]).toMatchObject({ failed: 3 });
    expect(webhooks).toEqual([{ webhook: word, accepted: 3, unknown: 0 }]);
  });

  it('expire, and with them the places of ids; the sums do not', async () => {
    const rows = ['row-1', ...issueRowIds(1, clock)];
    await ledgerOn().recordSubmissions(
      feed,
      rows.map((id) => submission(id)),
    );
    const before = await ledgerOn().fold(feed, now);
    const expiring = [...(await itemsUnder('#s')), ...(await itemsUnder('#id#'))];
    for (const { expiresAt } of expiring) expect(Number(expiresAt?.N) * 1_000).toBe(Date.UTC(2026, 11, 11));
    await remove(expiring);
    expect(await ledgerOn().fold(feed, now)).toEqual(before);
    now += MINUTE;
    expect((await ledgerOn().fold(feed, now)).totals.submitted).toBe(2);
  });
});

describe('a store that takes no more', () => {
  it.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])(
    'is said to be throttled on %s, and the call, repeated, counts each row once',
    async (name) => {
      const ids = [...issueRowIds(60, clock), 'row-1', 'row-2', 'other'];
      let writes = 0;
      const busy = through(async (command, send) => {
        if (command instanceof UpdateItemCommand) writes += 1;
        if (writes >= 3) throw Object.assign(new Error('slow down'), { name });
        return send(command);
      });
      await expect(
        ledgerOn(busy).recordCallbacks(
          feed,
          ids.map((id) => callback(id)),
        ),
      ).rejects.toThrow(LedgerThrottled);
      const outcomes = await ledgerOn().recordCallbacks(
        feed,
        ids.map((id) => callback(id)),
      );
      expect(outcomes).toHaveLength(ids.length);
      expect((await ledgerOn().fold(feed, now)).totals.calledBack).toBe(ids.length);
    },
  );

  it('is told from one that is broken', async () => {
    const broken = through(async () => {
      throw Object.assign(new Error('no such table'), { name: 'ResourceNotFoundException' });
    });
    await expect(ledgerOn(broken).recordCallbacks(feed, [callback('row-1')])).rejects.toThrow(
      'no such table',
    );
    await expect(ledgerOn(broken).recordCallbacks(feed, [callback('row-1')])).rejects.not.toThrow(
      LedgerThrottled,
    );
  });

  it('says what was used, by call', async () => {
    const used: Consumed[] = [];
    const ledger = createDynamoRowsLedger({
      ...table,
      clock,
      retainDays: 35,
      onConsumed: (each) => used.push(each),
    });
    await ledger.recordSubmissions(feed, [submission('row-1')]);
    expect(used.filter(({ writeUnits }) => writeUnits > 0)).toEqual([
      { operation: 'update', readUnits: 0, writeUnits: 1 },
      { operation: 'update', readUnits: 0, writeUnits: 1 },
      { operation: 'update', readUnits: 0, writeUnits: 1 },
    ]);
    used.length = 0;
    await ledger.recordCallbacks(feed, [callback('row-1')]);
    expect(used).toEqual([
      { operation: 'get', readUnits: 0.5, writeUnits: 0 },
      { operation: 'update', readUnits: 0, writeUnits: 1 },
    ]);
  });
});

describe('an answer that gets lost', () => {
  it('is repeated by the SDK, and the row counts once though it is called a duplicate', async () => {
    const twice = through(async (command, send) => {
      if (isWriteTo(command, '#s')) await send(command);
      return send(command);
    });
    const [id = ''] = issueRowIds(1, clock);
    expect(await ledgerOn(twice).recordCallbacks(feed, [callback(id)])).toEqual(['duplicate']);
    expect((await ledgerOn().fold(feed, now)).totals.calledBack).toBe(1);
  });
});

describe('a write to rows that are no longer young', () => {
  const names = () => itemsUnder('#touched');

  it('is named before it is made, once per process, slice and window', async () => {
    const ids = issueRowIds(40, clock);
    await ledgerOn().recordSubmissions(
      feed,
      ids.map((id) => submission(id)),
    );
    await ledgerOn().fold(feed, now);
    now += 2 * HOUR;
    await ledgerOn().fold(feed, now);
    expect(await names()).toEqual([]);
    const order: string[] = [];
    const ledger = ledgerOn(
      through(async (command, send) => {
        if (isWriteTo(command, '#touched')) order.push('name');
        if (isWriteTo(command, '#s')) order.push('write');
        return send(command);
      }),
    );
    for (const id of ids.slice(0, 10)) await ledger.recordCallbacks(feed, [callback(id)]);
    expect(order).toEqual(['name', ...Array(10).fill('write')]);
    expect((await ledgerOn().fold(feed, now)).totals.calledBack).toBe(10);
    // More may be on its way.
    expect(await names()).toHaveLength(1);
    now += 5 * MINUTE;
    await ledger.recordCallbacks(feed, [callback(ids[10] ?? '')]);
    expect(await names()).toHaveLength(2);
    now += 30 * MINUTE;
    expect((await ledgerOn().fold(feed, now)).totals.calledBack).toBe(11);
    expect(await names()).toEqual([]);
  });

  it('is named again when the process stood still between the name and the write', async () => {
    const [id = ''] = issueRowIds(1, clock);
    await ledgerOn().recordSubmissions(feed, [submission(id)]);
    now += 5 * HOUR;
    await ledgerOn().fold(feed, now);
    const standing = through(async (command, send) => {
      if (isWriteTo(command, '#s')) {
        now += 3 * HOUR;
        await ledgerOn().fold(feed, now);
        expect(await names()).toEqual([]);
      }
      return send(command);
    });
    await ledgerOn(standing).recordCallbacks(feed, [callback(id)]);
    expect(await names()).toHaveLength(1);
    expect((await ledgerOn().fold(feed, now)).totals.calledBack).toBe(1);
  });

  it('is found within a day even if its name was lost', async () => {
    const [id = ''] = issueRowIds(1, clock);
    await ledgerOn().recordSubmissions(feed, [submission(id)]);
    now += 3 * HOUR;
    await ledgerOn().fold(feed, now);
    await ledgerOn().recordCallbacks(feed, [callback(id)]);
    await remove(await names());
    for (let minute = 0; minute < 150; minute += 1) {
      now += MINUTE;
      await ledgerOn().fold(feed, now);
    }
    expect((await ledgerOn().snapshot(feed))?.totals.calledBack).toBe(1);
  });

  it('is counted though more slices were written to than one fold reads', async () => {
    const slices = 200;
    const ids = Array.from({ length: slices }, (_, index) => {
      const then = NOON - (index + 12) * 10 * MINUTE;
      return createPlaces({ clock: { now: () => then } })(1).map(rowIdAt)[0] ?? '';
    });
    await ledgerOn().fold(feed, now);
    await ledgerOn().recordCallbacks(
      feed,
      ids.map((id) => callback(id)),
    );
    for (let minute = 0; minute < 3; minute += 1) {
      await ledgerOn().fold(feed, now);
      now += MINUTE;
    }
    expect((await ledgerOn().snapshot(feed))?.totals.calledBack).toBe(slices);
  });
});

describe('what readers read', () => {
  const random = (seed: number) => {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  };

  it('names at most 20 of anything in a window, and stays exact', async () => {
    const rows = Array.from({ length: 120 }, (_, index) =>
      callback(`row-${index}`, {
        result: 'failed',
        status: `E${index % 60}`,
        provider: `p${index % 40}`,
        column: `c${index % 30}`,
        credits: 1.5,
      }),
    );
    await ledgerOn().recordCallbacks(feed, rows);
    const [window] = (await ledgerOn().fold(feed, now)).windows;
    const counts = Object.values(window?.failedByStatus ?? {});
    expect(counts).toHaveLength(21);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(120);
    const providers = Object.values(window?.byProvider ?? {});
    expect(providers).toHaveLength(21);
    expect(providers.reduce((sum, { failed }) => sum + failed, 0)).toBe(120);
    expect(providers.reduce((sum, { credits }) => sum + credits, 0)).toBe(180);
    expect(Object.keys(window?.byColumn ?? {})).toHaveLength(21);
    expect(window?.calledBack).toBe(120);
  });

  it('stays under 100 KB for a feed that sends new words all day', () => {
    const draw = random(11);
    const word = () => Array.from({ length: 60 }, () => Math.floor(draw() * 36).toString(36)).join('');
    const rows = Array.from({ length: 289 * 25 }, (_, index): Row => {
      const what = { provider: word(), column: word(), status: word() };
      const at = NOON - (index % 289) * 5 * MINUTE;
      return {
        unknown: [],
        back: { at, result: 'failed', crm: '', credits: 1_000, actions: 0, ...what },
      };
    });
    const sum = sumOfRows(rows, { now, rebases: {}, revision: 0 });
    const state = { ...emptyState(now), days: { [dayOf(now)]: sum } };
    const packed = packState(state);
    expect(packed.B?.byteLength).toBeGreaterThan(1_000);
    expect(packed.B?.byteLength).toBeLessThan(100_000);
    const stored = fromStoredState(fromDocument({ document: packed }));
    const snapshot = snapshotOf('leads', stored, { retainDays: 35, matureAfterMinutes: 60 });
    const total = (of: (window: RowsWindow) => number) =>
      snapshot.windows.reduce((all, each) => all + of(each), 0);
    expect(total(({ calledBack }) => calledBack)).toBe(rows.length);
    expect(total(({ failedByStatus }) => failedByStatus.other ?? 0)).toBeGreaterThan(0);
    expect(
      total(({ byProvider }) => Object.values(byProvider).reduce((all, { failed }) => all + failed, 0)),
    ).toBe(rows.length);
  });

  it('is stored so that it comes back as it was', () => {
    const rows = Array.from(
      { length: 50 },
      (_, index): Row => ({
        unknown: [],
        submitted: { at: NOON - index * 11 * MINUTE, webhook: `w${index % 3}` },
      }),
    );
    const sum = sumOfRows(rows, { now, rebases: {}, revision: 3 });
    const state = { ...emptyState(now), days: { [dayOf(now)]: sum }, base: sum };
    expect(fromStoredState(fromDocument({ document: packState(state) }))).toEqual(state);
  });

  it('is read with one call, and says what folds that ran at once all found', async () => {
    const ids = Array.from({ length: 90 }, (_, index) => `row-${index}`);
    const folds = Array.from({ length: 6 }, () => ledgerOn());
    await Promise.all([
      ...ids.map((id, index) => ledgerOn().recordCallbacks(feed, [callback(id, { at: now - index * 50 })])),
      ...folds.map((ledger) => ledger.fold(feed, now)),
    ]);
    await Promise.all(folds.map((ledger, index) => ledger.fold(feed, now + index)));
    let calls = 0;
    const counting = through(async (command, send) => {
      calls += 1;
      return send(command);
    });
    expect((await ledgerOn(counting).snapshot(feed))?.totals.calledBack).toBe(90);
    expect(calls).toBe(1);
  });
});

describe('a day that passes', () => {
  it('moves into the base sum once, whatever runs at the same time', async () => {
    const ledger = () => ledgerOn(table.client, { retainDays: 2 });
    await ledger().recordSubmissions(
      feed,
      ['row-1', 'row-2'].map((id) => submission(id)),
    );
    for (let hours = 0; hours < 130; hours += 10) {
      await ledger().fold(feed, now);
      now += 10 * HOUR;
    }
    for (let minute = 0; minute < 4; minute += 1) {
      now += MINUTE;
      await Promise.all([1, 2, 3].map(() => ledger().fold(feed, now)));
    }
    expect((await ledger().snapshot(feed))?.totals.submitted).toBe(2);
    expect(now - NOON).toBeGreaterThan(5 * DAY);
    // Forgotten: the id names another row now.
    expect(await ledger().recordSubmissions(feed, [submission('row-1')])).toEqual(['recorded']);
    expect((await ledger().fold(feed, now)).totals.submitted).toBe(3);
  });
});
