/**
 * What the rows ledger costs and keeps: write units per row, reported and sent, read units per look and per fold,
 * exactness under duplicates, and the state of a feed of ten million rows.
 *
 * Units are those that the store reports (ReturnConsumedCapacity), on DynamoDB Local where Java is, else on the
 * embedded store. Time is virtual; nothing here measures speed.
 *
 * Usage: npm run bench:ledger [-- relay]; with `relay` only what sending rows costs, on the embedded store
 */
import { DeleteItemCommand, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Item } from '../shared/aws/dynamodb/document.ts';
import { createDynamoRowsLedger } from '../shared/aws/dynamodb/rows/ledger.ts';
import { packState } from '../shared/aws/dynamodb/rows/state-item.ts';
import type { Consumed } from '../shared/aws/dynamodb/rows/table-calls.ts';
import { sliceOf } from '../shared/rows/bucket.ts';
import { factOfCallback, factOfSubmission } from '../shared/rows/facts.ts';
import { NEW_ROW, type Row, withFact } from '../shared/rows/row.ts';
import { snapshotOf } from '../shared/rows/snapshot-of.ts';
import { applyFold, emptyState } from '../shared/rows/state.ts';
import { type RowsSum, sumOfRows } from '../shared/rows/sum.ts';
import {
  type LocalTable,
  startDynalite,
  startDynamoDbLocal,
  whyNoDynamoDbLocal,
} from '../test/contract/local-table.ts';
import {
  type BenchClock,
  callbackOf,
  createBenchClock,
  createRandom,
  ID_KINDS,
  type IdKind,
  partsOf,
  shuffled,
  submissionOf,
} from './ledger-rows.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 3, 9);
const RETAIN_DAYS = 35;
/** The promises: write units of one callback alone, and of each in a batch. */
const ONE_BY_ONE = 1.0;
const BATCHED = 0.1;
/** The same of a row that is sent: claimed and settled. */
const SENT_ONE_BY_ONE = 2.0;
const SENT_BATCHED = 0.15;
const ROWS = 500;
const TEN_MILLION = 10_000_000;
/** Ten million rows in the 35 days that rows are remembered. */
const PER_MINUTE = Math.round(TEN_MILLION / (RETAIN_DAYS * 24 * 60));

let failures = 0;
const say = (text = ''): void => console.log(text);
const check = (holds: boolean, what: string): string => {
  if (!holds) {
    failures += 1;
    process.exitCode = 1;
  }
  return holds ? what : `${what}  <- NOT AS PROMISED`;
};
const cells = (values: readonly (string | number)[], widths: readonly number[]): string =>
  values
    .map((value, index) =>
      index === 0 ? String(value).padEnd(widths[index] ?? 0) : String(value).padStart(widths[index] ?? 0),
    )
    .join('  ');
const grouped = (value: number): string => Math.round(value).toLocaleString('en-GB');

/**
 * A ledger that adds up what its calls use. DynamoDB charges a unit for a strongly consistent query that finds nothing;
 * the local ones report none, so it is added here.
 */
const createMeter = (table: LocalTable, clock: BenchClock, retainDays = RETAIN_DAYS) => {
  let read = 0;
  let write = 0;
  const onConsumed = ({ operation, readUnits, writeUnits }: Consumed): void => {
    read += operation === 'query' ? Math.max(1, readUnits) : readUnits;
    write += writeUnits;
  };
  const ledger = createDynamoRowsLedger({ ...table, clock, retainDays, onConsumed });
  /** What `work` used. */
  const used = async (work: () => Promise<unknown>) => {
    const before = { read, write };
    await work();
    return { read: read - before.read, write: write - before.write };
  };
  return { ledger, used };
};

let feeds = 0;

