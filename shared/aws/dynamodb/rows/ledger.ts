import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../clock.ts';
import type { SendsLedger } from '../../../relay/sends.ts';
import { isReadAnyway, sliceOf } from '../../../rows/bucket.ts';
import { factOfCallback, factOfCount, factOfSubmission, rowIdOfCount } from '../../../rows/facts.ts';
import type { RecordOutcome, RowsLedger } from '../../../rows/ledger.ts';
import type { RowFact } from '../../../rows/row.ts';
import { createPlaces, secureRandom } from '../../../rows/row-id.ts';
import { snapshotOf } from '../../../rows/snapshot-of.ts';
import { withRebase } from '../../../rows/state.ts';
import { DAY, HOUR, MINUTE, WINDOW } from '../../../rows/sum.ts';
import { foldRows } from './fold.ts';
import { refusedKey, touchedKey } from './keys.ts';
import { inParallel } from './parallel.ts';
import { findPlaces } from './places.ts';
import { createSends, type WriteInto } from './sends.ts';
import { loadState, noteBeginning, readState, saveState } from './state-item.ts';
import { type Consumed, createTableCalls } from './table-calls.ts';
import { groupByBucket, type Placed, writeFacts } from './write-facts.ts';

export interface RowsLedgerOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Pick<Clock, 'now'>;
  /** How long a row is remembered, so that it counts once: this many whole days after the one it came on. */
  readonly retainDays: number;
  /** A row that was sent longer ago than this should be back; `rows.lost.afterMinutes`. */
  readonly matureAfterMinutes?: number;
  /** From 0 up to, not including, 1; the platform's secure source unless given. */
  readonly random?: () => number;
  /** Told what each call used. */
  readonly onConsumed?: (consumed: Consumed) => void;
}

const AT_A_TIME = 10;
const TRIES = 20;
/** A call that took longer was stopped on its way; what it wrote to may have been read before it did. */
const STOPPED_MS = 10 * MINUTE;
const NAMES_KEPT = 40 * DAY;
const REFUSED_KEPT = 3 * DAY;
/** Names of slices that this process has said in the current window, at most. */
const MAX_SAID = 10_000;

/**
 * The rows ledger in DynamoDB.
 *
 * A row is a handful of marks in the item of a bucket that it shares with at most 19 others, near to it in time. What is
 * reported of it is a mark that is written once, under the condition that it is not there; an attempt of a forwarder is
 * a mark that changes, under the condition that the row's attempts are as they were read. That is all the counting there
 * is. Sums are never added to; a fold makes them anew from the marks. So there is no count that a crash, a repetition
 * or a race could spoil. Of two sums of a bucket's rows that one is later which knows more reported marks and more
 * changes of attempts: both only grow.
 *
 * What is written to a bucket of the last 40 minutes the fold finds by itself. Before a write to an older one, its
 * slice of time is named in an item of its own, once per process, slice and window of five minutes.
 *
 * Clocks of writers and of the fold may differ by half an hour. What a clock further behind hides from the fold is found
 * within a day, when the fold reads each old slice again in its turn.
 */
