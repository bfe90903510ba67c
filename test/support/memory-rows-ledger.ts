import type { Clock } from '../../shared/clock.ts';
import type {
  CallbackRecord,
  RecordOutcome,
  RowsLedger,
  SubmissionRecord,
} from '../../shared/rows/ledger.ts';
import { placeInId } from '../../shared/rows/row-id.ts';
import {
  type FeedSnapshot,
  type ResultCounts,
  ROUND_TRIP_BINS,
  type RowsWindow,
  type WebhookCount,
} from '../../shared/rows/snapshot.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const AGES = [5, 15, 30, 60, 240, 1_440, null];

type Results = { -readonly [K in keyof ResultCounts]: number };

/** One row, with everything that was ever said of it. */
interface Kept {
  /** The day on which it was first heard of: what it is remembered by. */
  readonly day: number;
  readonly count: number | null;
  accepted: SubmissionRecord | null;
  unknown: SubmissionRecord[];
  callback: CallbackRecord | null;
}

/** What a feed's ledger holds; given to several ledgers, they are processes on one store. */
export interface MemoryRowsFeed {
  readonly rows: Kept[];
  /** Rows that are remembered, by id; a forgotten id may name a second row. */
  readonly byId: Map<string, Kept>;
  readonly refused: { readonly at: number; readonly count: number }[];
  readonly rebases: Map<string, { count: number; at: number; why: 'limit-answer' | 'operator' }>;
  folded: FeedSnapshot | null;
}

/** Without a prototype: a provider may be called `__proto__`. */
const byWord = <T>(): Record<string, T> => Object.create(null);
const floor = (at: number, unit: number) => at - (at % unit);
const none = (): Results => ({ hit: 0, missed: 0, skipped: 0, failed: 0 });
const exact = (amount: number) => Math.round(amount * 1_000) / 1_000;
const add = (to: Record<string, number>, name: string, by = 1) => {
  to[name] = exact((to[name] ?? 0) + by);
};

/** The submission that counts: accepted, or unanswered and proved by the callback. A number of none counts nothing. */
const countedOf = ({ count, accepted, unknown, callback }: Kept): SubmissionRecord | null => {
  if (count === 0) return null;
  return accepted ?? (callback ? (unknown.toSorted(firstSent)[0] ?? null) : null);
};

const firstSent = (one: SubmissionRecord, other: SubmissionRecord): number =>
  one.at - other.at || (one.webhook < other.webhook ? -1 : 1);

const unansweredOf = (row: Kept): readonly SubmissionRecord[] =>
  row.unknown.filter(({ webhook }) => webhook !== countedOf(row)?.webhook);

const emptyWindow = (start: number) => ({
  start,
  submitted: 0,
  calledBack: 0,
  refused: 0,
  results: none(),
  failedByStatus: byWord<number>(),
  byProvider: byWord<Results & { credits: number; rateLimited: number }>(),
  byColumn: byWord<Results>(),
  crm: { ok: 0, failed: 0 },
  credits: 0,
  actions: 0,
  creditsOnMisses: 0,
  roundTrips: ROUND_TRIP_BINS.map(() => 0),
});

const addCallback = (window: ReturnType<typeof emptyWindow>, row: Kept, callback: CallbackRecord): void => {
  const { result, status, provider, column, crm, credits = 0, actions = 0, at } = callback;
  window.calledBack += 1;
  window.results[result] += 1;
  window.credits = exact(window.credits + credits);
  window.actions = exact(window.actions + actions);
  if (result === 'missed') window.creditsOnMisses = exact(window.creditsOnMisses + credits);
  if (result === 'failed') add(window.failedByStatus, status);
  if (crm) window.crm[crm] += 1;
  if (column) {
    window.byColumn[column] ??= none();
    window.byColumn[column][result] += 1;
  }
  if (provider) {
    window.byProvider[provider] ??= { ...none(), credits: 0, rateLimited: 0 };
    const own = window.byProvider[provider];
    own[result] += 1;
    own.credits = exact(own.credits + credits);
    if (/rate.?limit|429/i.test(status)) own.rateLimited += 1;
  }
  const submission = countedOf(row);
  if (!submission) return;
  const seconds = Math.max(0, at - submission.at) / 1_000;
  const bin = ROUND_TRIP_BINS.findIndex((bound) => seconds <= bound);
  window.roundTrips[bin] = (window.roundTrips[bin] ?? 0) + 1;
};