/** Submits rows in batches of 500, calls them back in batches of `size`, a tenth of them twice, and counts. */
const measureRows = async (
  table: LocalTable,
  kind: IdKind,
  size: number,
  { mixed = false, announced = true } = {},
) => {
  const clock = createBenchClock(START);
  const random = createRandom(17);
  const { ledger, used } = createMeter(table, clock);
  feeds += 1;
  const feed = `cost-${feeds}`;
  await ledger.recordRefused(feed, START, 1);
  // The first write of a feed looks for its beginning; that is not what rows cost.
  await ledger.recordCallbacks(feed, [callbackOf('warm-up', START, random)]);
  const take = ID_KINDS[kind](clock);
  const ids = take(ROWS);
  const submitted = await used(async () => {
    for (const part of announced ? partsOf(ids, 500) : [])
      await ledger.recordSubmissions(
        feed,
        part.map((id) => submissionOf(id, clock.now())),
      );
  });
  clock.move(2 * MINUTE);
  const order = mixed ? shuffled(ids, random) : ids;
  const callbacks = order.map((id) => callbackOf(id, clock.now(), random));
  const returned = await used(async () => {
    for (const part of partsOf(callbacks, size)) await ledger.recordCallbacks(feed, part);
  });
  for (const part of partsOf(callbacks.slice(0, ROWS / 10), Math.min(size, 100)))
    await ledger.recordCallbacks(feed, part);
  const { totals } = await ledger.fold(feed, clock.now());
  const submittedRows = announced ? ROWS : 0;
  const isExact =
    totals.submitted === submittedRows &&
    totals.calledBack === ROWS + 1 &&
    totals.unannounced === ROWS + 1 - submittedRows;
  return {
    submittedWrites: submitted.write / ROWS,
    writes: returned.write / ROWS,
    reads: returned.read / ROWS,
    isExact,
  };
};

const costOfRows = async (table: LocalTable): Promise<void> => {
  const widths = [22, 14, 12, 12, 8, 14];
  say(`Write units per callback, ${grouped(ROWS)} rows each, submitted in batches of 500 before`);
  say(cells(['row ids', 'callbacks by', 'write/row', 'read/row', 'exact', 'submit w/row'], widths));
  for (const kind of Object.keys(ID_KINDS) as IdKind[]) {
    for (const size of [1, 25, 100, 500]) {
      const { writes, reads, isExact, submittedWrites } = await measureRows(table, kind, size);
      const limit = size === 1 ? ONE_BY_ONE : BATCHED;
      const line = cells(
        [kind, size, writes.toFixed(3), reads.toFixed(2), isExact ? 'yes' : 'NO', submittedWrites.toFixed(3)],
        widths,
      );
      say(check(isExact && writes <= limit, line));
    }
  }
  say('Beside the promise:');
  const beside = [
    ['issued, shuffled', 'issued by Claywatch', 25, { mixed: true }],
    ['UUIDv4, not announced', 'UUIDv4', 1, { announced: false }],
    ['UUIDv4, not announced', 'UUIDv4', 100, { announced: false }],
  ] as const;
  for (const [what, kind, size, how] of beside) {
    const { writes, reads, isExact } = await measureRows(table, kind, size, how);
    const line = [what, size, writes.toFixed(3), reads.toFixed(2), isExact ? 'yes' : 'NO', ''];
    say(check(isExact, cells(line, widths)));
  }
  say(
    'A batch saves writes as far as its rows went in together. The first report of an id that is not ours,',
  );
  say(
    'submission or callback, costs one write more, by which it is given a place; numbered ids share it by ten.',
  );
};

/** How rows are sent. */
interface Sending {
  readonly what: string;
  /** Rows of one claim. */
  readonly size: number;
  /** Ids that are issued together. */
  readonly issued?: number;
  readonly mixed?: boolean;
  /** Settled by another process than the one that claimed. */
  readonly elsewhere?: boolean;
  /** Milliseconds that rows wait before they are sent. */
  readonly waited?: number;
  readonly promise?: number;
}

const SENDINGS: readonly Sending[] = [
  { what: 'one by one', size: 1, promise: SENT_ONE_BY_ONE },
  { what: 'one by one, as issued', size: 1, issued: 1, promise: SENT_ONE_BY_ONE },
  { what: 'by ten (a receive)', size: 10 },
  { what: 'by twenty', size: 20, promise: SENT_BATCHED },
  { what: 'by a hundred', size: 100, promise: SENT_BATCHED },
  { what: 'by twenty, waited 3 h', size: 20, waited: 3 * HOUR, promise: SENT_BATCHED },
  { what: 'by ten, out of order', size: 10, mixed: true },
  { what: 'by ten, settled elsewhere', size: 10, elsewhere: true },
];