export const createDynamoRowsLedger = ({
  client,
  tableName,
  clock,
  retainDays,
  matureAfterMinutes = 60,
  random = secureRandom,
  onConsumed,
}: RowsLedgerOptions): RowsLedger & SendsLedger => {
  const table = createTableCalls({ client, tableName, onConsumed });
  const places = {
    table,
    retainDays,
    takePlaces: createPlaces({ clock, random }),
  };
  const begun = new Set<string>();
  const said = new Set<string>();

  const begin = async (feed: string): Promise<void> => {
    if (begun.has(feed)) return;
    await noteBeginning(table, feed, sliceOf(clock.now()));
    begun.add(feed);
  };

  /** Names slices that the fold would not read by itself. */
  const nameSlices = async (feed: string, slices: Iterable<number>, now: number): Promise<void> => {
    const window = Math.floor(now / WINDOW);
    if (said.size > MAX_SAID) said.clear();
    const unsaid = [...new Set(slices)].filter(
      (slice) => !isReadAnyway(slice, now) && !said.has(`${feed}/${window}/${slice}`),
    );
    await inParallel(unsaid, AT_A_TIME, async (slice) => {
      await table.update({
        Key: touchedKey(feed, window, slice),
        UpdateExpression: 'SET expiresAt = :expiry',
        ExpressionAttributeValues: { ':expiry': { N: String(Math.ceil((now + NAMES_KEPT) / 1_000)) } },
      });
      said.add(`${feed}/${window}/${slice}`);
    });
  };

  const writeInto: WriteInto = async (feed, said, now, write) => {
    if (said.length === 0) return;
    await begin(feed);
    const rowIds = said.map(({ rowId }) => rowId);
    const found = await findPlaces(places, feed, rowIds, now);
    type Said = (typeof said)[number]['said'];
    const placed = said.flatMap(({ rowId, said: what }, index): Placed<Said>[] => {
      const place = found.get(rowId);
      return place ? [{ index, place, said: what }] : [];
    });
    const slices = new Set(placed.map(({ place }) => sliceOf(place.at)));
    await nameSlices(feed, slices, now);
    await write(placed);
    const after = clock.now();
    if (after - now > STOPPED_MS) await nameSlices(feed, slices, after);
  };

  const record = async (
    feed: string,
    facts: readonly { readonly rowId: string; readonly said: RowFact }[],
    now: number,
  ): Promise<readonly RecordOutcome[]> => {
    const outcomes: RecordOutcome[] = facts.map(() => 'duplicate');
    await writeInto(feed, facts, now, async (placed) => {
      await inParallel(groupByBucket(placed), AT_A_TIME, async (writes) => {
        for (const write of writes)
          for (const [index, outcome] of await writeFacts(table, feed, write, retainDays))
            outcomes[index] = outcome;
      });
    });
    return outcomes;
  };

  const frame = { retainDays, matureAfterMinutes };

  return {
    ...createSends({ table, retainDays, now: () => clock.now(), random, writeInto }),

    recordSubmissions: (feed, records) => {
      const now = clock.now();
      const facts = records.map((each) => ({
        rowId: each.rowId,
        said: factOfSubmission(each, { now, retainDays }),
      }));
      return record(feed, facts, now);
    },

    recordSubmissionCount: async (feed, batch) => {
      const now = clock.now();
      const fact = {
        rowId: rowIdOfCount(batch.idempotencyKey),
        said: factOfCount(batch, { now, retainDays }),
      };
      const [outcome = 'duplicate'] = await record(feed, [fact], now);
      return outcome;
    },

    recordCallbacks: (feed, records) => {
      const now = clock.now();
      const facts = records.map((each) => ({
        rowId: each.rowId,
        said: factOfCallback(each, { now, retainDays }),
      }));
      return record(feed, facts, now);
    },

    recordRefused: async (feed, at, count) => {
      await table.update({
        Key: refusedKey(feed, Math.floor(at / HOUR)),
        UpdateExpression: 'SET expiresAt = :expiry ADD #window :count',
        ExpressionAttributeNames: { '#window': `w${Math.floor(at / WINDOW)}` },
        ExpressionAttributeValues: {
          ':count': { N: String(count) },
          ':expiry': { N: String(Math.ceil((at + REFUSED_KEPT) / 1_000)) },
        },
      });
    },

    rebase: async (feed, webhook, to) => {
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        const next = withRebase(await loadState(table, feed, clock.now()), webhook, to);
        if (!next || (await saveState(table, feed, next)) === 'written') return;
      }
      throw new Error(`The state of ${feed} was changed by others ${TRIES} times in a row.`);
    },

    fold: async (feed, now) => snapshotOf(feed, await foldRows(table, feed, now, retainDays), frame),

    snapshot: async (feed) => {
      const state = await readState(table, feed, false);
      return state && snapshotOf(feed, state, frame);
    },
  };
};