const windowsOf = ({ rows, refused }: MemoryRowsFeed, now: number): readonly RowsWindow[] => {
  const windows = new Map<number, ReturnType<typeof emptyWindow>>();
  const windowAt = (at: number) => {
    const start = floor(at, 5 * MINUTE);
    const window = windows.get(start) ?? emptyWindow(start);
    windows.set(start, window);
    return window;
  };
  for (const row of rows) {
    const submission = countedOf(row);
    if (submission) windowAt(submission.at).submitted += row.count ?? 1;
    if (row.callback) addCallback(windowAt(row.callback.at), row, row.callback);
  }
  for (const { at, count } of refused) windowAt(at).refused += count;
  return [...windows.values()]
    .filter(({ start }) => start >= floor(now, 5 * MINUTE) - DAY)
    .toSorted((one, other) => one.start - other.start);
};

const webhooksOf = ({ rows, rebases }: MemoryRowsFeed): readonly WebhookCount[] => {
  const names = new Set([
    // A report of no rows at all names nothing.
    ...rows.flatMap((row) => (row.count === 0 ? [] : (countedOf(row)?.webhook ?? []))),
    ...rows.flatMap((row) => unansweredOf(row).map(({ webhook }) => webhook)),
    ...rebases.keys(),
  ]);
  return [...names].toSorted().map((webhook) => {
    const rebase = rebases.get(webhook);
    const since = rebase?.at ?? Number.NEGATIVE_INFINITY;
    const accepted = rows.flatMap((row) => {
      const submission = countedOf(row);
      return submission?.webhook === webhook ? [{ at: submission.at, rows: row.count ?? 1 }] : [];
    });
    const total = (of: typeof accepted) => of.reduce((sum, each) => sum + each.rows, 0);
    const unknown = rows.flatMap((row) =>
      unansweredOf(row).filter((each) => each.webhook === webhook && each.at > since),
    ).length;
    const then = total(accepted.filter(({ at }) => at <= since));
    return {
      webhook,
      accepted: total(accepted),
      unknown,
      ...(rebase && { rebase: { ...rebase, acceptedThen: then } }),
    };
  });
};

const hoursOf = ({ rows }: MemoryRowsFeed, now: number): FeedSnapshot['hours'] => {
  const hours = new Map<number, { submitted: Record<string, number>; credits: number }>();
  const hourAt = (at: number) => {
    const hour = hours.get(floor(at, HOUR)) ?? { submitted: byWord<number>(), credits: 0 };
    hours.set(floor(at, HOUR), hour);
    return hour;
  };
  for (const row of rows) {
    const submission = countedOf(row);
    if (submission) add(hourAt(submission.at).submitted, submission.webhook, row.count ?? 1);
    if (row.callback?.credits) {
      const hour = hourAt(row.callback.at);
      hour.credits = exact(hour.credits + row.callback.credits);
    }
  }
  return [...hours]
    .map(([start, hour]) => ({ start, ...hour }))
    .filter(({ start }) => start >= floor(now, HOUR) - 35 * DAY)
    .toSorted((one, other) => one.start - other.start);
};

