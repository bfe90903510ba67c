import type { CallbackRecord, SubmissionRecord } from '../../shared/rows/ledger.ts';
import {
  type FeedSnapshot,
  type ResultCounts,
  ROUND_TRIP_BINS,
  type RowsWindow,
  type WebhookCount,
} from '../../shared/rows/snapshot.ts';

const MINUTE = 60_000;
const WINDOW = 5 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const AGES = [5, 15, 30, 60, 240, 1_440, null];

type Results = { -readonly [K in keyof ResultCounts]: number };

/** An attempt of a forwarder that was not refused. */
export interface KeptSend {
  readonly attempt: number;
  webhook: string;
  readonly at: number;
  readonly token: string | undefined;
  state: 'open' | 'accepted';
}

/** One row, with everything that was ever said of it and not taken back. */
export interface KeptRow {
  readonly id: string;
  /** Its place is in its id. */
  readonly issuedAt: number | null;
  /** The day on which it was first heard of: what it is remembered by. */
  readonly day: number;
  readonly count: number | null;
  entity: string | undefined;
  accepted: SubmissionRecord | null;
  unknown: SubmissionRecord[];
  sends: KeptSend[];
  callback: CallbackRecord | null;
}

/** Rows of one day that are counted together: afresh whenever something of them has changed. */
export interface Chunk {
  readonly day: number;
  readonly rows: KeptRow[];
  counted: Part | null;
}

export type KeptRebases = ReadonlyMap<
  string,
  { readonly count: number; readonly at: number; readonly why: 'limit-answer' | 'operator' }
>;

interface Sent {
  readonly at: number;
  readonly webhook: string;
}

/** Without a prototype: a provider may be called `__proto__`. */
const byWord = <T>(): Record<string, T> => Object.create(null);
const floor = (at: number, unit: number) => at - (at % unit);
const none = (): Results => ({ hit: 0, missed: 0, skipped: 0, failed: 0 });
const exact = (amount: number) => Math.round(amount * 1_000) / 1_000;
const add = (to: Record<string, number>, name: string, by = 1) => {
  to[name] = exact((to[name] ?? 0) + by);
};
const bump = (to: Map<number, number>, key: number, by = 1) => to.set(key, (to.get(key) ?? 0) + by);
const later = (one: number | null, other: number | null) =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);
const earlier = (one: number | null, other: number | null) =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

const firstSent = (one: Sent, other: Sent): number =>
  one.at - other.at || (one.webhook < other.webhook ? -1 : one.webhook > other.webhook ? 1 : 0);
const first = <T extends Sent>(all: readonly T[]): T | null =>
  all.length > 1 ? (all.toSorted(firstSent)[0] ?? null) : (all[0] ?? null);

const acceptedOf = ({ sends }: KeptRow) => sends.filter(({ state }) => state === 'accepted');
const openOf = ({ sends }: KeptRow) => sends.filter(({ state }) => state === 'open');

/**
 * The submission that counts: the first that a forwarder saw accepted, else one that was reported, else one without an
 * answer that the callback proves. A number of none counts nothing.
 */
const countedOf = (row: KeptRow): Sent | null => {
  if (row.count === 0) return null;
  const seen = first(acceptedOf(row)) ?? row.accepted;
  return seen ?? (row.callback ? first<Sent>([...openOf(row), ...row.unknown]) : null);
};

/** Everything that took a row at a webhook: what forwarders saw accepted, each; else the one that counts. */
const takenOf = (row: KeptRow): readonly Sent[] => {
  const accepted = acceptedOf(row);
  const counted = countedOf(row);
  return accepted.length > 0 ? accepted : counted ? [counted] : [];
};

const unansweredOf = (row: KeptRow): readonly Sent[] => {
  const counted = countedOf(row);
  const reported = acceptedOf(row).length > 0 ? [] : row.unknown;
  return [
    ...reported.filter(({ webhook }) => webhook !== counted?.webhook),
    ...openOf(row).filter((send) => send !== counted),
  ];
};

/** When it was sent the last time before it came back. */
const sentBefore = (row: KeptRow, counted: Sent, back: number): number =>
  acceptedOf(row).reduce((at, send) => (send.at <= back ? Math.max(at, send.at) : at), counted.at);