/** Reads, claims and settles rows; some are settled twice. */
const measureSends = async (table: LocalTable, sending: Sending) => {
  const { size, issued = ROWS, mixed = false, elsewhere = false, waited = 0 } = sending;
  const clock = createBenchClock(START);
  const random = createRandom(17);
  const { ledger, used } = createMeter(table, clock);
  const other = createMeter(table, clock);
  feeds += 1;
  const feed = `sent-${feeds}`;
  for (const process of [ledger, other.ledger])
    await process.recordCallbacks(feed, [callbackOf('warm-up', START, random)]);
  const take = ID_KINDS['issued by Claywatch'](clock);
  const ids = Array.from({ length: ROWS / issued }, () => take(issued)).flat();
  clock.move(waited);
  const parts = partsOf(mixed ? shuffled(ids, random) : ids, size);
  const claimsOf = (rows: readonly string[]) =>
    rows.map((rowId) => ({ rowId, webhook: 'leads-1', at: clock.now(), attempt: 1 }));
  const resultsOf = (rows: readonly string[]) =>
    rows.map((rowId) => ({
      ...{ rowId, webhook: 'leads-1', attempt: 1, at: clock.now() },
      outcome: 'accepted' as const,
    }));
  let [claimed, settled, looked] = [0, 0, 0];
  let reads = 0;
  for (const part of parts) {
    const look = await used(() => ledger.sends(feed, part));
    const claim = await used(() => ledger.claim(feed, claimsOf(part)));
    clock.move(300);
    const settling = elsewhere ? other : { ledger, used };
    const settle = await settling.used(() => settling.ledger.settle(feed, resultsOf(part)));
    looked += look.read;
    claimed += claim.write;
    settled += settle.write;
    reads += claim.read + settle.read;
  }
  await ledger.settle(feed, resultsOf(ids.slice(0, 50)));
  const { totals, webhooks, resent } = await ledger.fold(feed, clock.now());
  const isExact =
    totals.submitted === ROWS &&
    webhooks[0]?.accepted === ROWS &&
    webhooks[0].unknown === 0 &&
    resent?.acceptedAgain === 0;
  const perRow = (units: number) => units / ROWS;
  return {
    ...{ claimed: perRow(claimed), settled: perRow(settled), looked: perRow(looked), reads: perRow(reads) },
    writes: perRow(claimed + settled),
    isExact,
  };
};

const costOfSends = async (table: LocalTable): Promise<void> => {
  const widths = [26, 10, 10, 10, 12, 10, 8];
  say();
  say(
    `Units per row that is sent, ${grouped(ROWS)} rows each: looked up, claimed before the request, settled after`,
  );
  say(cells(['rows are sent', 'claim w', 'settle w', 'both w', 'look-up r', 'other r', 'exact'], widths));
  for (const sending of SENDINGS) {
    const { claimed, settled, writes, looked, reads, isExact } = await measureSends(table, sending);
    const units = [claimed, settled, writes, looked, reads].map((each) => each.toFixed(3));
    const line = cells([sending.what, ...units, isExact ? 'yes' : 'NO'], widths);
    say(check(isExact && writes <= (sending.promise ?? Number.POSITIVE_INFINITY), line));
  }
};

/** One fold a minute at the rate of a feed of ten million rows, until everything that it always reads is full. */
const costOfFolds = async (table: LocalTable) => {
  const clock = createBenchClock(START);
  const random = createRandom(4);
  const { ledger, used } = createMeter(table, clock);
  const take = ID_KINDS['issued by Claywatch'](clock);
  const widths = [22, 14, 12, 14, 14];
  say();
  say(`Reading and folding at ${PER_MINUTE} rows a minute (ten million in ${RETAIN_DAYS} days)`);
  say(cells(['minute', 'rows so far', 'fold: read', 'fold: written', 'snapshot: read'], widths));
  const idle = await used(() => ledger.fold('rate', clock.now()));
  say(cells(['before the first row', 0, idle.read, idle.write, ''], widths));
  let waiting: string[] = [];
  let submitted = 0;
  let calledBack = 0;
  for (let minute = 1; minute <= 90; minute += 1) {
    clock.move(MINUTE);
    const ids = take(PER_MINUTE);
    submitted += ids.length;
    calledBack += waiting.length;
    const returning = waiting.map((id) => callbackOf(id, clock.now(), random));
    await ledger.recordCallbacks('rate', returning);
    await ledger.recordSubmissions(
      'rate',
      ids.map((id) => submissionOf(id, clock.now())),
    );
    waiting = [...ids];
    const isShown = minute % 30 === 0;
    if (!isShown && minute % 5 !== 0) continue;
    const fold = await used(() => ledger.fold('rate', clock.now()));
    const look = await used(() => ledger.snapshot('rate'));
    const totals = (await ledger.snapshot('rate'))?.totals;
    const isExact = totals?.submitted === submitted && totals.calledBack === calledBack;
    if (isShown)
      say(check(isExact, cells([minute, grouped(submitted), fold.read, fold.write, look.read], widths)));
  }
  const weighed = await weigh(table, 'rows#rate#s');
  return {
    rows: submitted,
    bytesPerRow: weighed.bytes / submitted,
    itemsPerRow: weighed.items / submitted,
  };
};