/**
 * The rows ledger in memory: keeps everything that was said and counts it afresh at each fold. The same contract as the
 * real one, and its model.
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
}): RowsLedger => {
  const feedOf = (name: string): MemoryRowsFeed => {
    const feed = feeds.get(name) ?? {
      rows: [],
      byId: new Map(),
      refused: [],
      rebases: new Map(),
      folded: null,
    };
    feeds.set(name, feed);
    return feed;
  };

  const isForgotten = (day: number): boolean => clock.now() >= (day + retainDays + 1) * DAY;
  const sane = (at: number): number =>
    Math.min(Math.max(at, clock.now() - retainDays * DAY), clock.now() + 10 * MINUTE);

  /** The row of that id, or a new one; null for an issued id of a day that is forgotten. */
  const rowOf = (feed: MemoryRowsFeed, id: string, count: number | null): Kept | null => {
    const known = feed.byId.get(id);
    if (known && !isForgotten(known.day)) return known;
    const issuedAt = placeInId(id)?.at;
    const isOurs = issuedAt !== undefined && issuedAt <= clock.now() + DAY;
    const day = Math.floor((isOurs ? issuedAt : clock.now()) / DAY);
    if (isForgotten(day)) return null;
    const row: Kept = { day, count, accepted: null, unknown: [], callback: null };
    feed.rows.push(row);
    feed.byId.set(id, row);
    return row;
  };

  const submit = (feed: MemoryRowsFeed, said: SubmissionRecord, count: number | null): RecordOutcome => {
    const record = { ...said, at: sane(said.at) };
    const row = rowOf(feed, record.rowId, count);
    if (!row) return 'duplicate';
    if (record.outcome === 'accepted') {
      if (row.accepted) return 'duplicate';
      row.accepted = record;
      return 'recorded';
    }
    const isKnown = [row.accepted, ...row.unknown].some((each) => each?.webhook === record.webhook);
    if (!isKnown) row.unknown.push(record);
    return isKnown ? 'duplicate' : 'recorded';
  };

  const callBack = (feed: MemoryRowsFeed, said: CallbackRecord): RecordOutcome => {
    const row = rowOf(feed, said.rowId, null);
    if (!row || row.callback) return 'duplicate';
    row.callback = { ...said, at: sane(said.at) };
    return 'recorded';
  };

  const repeatsOf = ({ rows }: MemoryRowsFeed, now: number): readonly number[] => {
    const entries = new Map<string, number>();
    for (const row of rows) {
      const submission = row.accepted ?? row.unknown[0];
      if (submission?.entity && submission.at > now - HOUR)
        entries.set(submission.entity, (entries.get(submission.entity) ?? 0) + 1);
    }
    return [...entries.values()].toSorted((one, other) => other - one).slice(0, 20);
  };

  const count = (name: string, feed: MemoryRowsFeed, now: number): FeedSnapshot => {
    const callbacks = feed.rows.flatMap((row) => (row.callback ? [{ row, ...row.callback }] : []));
    const submitted = feed.rows.flatMap((row) => {
      const submission = countedOf(row);
      return submission ? [{ row, at: submission.at, rows: row.count ?? 1 }] : [];
    });
    const results = none();
    for (const { result } of callbacks) results[result] += 1;
    const waiting = submitted.filter(
      ({ row }) => row.count === null && !row.callback && now < (row.day + retainDays + 2) * DAY,
    );
    const minutesOf = (at: number) => (floor(now, MINUTE) - floor(at, MINUTE)) / MINUTE;
    const ages = AGES.map((upToMinutes, age) => ({
      upToMinutes,
      rows: waiting.filter(
        ({ at }) => AGES.findIndex((upTo) => upTo === null || minutesOf(at) <= upTo) === age,
      ).length,
    }));
    const from = floor(now, 5 * MINUTE) - DAY;
    const matureBefore = floor(now - matureAfterMinutes * MINUTE, 5 * MINUTE);
    const isMature = ({ at }: { at: number }) => at >= from && at < matureBefore;
    const cohort = submitted.filter((each) => each.row.count === null && isMature(each));
    const latest = (times: readonly number[]) => (times.length > 0 ? Math.max(...times) : null);
    const sum = (amounts: readonly (number | undefined)[]) =>
      exact(amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0));
    return {
      feed: name,
      asOf: now,
      webhooks: webhooksOf(feed),
      totals: {
        submitted: sum(submitted.map(({ rows }) => rows)),
        calledBack: callbacks.length,
        unannounced: callbacks.filter(({ row }) => !countedOf(row)).length,
        results,
        credits: sum(callbacks.map(({ credits }) => credits)),
        actions: sum(callbacks.map(({ actions }) => actions)),
      },
      windows: windowsOf(feed, now),
      hours: hoursOf(feed, now),
      outstanding: {
        ages,
        total: waiting.length,
        oldestAt: waiting.length > 0 ? Math.min(...waiting.map(({ at }) => at)) : null,
      },
      cohort: {
        submitted: cohort.length,
        cameBack: cohort.length - waiting.filter(isMature).length,
        from,
        matureBefore,
      },
      lastSubmissionAt: latest(submitted.map(({ at }) => at)),
      lastCallbackAt: latest(callbacks.map(({ at }) => at)),
      repeats: repeatsOf(feed, now),
    };
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
    },
    fold: async (name, now) => {
      await turn();
      const feed = feedOf(name);
      feed.folded = count(name, feed, now);
      // Made afresh, and read only.
      return feed.folded;
    },
    snapshot: async (name) => {
      await turn();
      return structuredClone(feedOf(name).folded);
    },
  };
};