const emptyWindow = (start: number) => ({
  start,
  submitted: 0,
  calledBack: 0,
  refused: 0,
  results: none(),
  failedByStatus: byWord<number>(),
  byProvider: byWord<Results & { credits: number; rateLimited: number }>(),
  byColumn: byWord<Results>(),
  crm: { ok: 0, failed: 0 } as { ok: number; failed: number; wrong?: number },
  credits: 0,
  actions: 0,
  creditsOnMisses: 0,
  roundTrips: ROUND_TRIP_BINS.map(() => 0),
});
type Window = ReturnType<typeof emptyWindow>;

const emptyPart = () => ({
  submitted: 0,
  calledBack: 0,
  unannounced: 0,
  results: none(),
  credits: 0,
  actions: 0,
  acceptedAgain: 0,
  uncertain: 0,
  windows: new Map<number, Window>(),
  hours: new Map<number, { submitted: Record<string, number>; credits: number }>(),
  webhooks: new Map<string, { accepted: number; beforeRebase: number; unknown: number }>(),
  /** Rows that wait, by the minute in which they were sent. */
  waiting: new Map<number, number>(),
  /** Rows that were sent, by window, without those of which only the number is known. */
  cohort: new Map<number, number>(),
  oldest: null as number | null,
  lastSubmission: null as number | null,
  lastCallback: null as number | null,
  entries: [] as { readonly entity: string; readonly at: number }[],
});
type Part = ReturnType<typeof emptyPart>;

const at = <T>(groups: Map<number, T>, start: number, fresh: (start: number) => T): T => {
  const known = groups.get(start) ?? fresh(start);
  groups.set(start, known);
  return known;
};
const windowIn = (part: Part, time: number): Window => at(part.windows, floor(time, WINDOW), emptyWindow);
const hourIn = (part: Part, time: number) =>
  at(part.hours, floor(time, HOUR), () => ({ submitted: byWord<number>(), credits: 0 }));
const webhookIn = (part: Part, webhook: string) => {
  const known = part.webhooks.get(webhook) ?? { accepted: 0, beforeRebase: 0, unknown: 0 };
  part.webhooks.set(webhook, known);
  return known;
};

const addSubmission = (part: Part, row: KeptRow, submission: Sent): void => {
  const rows = row.count ?? 1;
  part.submitted += rows;
  part.lastSubmission = later(part.lastSubmission, submission.at);
  windowIn(part, submission.at).submitted += rows;
  add(hourIn(part, submission.at).submitted, submission.webhook, rows);
  if (row.count !== null) return;
  bump(part.cohort, floor(submission.at, WINDOW));
  if (row.callback) return;
  bump(part.waiting, floor(submission.at, MINUTE));
  part.oldest = earlier(part.oldest, submission.at);
};

const addWebhooks = (part: Part, row: KeptRow, rebases: KeptRebases): void => {
  const since = (webhook: string) => rebases.get(webhook)?.at ?? Number.NEGATIVE_INFINITY;
  for (const { webhook, at: sentAt } of takenOf(row)) {
    const own = webhookIn(part, webhook);
    own.accepted += row.count ?? 1;
    if (sentAt <= since(webhook)) own.beforeRebase += row.count ?? 1;
  }
  for (const { webhook, at: sentAt } of unansweredOf(row))
    webhookIn(part, webhook).unknown += sentAt > since(webhook) ? 1 : 0;
  part.acceptedAgain += Math.max(0, acceptedOf(row).length - 1);
  part.uncertain += openOf(row).filter((send) => send !== countedOf(row)).length;
};

