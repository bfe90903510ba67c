import type { Clock } from '../../shared/clock.ts';
import {
  NEVER_SENT,
  type OutstandingRow,
  type SendClaim,
  type SendResult,
  type SendState,
  type SendsLedger,
} from '../../shared/relay/sends.ts';
import type {
  CallbackRecord,
  RecordOutcome,
  RowsLedger,
  SubmissionRecord,
} from '../../shared/rows/ledger.ts';
import { placeInId } from '../../shared/rows/row-id.ts';
import type { FeedSnapshot } from '../../shared/rows/snapshot.ts';
import { type Chunk, countRows, type KeptRow } from './memory-rows-count.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const CHUNK_ROWS = 500;

interface Kept extends KeptRow {
  readonly chunk: Chunk;
}

/** What a feed's ledger holds; given to several ledgers, they are processes on one store. */
export interface MemoryRowsFeed {
  readonly chunks: Chunk[];
  /** The chunk of each day that still takes rows. */
  readonly fillingByDay: Map<number, Chunk>;
  /** Rows that are remembered, by id; a forgotten id may name a second row. */
  readonly byId: Map<string, Kept>;
  /** Rows whose place is in their id, in the order of their ids, which is that of time, as far as `isSorted`. */
  readonly issued: Kept[];
  isSorted: boolean;
  readonly refused: { readonly at: number; readonly count: number }[];
  readonly rebases: Map<string, { count: number; at: number; why: 'limit-answer' | 'operator' }>;
  folded: FeedSnapshot | null;
}

const createFeed = (): MemoryRowsFeed => ({
  chunks: [],
  fillingByDay: new Map(),
  byId: new Map(),
  issued: [],
  isSorted: true,
  refused: [],
  rebases: new Map(),
  folded: null,
});

const chunkFor = (feed: MemoryRowsFeed, day: number): Chunk => {
  const filling = feed.fillingByDay.get(day);
  if (filling && filling.rows.length < CHUNK_ROWS) return filling;
  const chunk: Chunk = { day, rows: [], counted: null };
  feed.chunks.push(chunk);
  feed.fillingByDay.set(day, chunk);
  return chunk;
};

const attemptsOf = ({ sends }: KeptRow): number => Math.max(0, ...sends.map(({ attempt }) => attempt));
const acceptedOf = ({ sends }: KeptRow) => sends.filter(({ state }) => state === 'accepted');
const latestOf = <T extends { readonly attempt: number }>(sends: readonly T[]): T | undefined =>
  sends.toSorted((one, other) => other.attempt - one.attempt)[0];

const stateOf = (row: KeptRow): SendState => {
  const open = latestOf(row.sends.filter(({ state }) => state === 'open'));
  return {
    attempts: attemptsOf(row),
    accepted: latestOf(acceptedOf(row))?.attempt ?? 0,
    open: open ? { attempt: open.attempt, webhook: open.webhook, at: open.at } : null,
    calledBack: row.callback !== null,
  };
};

const outstandingRow = (row: KeptRow): readonly OutstandingRow[] => {
  const last = row.callback ? undefined : latestOf(acceptedOf(row));
  if (!last) return [];
  const uncertain = row.sends.some(({ state }) => state === 'open');
  return [{ rowId: row.id, webhook: last.webhook, acceptedAt: last.at, accepted: last.attempt, uncertain }];
};

/**
 * The rows ledger in memory: keeps everything that was said, and counts afresh at each fold what has changed since the
 * last one. The same contract as the real one, and its model.
 */