/** As DynamoDB counts it, nearly. */
const sizeOf = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, { S, N, B }]) =>
      sum + name.length + (S?.length ?? 0) + (N ? Math.ceil(N.length / 2) + 1 : 0) + (B?.length ?? 0),
    0,
  );

async function* itemsOf(table: LocalTable): AsyncGenerator<Item> {
  let start: Item | undefined;
  do {
    const page: ScanCommandOutput = await table.client.send(
      new ScanCommand({ TableName: table.tableName, ...(start && { ExclusiveStartKey: start }) }),
    );
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}

/** Number and size of the items whose partition begins so. */
const weigh = async (table: LocalTable, prefix = '') => {
  let number = 0;
  let bytes = 0;
  let state = 0;
  for await (const item of itemsOf(table)) {
    if (!item.pk?.S?.startsWith(prefix)) continue;
    number += 1;
    bytes += sizeOf(item);
    if (item.sk?.S === 'state') state = sizeOf(item);
  }
  return { items: number, bytes, state };
};

/** Takes away what is past its expiry, as DynamoDB does. */
const expire = async (table: LocalTable, now: number): Promise<void> => {
  for await (const { pk, sk, expiresAt } of itemsOf(table))
    if (pk && sk && Number(expiresAt?.N ?? Number.POSITIVE_INFINITY) < now / 1_000)
      await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: { pk, sk } }));
};

/** Many days at a small rate, for real: what grows, and when it stops. */
const longRun = async (): Promise<void> => {
  const table = await startDynalite('claywatch-bench');
  const clock = createBenchClock(START);
  const random = createRandom(8);
  const retainDays = 14;
  const { ledger, used } = createMeter(table, clock, retainDays);
  const widths = [22, 14, 12, 12, 14, 12, 14];
  say();
  say(
    `28 days at 120 rows a day, for real (embedded store): rows remembered for ${retainDays} days, UUIDv4 ids,`,
  );
  say('a fold every twelve hours (so each catches up on 72 slices), expired items taken away');
  say(cells(['day', 'rows so far', 'items', 'KB', 'state bytes', 'fold: read', 'snapshot: read'], widths));
  const take = ID_KINDS.UUIDv4();
  let submitted = 0;
  let waiting: readonly string[] = [];
  for (let turn = 1; turn <= 28 * 2; turn += 1) {
    clock.move(12 * HOUR);
    await ledger.recordCallbacks(
      'long',
      waiting.map((id) => callbackOf(id, clock.now(), random)),
    );
    waiting = take(60);
    submitted += waiting.length;
    await ledger.recordSubmissions(
      'long',
      waiting.map((id) => submissionOf(id, clock.now())),
    );
    const fold = await used(() => ledger.fold('long', clock.now()));
    if (turn % 8 !== 0) continue;
    const look = await used(() => ledger.snapshot('long'));
    await expire(table, clock.now());
    const weighed = await weigh(table);
    const totals = (await ledger.snapshot('long'))?.totals;
    const isExact = totals?.submitted === submitted && totals.calledBack === submitted - waiting.length;
    say(
      check(
        isExact,
        cells(
          [
            turn / 2,
            grouped(submitted),
            grouped(weighed.items),
            grouped(weighed.bytes / 1_024),
            grouped(weighed.state),
            fold.read,
            look.read,
          ],
          widths,
        ),
      ),
    );
  }
  await table.close();
};

/** A day's rows at the full rate, each of 200 with its return some minutes later; one of 200 never comes back. */
const sumOfDay = (start: number, random: () => number): RowsSum => {
  const frame = { now: start + DAY, retainDays: RETAIN_DAYS };
  function* rows(): Generator<Row> {
    for (let at = start; at < start + DAY; at += MINUTE / PER_MINUTE) {
      const sent = Math.floor(at);
      const back = sent + Math.floor((0.5 + 8 * random() ** 2) * MINUTE);
      const row = withFact(NEW_ROW, factOfSubmission(submissionOf('', sent), frame)) ?? NEW_ROW;
      const isLost = random() < 0.005;
      yield isLost ? row : (withFact(row, factOfCallback(callbackOf('', back, random), frame)) ?? row);
    }
  }
  return sumOfRows(rows(), { now: start + DAY, rebases: {}, revision: 0 });
};