const addCallback = (part: Part, row: KeptRow, callback: CallbackRecord): void => {
  const { result, status, provider, column, crm, credits = 0, actions = 0, at: back } = callback;
  part.calledBack += 1;
  part.results[result] += 1;
  part.credits = exact(part.credits + credits);
  part.actions = exact(part.actions + actions);
  part.lastCallback = later(part.lastCallback, back);
  if (credits) {
    const hour = hourIn(part, back);
    hour.credits = exact(hour.credits + credits);
  }
  const window = windowIn(part, back);
  window.calledBack += 1;
  window.results[result] += 1;
  window.credits = exact(window.credits + credits);
  window.actions = exact(window.actions + actions);
  if (result === 'missed') window.creditsOnMisses = exact(window.creditsOnMisses + credits);
  if (result === 'failed') add(window.failedByStatus, status);
  if (crm === 'wrong') window.crm.wrong = (window.crm.wrong ?? 0) + 1;
  else if (crm) window.crm[crm] += 1;
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
  if (!submission) {
    part.unannounced += 1;
    return;
  }
  const seconds = Math.max(0, back - sentBefore(row, submission, back)) / 1_000;
  const bin = ROUND_TRIP_BINS.findIndex((bound) => seconds <= bound);
  window.roundTrips[bin] = (window.roundTrips[bin] ?? 0) + 1;
};

const countChunk = (rows: readonly KeptRow[], rebases: KeptRebases): Part => {
  const part = emptyPart();
  for (const row of rows) {
    // A report of no rows at all says nothing.
    if (row.count === 0) continue;
    const submission = countedOf(row);
    if (submission) addSubmission(part, row, submission);
    addWebhooks(part, row, rebases);
    if (row.callback) addCallback(part, row, row.callback);
    const entered = submission ?? row.unknown[0] ?? row.sends[0];
    if (row.entity && entered) part.entries.push({ entity: row.entity, at: entered.at });
  }
  return part;
};

const addResults = (to: Results, from: Results): void => {
  for (const result of ['hit', 'missed', 'skipped', 'failed'] as const) to[result] += from[result];
};

const addWindow = (to: Window, from: Window): void => {
  to.submitted += from.submitted;
  to.calledBack += from.calledBack;
  addResults(to.results, from.results);
  to.crm.ok += from.crm.ok;
  to.crm.failed += from.crm.failed;
  if (from.crm.wrong) to.crm.wrong = (to.crm.wrong ?? 0) + from.crm.wrong;
  for (const what of ['credits', 'actions', 'creditsOnMisses'] as const)
    to[what] = exact(to[what] + from[what]);
  for (const [status, rows] of Object.entries(from.failedByStatus)) add(to.failedByStatus, status, rows);
  for (const [column, results] of Object.entries(from.byColumn)) {
    to.byColumn[column] ??= none();
    addResults(to.byColumn[column], results);
  }
  for (const [provider, { credits, rateLimited, ...results }] of Object.entries(from.byProvider)) {
    to.byProvider[provider] ??= { ...none(), credits: 0, rateLimited: 0 };
    const own = to.byProvider[provider];
    addResults(own, results);
    own.credits = exact(own.credits + credits);
    own.rateLimited += rateLimited;
  }
  for (const [bin, rows] of from.roundTrips.entries()) to.roundTrips[bin] = (to.roundTrips[bin] ?? 0) + rows;
};

const sumNumbers = (to: Part, from: Part): void => {
  for (const what of ['submitted', 'calledBack', 'unannounced', 'acceptedAgain', 'uncertain'] as const)
    to[what] += from[what];
  for (const what of ['credits', 'actions'] as const) to[what] = exact(to[what] + from[what]);
  addResults(to.results, from.results);
  to.lastSubmission = later(to.lastSubmission, from.lastSubmission);
  to.lastCallback = later(to.lastCallback, from.lastCallback);
};

const sumTimes = (to: Part, from: Part, now: number): void => {
  for (const [start, window] of from.windows)
    if (start >= floor(now, WINDOW) - DAY) addWindow(windowIn(to, start), window);
  for (const [start, { submitted, credits }] of from.hours) {
    const hour = hourIn(to, start);
    for (const [webhook, rows] of Object.entries(submitted)) add(hour.submitted, webhook, rows);
    hour.credits = exact(hour.credits + credits);
  }
  for (const [start, rows] of from.cohort) bump(to.cohort, start, rows);
  for (const entry of from.entries) if (entry.at > now - HOUR) to.entries.push(entry);
};