export const createMemoryRowsLedger = ({
  clock,
  retainDays = 35,
  matureAfterMinutes = 60,
  feeds = new Map<string, MemoryRowsFeed>(),
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly retainDays?: number;
  readonly matureAfterMinutes?: number;
  readonly feeds?: Map<string, MemoryRowsFeed>;
}): RowsLedger & SendsLedger => {
  const feedOf = (name: string): MemoryRowsFeed => {
    const feed = feeds.get(name) ?? createFeed();
    feeds.set(name, feed);
    return feed;
  };

  const isForgotten = (day: number): boolean => clock.now() >= (day + retainDays + 1) * DAY;
  const sane = (at: number): number =>
    Math.min(Math.max(at, clock.now() - retainDays * DAY), clock.now() + 10 * MINUTE);

  /** The row of that id, if it is remembered. */
  const knownRow = (feed: MemoryRowsFeed, id: string): Kept | null => {
    const known = feed.byId.get(id);
    return known && !isForgotten(known.day) ? known : null;
  };

  /** The row of that id, or a new one; null for an issued id of a day that is forgotten. */
  const rowOf = (feed: MemoryRowsFeed, id: string, count: number | null): Kept | null => {
    const known = knownRow(feed, id);
    if (known) return known;
    const placedAt = placeInId(id)?.at;
    const issuedAt = placedAt !== undefined && placedAt <= clock.now() + DAY ? placedAt : null;
    const day = Math.floor((issuedAt ?? clock.now()) / DAY);
    if (isForgotten(day)) return null;
    const chunk = chunkFor(feed, day);
    const row: Kept = {
      ...{ id, issuedAt, day, count, chunk },
      ...{ entity: undefined, accepted: null, unknown: [], sends: [], callback: null },
    };
    chunk.rows.push(row);
    feed.byId.set(id, row);
    if (issuedAt !== null) {
      feed.isSorted &&= feed.issued.length === 0 || (feed.issued.at(-1)?.id ?? '') < id;
      feed.issued.push(row);
    }
    return row;
  };

  const submit = (feed: MemoryRowsFeed, said: SubmissionRecord, count: number | null): RecordOutcome => {
    const record = { ...said, at: sane(said.at) };
    const row = rowOf(feed, record.rowId, count);
    // What a forwarder saw accepted needs no report.
    if (!row || acceptedOf(row).length > 0) return 'duplicate';
    if (record.outcome === 'accepted') {
      if (row.accepted) return 'duplicate';
      row.accepted = record;
    } else {
      if ([row.accepted, ...row.unknown].some((each) => each?.webhook === record.webhook)) return 'duplicate';
      row.unknown.push(record);
    }
    row.entity ??= record.entity;
    row.chunk.counted = null;
    return 'recorded';
  };

  const callBack = (feed: MemoryRowsFeed, said: CallbackRecord): RecordOutcome => {
    const row = rowOf(feed, said.rowId, null);
    if (!row || row.callback) return 'duplicate';
    row.callback = { ...said, at: sane(said.at) };
    row.chunk.counted = null;
    return 'recorded';
  };

  const claim = (feed: MemoryRowsFeed, { rowId, webhook, attempt, token, ...said }: SendClaim) => {
    const row = rowOf(feed, rowId, null);
    if (!row) return 'stale';
    const same = row.sends.find((each) => each.attempt === attempt);
    const isRepeated = token !== undefined && same?.state === 'open' && same.token === token;
    if (isRepeated && attempt === attemptsOf(row)) return 'claimed';
    if (attempt !== attemptsOf(row) + 1) return 'stale';
    row.sends.push({ attempt, webhook, at: sane(said.at), token, state: 'open' });
    row.entity ??= said.entity;
    row.chunk.counted = null;
    return 'claimed';
  };

  const settle = (feed: MemoryRowsFeed, { rowId, webhook, attempt, outcome, ...said }: SendResult): void => {
    const row = rowOf(feed, rowId, null);
    if (!row) return;
    row.chunk.counted = null;
    const at = sane(said.at);
    const send = row.sends.find((each) => each.attempt === attempt);
    if (outcome === 'accepted') {
      if (!send) row.sends.push({ attempt, webhook, at, token: undefined, state: 'accepted' });
      else if (send.state === 'open') Object.assign(send, { webhook, state: 'accepted' });
      return;
    }
    // The number may be in use again; what was claimed later, or for another webhook, is not what was refused.
    if (send?.state === 'open' && send.webhook === webhook && send.at <= at)
      row.sends.splice(row.sends.indexOf(send), 1);
  };

  /** Lets other callers run first, as a network does. */
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  return {
    recordSubmissions: async (name, records) => {
      await turn();
      return records.map((record) => submit(feedOf(name), record, null));
    },
    recordSubmissionCount: async (name, { idempotencyKey, webhook, count: rows, at }) => {
      await turn();
      const record = { rowId: `key\n${idempotencyKey}`, webhook, at, outcome: 'accepted' } as const;
      return submit(feedOf(name), record, rows);
    },
    recordCallbacks: async (name, records) => {
      await turn();
      return records.map((record) => callBack(feedOf(name), record));
    },
    recordRefused: async (name, at, rows) => {
      await turn();
      feedOf(name).refused.push({ at, count: rows });
    },
    rebase: async (name, webhook, to) => {
      await turn();
      const feed = feedOf(name);
      const known = feed.rebases.get(webhook);
      if (known && known.at >= to.at) return;
      const isSameAnswer =
        known?.why === 'limit-answer' && to.why === 'limit-answer' && known.count === to.count;
      if (known && isSameAnswer && to.at - known.at < MINUTE) return;
      feed.rebases.set(webhook, { ...to });
      for (const chunk of feed.chunks) chunk.counted = null;
    },
    fold: async (name, now) => {
      await turn();
      const feed = feedOf(name);
      feed.folded = countRows(name, feed, { now, retainDays, matureAfterMinutes });
      return feed.folded;
    },
    snapshot: async (name) => {
      await turn();
      // Made afresh by each fold, and read only.
      return feedOf(name).folded;
    },
    sends: async (name, rowIds) => {
      await turn();
      const feed = feedOf(name);
      return rowIds.map((id) => {
        const row = knownRow(feed, id);
        return row ? stateOf(row) : NEVER_SENT;
      });
    },
    claim: async (name, claims) => {
      await turn();
      const feed = feedOf(name);
      return claims.map((each) => claim(feed, each));
    },
    settle: async (name, results) => {
      await turn();
      const feed = feedOf(name);
      for (const each of results) settle(feed, each);
    },
    outstanding: async (name, { from, to, cursor = '', limit }) => {
      await turn();
      const feed = feedOf(name);
      if (!feed.isSorted) feed.issued.sort((one, other) => (one.id < other.id ? -1 : 1));
      feed.isSorted = true;
      const rows: OutstandingRow[] = [];
      for (const row of feed.issued) {
        const { id, issuedAt, day } = row;
        if (issuedAt === null || issuedAt < from || issuedAt >= to || id <= cursor || isForgotten(day))
          continue;
        rows.push(...outstandingRow(row));
        if (rows.length > limit) break;
      }
      const page = rows.slice(0, limit);
      return { rows: page, cursor: rows.length > limit ? (page.at(-1)?.rowId ?? null) : null };
    },
  };
};
