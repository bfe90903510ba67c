import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoRowsLedger } from '../../../shared/aws/dynamodb/rows/ledger.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { CallbackRecord, RowsLedger } from '../../../shared/rows/ledger.ts';
import { issueRowIds } from '../../../shared/rows/row-id.ts';
import { about, pick, type Random } from './chance.ts';
import { busyness } from './shape.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEP = 5 * MINUTE;

export interface RowsPast {
  readonly feed: string;
  readonly rowsPerDay: number;
  /** How many days before the last one are told of, by their hours alone. */
  readonly days: number;
  /** Where rows went at a time. */
  readonly webhookAt: (at: number) => string;
  /** Within the last day: rows took several times as long, and fewer were found. */
  readonly slow: { readonly from: number; readonly to: number };
}

/** How a row of the made-up tables goes: which provider looks for which column. */
const WAYS = [
  {
    provider: 'alpha-data',
    column: 'Work email',
    hitRate: 0.74,
    credits: 6,
    chargesMiss: false,
    seconds: 28,
  },
  {
    provider: 'beta-data',
    column: 'Mobile phone',
    hitRate: 0.56,
    credits: 8,
    chargesMiss: true,
    seconds: 46,
  },
] as const;
const SHARE_OF_FIRST = 0.6;
const LOST_SHARE = 0.000_8;
const FAILED_SHARE = 0.012;

interface Sent {
  readonly rowId: string;
  readonly at: number;
}

const comeBack = ({ rowId, at }: Sent, { slow }: RowsPast, random: Random): CallbackRecord => {
  const isSlow = at >= slow.from && at < slow.to;
  const way = WAYS[random() < SHARE_OF_FIRST ? 0 : 1];
  const seconds = way.seconds * (0.4 + 1.6 * random() ** 2 + (random() < 0.05 ? 4 : 0)) * (isSlow ? 7 : 1);
  const luck = random();
  const result =
    luck < FAILED_SHARE
      ? 'failed'
      : luck - FAILED_SHARE < way.hitRate * (isSlow ? 0.72 : 1)
        ? 'hit'
        : 'missed';
  const isCharged = result === 'hit' || (result === 'missed' && way.chargesMiss);
  return {
    ...{ rowId, result, provider: way.provider, column: way.column },
    at: Math.round(at + seconds * SECOND),
    status: result === 'failed' ? pick(random, ['ERROR_TIMEOUT', 'ERROR_BAD_REQUEST']) : 'SUCCESS',
    crm: random() < 0.004 ? 'failed' : 'ok',
    credits: isCharged ? way.credits : 0,
    actions: 3,
  };
};

/** By the hour alone, as a sender reports it that knows how many rows Clay took. */
const longAgo = async (ledger: RowsLedger, past: RowsPast, present: number): Promise<void> => {
  const end = Math.floor((present - DAY) / HOUR) * HOUR;
  for (let at = end - past.days * DAY; at < end; at += HOUR)
    await ledger.recordSubmissionCount(past.feed, {
      idempotencyKey: `past-${at}`,
      webhook: past.webhookAt(at),
      count: Math.round((past.rowsPerDay / 24) * busyness(at, present)),
      at: at + HOUR / 2,
    });
};

const lastDay = async (
  ledger: RowsLedger,
  past: RowsPast,
  { present, random }: { readonly present: number; readonly random: Random },
): Promise<void> => {
  let waiting: readonly CallbackRecord[] = [];
  const begin = Math.floor((present - DAY) / HOUR) * HOUR;
  for (let at = begin; at < present; at += STEP) {
    const end = Math.min(at + STEP, present);
    const count = about(random, ((past.rowsPerDay * (end - at)) / DAY) * busyness(at, present));
    const times = Array.from({ length: count }, () => Math.floor(at + random() * (end - at))).sort(
      (one, other) => one - other,
    );
    const ids = issueRowIds(count, { now: () => at }, random);
    const sent = times.map((time, index): Sent => ({ rowId: ids[index] ?? '', at: time }));
    await ledger.recordSubmissions(
      past.feed,
      sent.map((row) => ({ ...row, webhook: past.webhookAt(row.at), outcome: 'accepted' })),
    );
    const all = [
      ...waiting,
      ...sent.filter(() => random() >= LOST_SHARE).map((row) => comeBack(row, past, random)),
    ];
    await ledger.recordCallbacks(
      past.feed,
      all.filter((back) => back.at <= end),
    );
    waiting = all.filter((back) => back.at > end);
  }
};

/** Rows by the hour for some days, and one by one for the last 24 hours, up to `present`. */
export const fillRows = async (
  table: { readonly client: DynamoDBClient; readonly tableName: string },
  past: RowsPast,
  { present, retainDays, random }: { present: number; retainDays: number; random: Random },
): Promise<void> => {
  // By the true clock: what is written long after its time is then said to whoever folds meanwhile.
  const ledger = createDynamoRowsLedger({ ...table, clock: systemClock, retainDays, random });
  await longAgo(ledger, past, present);
  await lastDay(ledger, past, { present, random });
  // One fold reads a day of such slices at most; the next minute's begins elsewhere.
  for (const now of [present - 2 * MINUTE, present - MINUTE, present]) await ledger.fold(past.feed, now);
};