const sumParts = (chunks: readonly Chunk[], rebases: KeptRebases, now: number, retainDays: number): Part => {
  const sum = emptyPart();
  for (const chunk of chunks) {
    chunk.counted ??= countChunk(chunk.rows, rebases);
    const part = chunk.counted;
    sumNumbers(sum, part);
    sumTimes(sum, part, now);
    for (const [webhook, { accepted, beforeRebase, unknown }] of part.webhooks) {
      const own = webhookIn(sum, webhook);
      own.accepted += accepted;
      own.beforeRebase += beforeRebase;
      own.unknown += unknown;
    }
    if (now >= (chunk.day + retainDays + 2) * DAY) continue;
    for (const [minute, rows] of part.waiting) bump(sum.waiting, minute, rows);
    sum.oldest = earlier(sum.oldest, part.oldest);
  }
  return sum;
};

const webhooksOf = (sum: Part, rebases: KeptRebases): readonly WebhookCount[] =>
  [...new Set([...sum.webhooks.keys(), ...rebases.keys()])].toSorted().map((webhook) => {
    const { accepted, beforeRebase, unknown } = webhookIn(sum, webhook);
    const rebase = rebases.get(webhook);
    return {
      webhook,
      accepted,
      unknown,
      ...(rebase && { rebase: { ...rebase, acceptedThen: beforeRebase } }),
    };
  });

const windowsOf = (
  sum: Part,
  refused: readonly { readonly at: number; readonly count: number }[],
  now: number,
): readonly RowsWindow[] => {
  for (const each of refused) windowIn(sum, each.at).refused += each.count;
  return [...sum.windows.values()]
    .filter(({ start }) => start >= floor(now, WINDOW) - DAY)
    .toSorted((one, other) => one.start - other.start);
};

const repeatsOf = ({ entries }: Part): readonly number[] => {
  const times = new Map<string, number>();
  for (const { entity } of entries) times.set(entity, (times.get(entity) ?? 0) + 1);
  return [...times.values()].toSorted((one, other) => other - one).slice(0, 20);
};

const totalOf = (groups: ReadonlyMap<number, number>, isIn: (start: number) => boolean): number =>
  [...groups].reduce((total, [start, rows]) => (isIn(start) ? total + rows : total), 0);

/** Counts what is kept: chunks that have not changed since they were last counted are not counted again. */
export const countRows = (
  feed: string,
  kept: {
    readonly chunks: readonly Chunk[];
    readonly rebases: KeptRebases;
    readonly refused: readonly { readonly at: number; readonly count: number }[];
  },
  {
    now,
    retainDays,
    matureAfterMinutes,
  }: { readonly now: number; readonly retainDays: number; readonly matureAfterMinutes: number },
): FeedSnapshot => {
  const sum = sumParts(kept.chunks, kept.rebases, now, retainDays);
  const minutesOf = (start: number) => (floor(now, MINUTE) - start) / MINUTE;
  const ageOf = (start: number) => AGES.findIndex((upTo) => upTo === null || minutesOf(start) <= upTo);
  const from = floor(now, WINDOW) - DAY;
  const matureBefore = floor(now - matureAfterMinutes * MINUTE, WINDOW);
  const isMature = (start: number) => start >= from && start < matureBefore;
  const submitted = totalOf(sum.cohort, isMature);
  return {
    feed,
    asOf: now,
    webhooks: webhooksOf(sum, kept.rebases),
    totals: {
      submitted: sum.submitted,
      calledBack: sum.calledBack,
      unannounced: sum.unannounced,
      results: sum.results,
      credits: sum.credits,
      actions: sum.actions,
    },
    resent: { acceptedAgain: sum.acceptedAgain, uncertain: sum.uncertain },
    windows: windowsOf(sum, kept.refused, now),
    hours: [...sum.hours]
      .map(([start, hour]) => ({ start, ...hour }))
      .filter(({ start }) => start >= floor(now, HOUR) - 35 * DAY)
      .toSorted((one, other) => one.start - other.start),
    outstanding: {
      ages: AGES.map((upToMinutes, age) => ({
        upToMinutes,
        rows: totalOf(sum.waiting, (start) => ageOf(start) === age),
      })),
      total: totalOf(sum.waiting, () => true),
      oldestAt: sum.oldest,
    },
    cohort: { submitted, cameBack: submitted - totalOf(sum.waiting, isMature), from, matureBefore },
    lastSubmissionAt: sum.lastSubmission,
    lastCallbackAt: sum.lastCallback,
    repeats: repeatsOf(sum),
  };
};