const moved = <T>(groups: Readonly<Record<string, T>>, by: number): Record<string, T> =>
  Object.fromEntries(Object.entries(groups).map(([start, value]) => [Number(start) + by, value]));

const movedSum = (sum: RowsSum, by: number): RowsSum => ({
  ...sum,
  hours: moved(sum.hours, by),
  windows: moved(sum.windows, by),
  waiting: moved(sum.waiting, by),
  oldest: sum.oldest === null ? null : sum.oldest + by,
  lastSubmission: (sum.lastSubmission ?? 0) + by,
  lastCallback: (sum.lastCallback ?? 0) + by,
});

/** The state of such a feed from the fold's own functions; its rows are summed and stored nowhere. */
const stateAtFullRate = (): void => {
  const first = Math.floor(START / DAY);
  const day = sumOfDay(first * DAY, createRandom(23));
  const perDay = day.totals.s ?? 0;
  const widths = [22, 14, 14, 14, 16, 12];
  say();
  say(`State at ${grouped(perDay)} rows a day: the rows of one day are made up and summed for real, and the`);
  say('other days are that day moved on, through the functions of the fold');
  say(cells(['day', 'rows so far', 'JSON bytes', 'stored bytes', 'snapshot: read', 'exact'], widths));
  let state = emptyState(first * DAY);
  for (let passed = 0; passed < 84; passed += 1) {
    const now = (first + passed + 1) * DAY;
    for (const at of [now - MINUTE, now]) {
      state = applyFold(
        state,
        {
          now: at,
          days: new Map([[first + passed, movedSum(day, passed * DAY)]]),
          settledBefore: sliceOf(at) - 7,
          isComplete: true,
          refused: {},
          repeats: [],
        },
        RETAIN_DAYS,
      );
    }
    if (![0, 6, 20, 34, 41, 62, 83].includes(passed)) continue;
    const bytes = packState(state).B?.byteLength ?? 0;
    const { totals } = snapshotOf('full', state, { retainDays: RETAIN_DAYS, matureAfterMinutes: 60 });
    const isExact = totals.submitted === perDay * (passed + 1);
    say(
      check(
        isExact && bytes < 100_000,
        cells(
          [
            passed + 1,
            grouped(totals.submitted),
            grouped(JSON.stringify(state).length),
            grouped(bytes),
            Math.ceil(bytes / 4_096) / 2,
            isExact ? 'yes' : 'NO',
          ],
          widths,
        ),
      ),
    );
  }
};

const items = (rows: number, rate: Awaited<ReturnType<typeof costOfFolds>>): void => {
  const kept = RETAIN_DAYS + 3;
  say();
  say(
    `Items, by arithmetic from the ${grouped(rate.rows)} rows above (${rate.bytesPerRow.toFixed(0)} bytes and`,
  );
  say(
    `${rate.itemsPerRow.toFixed(3)} items a row, issued ids): ${grouped(rows)} rows in ${RETAIN_DAYS} days are` +
      ` ${grouped((rows / RETAIN_DAYS) * kept * rate.itemsPerRow)} items and`,
  );
  say(
    `${(((rows / RETAIN_DAYS) * kept * rate.bytesPerRow) / 1e9).toFixed(2)} GB once the first expire, after ${kept} days, and no more after that.`,
  );
};

const main = async (): Promise<void> => {
  const began = performance.now();
  if (process.argv[2] === 'relay') {
    const embedded = await startDynalite('claywatch-bench');
    await costOfSends(embedded);
    await embedded.close();
    return;
  }
  const obstacle = whyNoDynamoDbLocal();
  const table = await (obstacle ? startDynalite : startDynamoDbLocal)('claywatch-bench');
  say(`Units as reported by ${obstacle ? `the embedded store, dynalite (${obstacle})` : 'DynamoDB Local'}.`);
  say();
  await costOfRows(table);
  await costOfSends(table);
  const rate = await costOfFolds(table);
  await table.close();
  await longRun();
  stateAtFullRate();
  items(TEN_MILLION, rate);
  say();
  say(
    failures === 0
      ? `As promised: at most ${ONE_BY_ONE} write unit per callback one by one, at most ${BATCHED} batched; per row sent at most ${SENT_ONE_BY_ONE} and ${SENT_BATCHED}; all counts exact.`
      : `${failures} figures are not as promised.`,
  );
  say(`${((performance.now() - began) / 1_000).toFixed(0)} s`);
};

await main();
